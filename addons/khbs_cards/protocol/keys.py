# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Public keys, their short names, and what is derived from the master key."""

import base64
import hashlib
import uuid

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from . import base64url

_STANDARD32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_CROCKFORD = str.maketrans(_STANDARD32, CROCKFORD)


class KeyFormError(ValueError):
    """Not a P-256 public key in its one form."""


def spki(public_key):
    """Return the SubjectPublicKeyInfo DER (bytes) of a public key."""
    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def load_spki(der):
    """Return the P-256 public key of a SubjectPublicKeyInfo DER.

    :raises KeyFormError: another kind of key, or another spelling of its bytes
    """
    try:
        key = load_der_public_key(der)
    except (TypeError, ValueError) as error:
        raise KeyFormError("no public key") from error
    if not is_p256(key) or spki(key) != der:
        raise KeyFormError("not a P-256 key in its one form")
    return key


def is_p256(public_key):
    """Tell whether *public_key* lies on the protocol's one curve."""
    return isinstance(public_key, ec.EllipticCurvePublicKey) and isinstance(
        public_key.curve, ec.SECP256R1
    )


def spki_sha256(der):
    """Return the SHA-256 (32 bytes) of an SPKI: the name of a key for ever."""
    return hashlib.sha256(der).digest()


def key_hash(sha256):
    """Return ``kh``, the key's name in a lease row, of its SPKI SHA-256 (bytes)."""
    return base64url.encode(sha256[:16])


def fingerprint(device, der):
    """Return the fingerprint (XXXX-XXXX) that two officers compare.

    :param device: tid as in T000123
    :param der: SPKI of the device's key
    """
    digest = hashlib.sha256(b"KHBS-FP" + device.encode("ascii") + der).digest()
    text = crockford32(digest[:5])
    return f"{text[:4]}-{text[4:]}"


def crockford32(data):
    """Return *data* (a multiple of five bytes) in Crockford's base32."""
    return base64.b32encode(data).decode("ascii").translate(_TO_CROCKFORD)


def jwk(public_key):
    """Return the JSON Web Key (dict) of a P-256 public key."""
    numbers = public_key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": base64url.encode(numbers.x.to_bytes(32, "big")),
        "y": base64url.encode(numbers.y.to_bytes(32, "big")),
    }


def derive(master, label, guid, length):
    """SP 800-108 in counter mode over CMAC-AES-256.

    The 32-bit counter stands before Label || 00 || guid || [L], L as a 32-bit
    number of bits. The master stays where it lies: it is asked for one CMAC a block.

    :param master: an object with ``cmac(message)``, as of ``keystore``
    :param label: text, as in KHBS-9B
    :param guid: of the card, as text
    :param length: of the result, in bytes
    """
    fixed = b"".join(
        [
            label.encode("ascii"),
            b"\0",
            uuid.UUID(guid).bytes,
            (length * 8).to_bytes(4, "big"),
        ]
    )
    blocks = (
        master.cmac(counter.to_bytes(4, "big") + fixed)
        for counter in range(1, -(-length // 16) + 1)
    )
    return b"".join(blocks)[:length]


def management_key(master, guid):
    """Return the card's own 9B key: 32 bytes; a shorter AES takes the prefix."""
    return derive(master, "KHBS-9B", guid, 32)


def puk(master, guid):
    """Return the card's PUK: eight digits."""
    number = int.from_bytes(derive(master, "KHBS-PUK", guid, 16), "big")
    return f"{number % 10**8:08d}"
