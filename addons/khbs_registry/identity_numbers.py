# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""NIK and Nomor KK: what the sixteen digits must and may be (DOMAIN 2.4, 2.5)."""

import re

SIXTEEN_DIGITS = re.compile(r"^[0-9]{16}$")


def mask(number):
    """Return a NIK or KK number fit for the eyes of any user.

    The six digits of the region and the last four stay, as in 6206********0012.
    """
    if not number or len(number) < 12:
        return number or ""
    return number[:4] + "*" * (len(number) - 8) + number[-4:]
