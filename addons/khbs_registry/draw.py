# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The draw among families that are equal otherwise. Knows no Odoo.

A family's lot is the SHA-256 of the seed followed by the number of the household, as
UTF-8; the smaller lot comes first. The seed is bound by its own SHA-256 before any lot
is drawn, so that nobody can choose it by the result, and anybody can repeat the draw::

    printf '%s' 'SEED''KHBS-62.06.01-000123' | sha256sum
"""

import hashlib


def commitment(seed):
    """Return what is published of a seed before the draw: its SHA-256, in hex."""
    return hashlib.sha256(seed.encode()).hexdigest()


def lot(seed, number):
    """Return the lot of the household *number*, in hex."""
    return hashlib.sha256((seed + number).encode()).hexdigest()


def order(seed, number, decile, verified, members):
    """Return the key by which families are ranked, the first place smallest."""
    return (decile, not verified, -members, lot(seed, number))
