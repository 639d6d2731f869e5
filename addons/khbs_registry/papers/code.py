# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Verification codes: what a reader of a paper types or scans."""

import secrets

# Crockford's alphabet: no letter that a hand or an eye takes for a digit.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 20
# What anybody may send as a code, with all that stands between its letters.
_LONGEST = 100


def new():
    """Return a code of 100 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _place in range(_LENGTH))


def grouped(code):
    """Return *code* as it is printed: five groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def normalise(text):
    """Return what somebody typed as a code would stand in the database."""
    text = text.upper().translate(str.maketrans("OIL", "011"))
    return "".join(letter for letter in text[:_LONGEST] if letter in _ALPHABET)
