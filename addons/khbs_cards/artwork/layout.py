# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a design and the face of a card are, in millimetres.

A card is ID-1 of ISO/IEC 7810. Places are measured from the lower left corner of the
cut card; what lies outside of it is bleed.
"""

import re
from dataclasses import dataclass

WIDTH, HEIGHT = 85.60, 53.98
# Nothing that is read may stand nearer to the edge: cutters are off by a millimetre.
MARGIN = 3.0
LEAST_DPI = 300
MM_PER_INCH = 25.4
# The contacts of the chip (ISO/IEC 7816-2) with the plate around them: left, bottom,
# width, height. Nothing that is read stands there on the front.
CHIP = (8.5, 23.0, 14.5, 14.0)
_CARD_NO = re.compile(r"(..)(..)(.{3})(.{3})(.*)", re.DOTALL)


@dataclass(frozen=True)
class Design:
    """One version of the artwork.

    :param bleed: millimetres around the cut card
    :param front: PNG or JPEG of the bleed box; none: the neutral design is drawn
    :param text_colour: ``#rrggbb`` of what is printed on the front
    :param back_colour: ``#rrggbb`` of the number on the back
    :param text_left: where the lines on the front begin, and ``text_bottom`` the
        lowest of them
    :param shows_village: the village stands between name and number
    """

    bleed: float = 2.0
    front: bytes | None = None
    back: bytes | None = None
    text_colour: str = "#1b1b1b"
    back_colour: str = "#1b1b1b"
    text_left: float = 6.0
    text_bottom: float = 5.5
    text_width: float = 73.0
    qr_left: float = 6.0
    qr_bottom: float = 10.0
    qr_size: float = 22.0
    shows_village: bool = True

    @property
    def page(self):
        """Return (width, height) of the bleed box."""
        return WIDTH + 2 * self.bleed, HEIGHT + 2 * self.bleed


@dataclass(frozen=True)
class Face:
    """What one card bears; there is no room for anything else about the family."""

    card_no: str
    name: str
    village: str = ""


def grouped(card_no):
    """Return a card number as people read it: KH01 000 012 345."""
    match = _CARD_NO.fullmatch(card_no)
    if not match:
        return card_no
    first, card_list, *rest = match.groups()
    return " ".join([first + card_list, *filter(None, rest)])


def least_pixels(bleed):
    """Return (width, height) in pixels that a picture of the bleed box needs."""
    return tuple(
        -(-int(side * LEAST_DPI * 100) // int(MM_PER_INCH * 100))
        for side in (WIDTH + 2 * bleed, HEIGHT + 2 * bleed)
    )
