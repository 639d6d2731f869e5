# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a picture must be before a press may have it."""

import io

from PIL import Image, UnidentifiedImageError

from .layout import HEIGHT, WIDTH, least_pixels

KINDS = ("PNG", "JPEG")
MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 60_000_000
# What a whole file ends with; a library may be set to read broken ones without a word.
_ENDS = {
    "PNG": lambda content: b"IEND" in content[-12:],
    "JPEG": lambda content: content.rstrip(b"\0").endswith(b"\xff\xd9"),
}
# Share by which a picture's shape may differ from that of the bleed box.
_SHAPE = 0.01


class BadPicture(Exception):
    """The picture cannot be printed; *code* says why and *facts* by what."""

    def __init__(self, code, **facts):
        super().__init__(code)
        self.code = code
        self.facts = facts


def check(content, bleed):
    """Return (width, height) in pixels of a picture fit for the bleed box.

    :param content: bytes of the file
    :param bleed: millimetres around the cut card
    :raises BadPicture: kind, size, colours, pixels or shape
    """
    if len(content) > MOST_BYTES:
        raise BadPicture("bytes", most=MOST_BYTES // 1024 // 1024)
    width, height = _open(content)
    least_width, least_height = least_pixels(bleed)
    facts = {
        "width": width,
        "height": height,
        "least_width": least_width,
        "least_height": least_height,
    }
    if width < least_width or height < least_height:
        raise BadPicture("pixels", **facts)
    shape = (WIDTH + 2 * bleed) / (HEIGHT + 2 * bleed)
    if abs(width / height / shape - 1) > _SHAPE:
        raise BadPicture("shape", **facts)
    return width, height


def _open(content):
    """Return the size of a picture, read to its end."""
    try:
        with Image.open(io.BytesIO(content), formats=KINDS) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise BadPicture("huge", width=width, height=height)
            if picture.mode not in ("RGB", "CMYK", "L"):
                raise BadPicture("colours", mode=picture.mode)
            if not _ENDS[picture.format](content):
                raise BadPicture("kind")
            picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise BadPicture("kind") from error
    return width, height
