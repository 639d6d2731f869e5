# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The fonts of papers: found on the machine, embedded in every file.

A paper must look the same in ten years, so nothing is left to the reader's fonts.
Legal drafting asks for Bookman Old Style: URW Bookman of Debian's ``fonts-urw-base35``
is its like. The Liberation and DejaVu families come with ``fonts-liberation`` and
``fonts-dejavu-core``; reportlab's own Vera is the last resort and always there.
"""

import functools
from pathlib import Path

import reportlab

_PLACES = (
    Path("/usr/share/fonts/opentype/urw-base35"),
    Path("/usr/share/fonts/truetype/liberation"),
    Path("/usr/share/fonts/truetype/liberation2"),
    Path("/usr/share/fonts/truetype/dejavu"),
    Path(reportlab.__file__).parent / "fonts",
)
# Of each style the families to choose from: (regular, bold).
_CHOICES = {
    "sans": (
        ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
        ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
        ("Vera.ttf", "VeraBd.ttf"),
    ),
    "serif": (
        ("URWBookman-Light.otf", "URWBookman-Demi.otf"),
        ("LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf"),
        ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"),
        ("Vera.ttf", "VeraBd.ttf"),
    ),
}


class FontMissing(Exception):
    """No usable font is installed."""


@functools.cache
def find(style):
    """Return the paths (regular, bold) of the first family of *style* present.

    :param style: ``sans`` or ``serif``
    """
    for regular, bold in _CHOICES[style]:
        for place in _PLACES:
            if (place / regular).is_file() and (place / bold).is_file():
                return place / regular, place / bold
    raise FontMissing(
        "No font for papers was found. Install Debian's fonts-dejavu-core "
        f"(looked in {', '.join(str(place) for place in _PLACES)})."
    )
