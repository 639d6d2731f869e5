# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Card numbers, fingerprints and message numbers."""

import re
import secrets
import time

from cryptography.hazmat.primitives import serialization

from . import encoding
from .errors import VerificationError

_CARD_NO = re.compile(r"KH([0-9]{2})([0-9]{7})([0-9]{2})")
TID = re.compile(r"T[0-9]{6}")


def make_card_no(list_no, index):
    """Return the card number of position *index* in list *list_no*, as "01"."""
    if not re.fullmatch("[0-9]{2}", list_no) or not 0 <= index <= 9_999_999:
        raise ValueError("list or index out of range")
    digits = f"{list_no}{index:07}"
    return f"KH{digits}{98 - int(digits) * 100 % 97:02}"


def parse_card_no(card_no):
    """Return (list, index) of a card number whose check digits are right."""
    match = _CARD_NO.fullmatch(card_no) if isinstance(card_no, str) else None
    if match:
        list_no, index = match[1], int(match[2])
        if make_card_no(list_no, index) == card_no:
            return list_no, index
    raise VerificationError("nomor kartu salah")


def spki(public_key):
    """Return the SubjectPublicKeyInfo DER of a public key."""
    return public_key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def key_hash(public_key):
    """Return kh of a card key: 16 bytes of SHA-256(SPKI) in base64url."""
    return encoding.b64url(encoding.sha256(spki(public_key))[:16])


def device_fingerprint(tid, public_key):
    """Return what terminal and officer compare before approval: XXXX-XXXX."""
    digest = encoding.sha256(b"KHBS-FP" + tid.encode() + spki(public_key))
    text = encoding.crockford(digest[:5])
    return f"{text[:4]}-{text[4:]}"


def new_ulid(seconds=None):
    """Return an upper-case ULID: 48 bits of milliseconds and 80 random bits."""
    millis = int((time.time() if seconds is None else seconds) * 1000)
    number = (millis << 80) | secrets.randbits(80)
    return "".join(encoding.CROCKFORD[number >> 5 * i & 31] for i in range(25, -1, -1))
