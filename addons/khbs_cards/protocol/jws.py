# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Compact JWS (RFC 7515) with ES256 and nothing else.

The header is exactly {"alg": "ES256", "kid", "typ"}. The identity of a signed
object is the SHA-256 of what was signed, never of the signature: ECDSA admits a
second signature (r, n - s) for each (r, s), and both are accepted here.
"""

import functools
import hashlib
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from . import base64url, strict_json

ALGORITHM = "ES256"
SIGNATURE_LENGTH = 64


class JwsError(ValueError):
    """The text is no JWS of this protocol, or its signature does not verify."""


class BadSignature(JwsError):
    """A JWS of this protocol that another key has signed."""


class Jws(NamedTuple):
    """A parsed JWS whose signature may or may not have been verified."""

    header: dict
    payload: dict
    signing_input: bytes
    signature: bytes  # r || s, 32 bytes each, big-endian

    @property
    def kid(self):
        return self.header["kid"]

    @property
    def typ(self):
        return self.header["typ"]

    @property
    def identity_sha256(self):
        """SHA-256 (bytes) of the ASCII text header.payload."""
        return hashlib.sha256(self.signing_input).digest()


def signing_input(kid, typ, payload):
    """Return the bytes to be signed for *payload* (dict)."""
    header = {"alg": ALGORITHM, "kid": kid, "typ": typ}
    parts = (strict_json.dumps(header), strict_json.dumps(payload))
    return ".".join(base64url.encode(part) for part in parts).encode("ascii")


def sign(key, kid, typ, payload):
    """Return the compact JWS (text) of *payload* signed by the P-256 *key*."""
    message = signing_input(kid, typ, payload)
    r, s = decode_dss_signature(key.sign(message, ECDSA(hashes.SHA256())))
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return f"{message.decode('ascii')}.{base64url.encode(signature)}"


def parse(text):
    """Return the :class:`Jws` of a compact text; the signature is not verified.

    :raises JwsError: any departure from the one admitted form
    """
    if not isinstance(text, str):
        raise JwsError("a JWS is a text")
    try:
        header_part, payload_part, signature_part = text.split(".")
        header = _header(header_part)
        payload = strict_json.loads(base64url.decode(payload_part))
        signature = base64url.decode(signature_part)
    except JwsError:
        raise
    except ValueError as error:
        raise JwsError(f"malformed JWS: {error}") from error
    if not isinstance(payload, dict):
        raise JwsError("the payload is no object")
    if len(signature) != SIGNATURE_LENGTH:
        raise JwsError("a signature has 64 bytes")
    message = f"{header_part}.{payload_part}".encode("ascii")
    return Jws(dict(header), payload, message, signature)


def kid_of(text):
    """Return the kid of a JWS of our own (text) without reading all of it."""
    return _header(text.partition(".")[0])["kid"]


@functools.lru_cache(maxsize=4096)
def _header(text):
    """Return the header of *text*: the same for all that one key signs of one kind."""
    header = strict_json.loads(base64url.decode(text))
    _check_header(header)
    return header


def _check_header(header):
    if not isinstance(header, dict) or set(header) != {"alg", "kid", "typ"}:
        raise JwsError("the header has exactly alg, kid and typ")
    if header["alg"] != ALGORITHM:
        raise JwsError("the algorithm is not ES256")
    if not isinstance(header["kid"], str) or not isinstance(header["typ"], str):
        raise JwsError("kid and typ are texts")


def verify(jws, public_key):
    """Check the signature of *jws* with a P-256 public key and return *jws*.

    :raises BadSignature: it does not verify
    """
    r = int.from_bytes(jws.signature[:32], "big")
    s = int.from_bytes(jws.signature[32:], "big")
    try:
        public_key.verify(
            encode_dss_signature(r, s), jws.signing_input, ECDSA(hashes.SHA256())
        )
    except InvalidSignature as error:
        raise BadSignature("the signature does not verify") from error
    return jws
