# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Verification codes: what a reader of a paper types or scans."""

import secrets

# Crockford's alphabet: no letter that a hand or an eye takes for a digit.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 20


def new():
    """Return a code of 100 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _place in range(_LENGTH))


def grouped(code):
    """Return *code* as it is printed: five groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def normalise(text):
    """Return what somebody typed as a code would stand in the database."""
    text = text.upper().replace("-", "").replace(" ", "")
    return text.translate(str.maketrans("OIL", "011"))
