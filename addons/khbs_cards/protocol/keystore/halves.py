# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A secret in two halves: one alone opens nothing and narrows nothing down.

Each half has 100 random bits and ends in a check, so that a slip of the pen is found
at once and the halves are not mixed up.
"""

import hashlib
import secrets

from .. import keys
from .base import KeyStoreError

_LENGTH = 20
_CHECK = 4
# What is easily written for what.
_SLIPS = str.maketrans("OIL", "011")


def make(number):
    """Return a new half (text) of custodian *number*: six groups of four."""
    body = "".join(secrets.choice(keys.CROCKFORD) for _place in range(_LENGTH))
    text = body + _check(number, body)
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def read(number, text):
    """Return the bare half that custodian *number* typed.

    :raises KeyStoreError: not a half, or the other custodian's
    """
    bare = "".join(text.upper().split()).replace("-", "").translate(_SLIPS)
    body, check = bare[:_LENGTH], bare[_LENGTH:]
    if len(bare) != _LENGTH + _CHECK or check != _check(number, body):
        raise KeyStoreError(
            f"This is not the half of custodian {number}: read it once more.", "pin"
        )
    return body


def secret(first, second):
    """Return the passphrase (bytes) that two typed halves make together."""
    return (read(1, first) + read(2, second)).encode("ascii")


def _check(number, body):
    digest = hashlib.sha256(f"KHBS half {number} {body}".encode()).digest()
    return keys.crockford32(digest[:5])[:_CHECK]
