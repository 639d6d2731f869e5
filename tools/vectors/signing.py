# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reproducible P-256 signatures (RFC 6979) and the forms that carry them.

A third writer of the formats, beside server and terminal, on purpose.
"""

import base64
import hashlib
import hmac
import json

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sha256(data):
    return hashlib.sha256(data).digest()


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


class Key:
    """A P-256 key made from its name."""

    def __init__(self, name):
        seed = sha256(b"KHBS conformance vectors: " + name.encode())
        self.d = int.from_bytes(seed, "big") % (ORDER - 1) + 1
        self.private = ec.derive_private_key(self.d, ec.SECP256R1())
        self.public = self.private.public_key()
        self.spki = self.public.public_bytes(
            serialization.Encoding.DER,
            serialization.PublicFormat.SubjectPublicKeyInfo,
        )

    def public_jwk(self):
        numbers = self.public.public_numbers()
        return {
            "kty": "EC",
            "crv": "P-256",
            "x": b64url(numbers.x.to_bytes(32, "big")),
            "y": b64url(numbers.y.to_bytes(32, "big")),
        }

    def jwk(self):
        return {**self.public_jwk(), "d": b64url(self.d.to_bytes(32, "big"))}

    def sign(self, message):
        """Return (r, s) over SHA-256 of *message*."""
        digest = sha256(message)
        for k in _nonces(self.d, digest):
            point = ec.derive_private_key(k, ec.SECP256R1()).public_key()
            r = point.public_numbers().x % ORDER
            z = int.from_bytes(digest, "big")
            s = pow(k, -1, ORDER) * (z + r * self.d) % ORDER
            if r and s:
                return r, s

    def sign_der(self, message):
        return encode_dss_signature(*self.sign(message))


def _nonces(d, digest):
    """Yield the candidates for k, RFC 6979 3.2 with SHA-256."""
    secret = d.to_bytes(32, "big")
    z = (int.from_bytes(digest, "big") % ORDER).to_bytes(32, "big")
    value, key = b"\x01" * 32, b"\x00" * 32
    for separator in (b"\x00", b"\x01"):
        key = _mac(key, value + separator + secret + z)
        value = _mac(key, value)
    while True:
        value = _mac(key, value)
        k = int.from_bytes(value, "big")
        if 1 <= k < ORDER:
            yield k
        key = _mac(key, value + b"\x00")
        value = _mac(key, value)


def _mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def raw(r, s):
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def jws(key, kid, typ, payload, alg="ES256", high_s=None):
    """Return a compact JWS.

    :param payload: dict, or bytes that are signed as they are
    :param high_s: True or False asks for that form of s; None leaves it as it came
    """
    header = compact({"alg": alg, "kid": kid, "typ": typ})
    body = payload if isinstance(payload, bytes) else compact(payload)
    signed = f"{b64url(header)}.{b64url(body)}"
    r, s = key.sign(signed.encode())
    if high_s is not None and (s > ORDER // 2) != high_s:
        s = ORDER - s
    return f"{signed}.{b64url(raw(r, s))}"


def identity(text):
    """Return SHA-256 of header.payload."""
    return sha256(text.rsplit(".", 1)[0].encode())


def other_s(text):
    """Return *text* with its signature (r, s) turned into (r, n - s)."""
    signed, signature = text.rsplit(".", 1)
    data = base64.urlsafe_b64decode(signature + "==")
    s = ORDER - int.from_bytes(data[32:], "big")
    return f"{signed}.{b64url(data[:32] + s.to_bytes(32, 'big'))}"
