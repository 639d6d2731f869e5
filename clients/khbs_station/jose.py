# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base64url, strict JSON and compact JWS with ES256 and nothing else."""

import base64
import binascii
import hashlib
import json
import re
import secrets
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 8
_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class JoseError(ValueError):
    """Bytes from outside are not what the protocol allows."""


def b64url(data):
    """Return *data* in base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_b64url(text):
    """Return the bytes of *text*, which has exactly one spelling."""
    if not isinstance(text, str) or not _ALPHABET.fullmatch(text):
        raise JoseError("not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise JoseError("not base64url") from None
    if b64url(data) != text:
        raise JoseError("not canonical base64url")
    return data


def dumps(value):
    """Return *value* as compact JSON in UTF-8."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def loads(data):
    """Return the value of strict JSON: no duplicate keys, floats or deep nesting."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_pairs,
            parse_float=_refuse,
            parse_constant=_refuse,
            parse_int=_integer,
        )
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise JoseError("not JSON") from error
    _check_depth(value, MAX_DEPTH)
    return value


def _pairs(pairs):
    value = dict(pairs)
    if len(value) != len(pairs):
        raise JoseError("a key appears twice")
    return value


def _refuse(text):
    raise JoseError(f"{text} is not allowed")


def _integer(text):
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise JoseError("integer out of range")
    return int(text)


def _check_depth(value, left):
    if isinstance(value, (dict, list)):
        if not left:
            raise JoseError("nested too deeply")
        for item in value.values() if isinstance(value, dict) else value:
            _check_depth(item, left - 1)


def spki(public_key):
    """Return SubjectPublicKeyInfo DER."""
    return public_key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def signing_input(kid, typ, payload):
    """Return the bytes that the holder of key *kid* has to sign."""
    header = {"alg": "ES256", "kid": kid, "typ": typ}
    return f"{b64url(dumps(header))}.{b64url(dumps(payload))}".encode()


def assemble(signed, der):
    """Return the JWS of *signed* bytes and the DER signature over them."""
    r, s = utils.decode_dss_signature(der)
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return f"{signed.decode()}.{b64url(raw)}"


def sign(key, kid, typ, payload):
    """Return a JWS by a private key at hand."""
    signed = signing_input(kid, typ, payload)
    return assemble(signed, key.sign(signed, ec.ECDSA(hashes.SHA256())))


def parse(text):
    """Return (header, payload, signed bytes, raw signature); nothing is verified."""
    parts = text.split(".") if isinstance(text, str) else []
    if len(parts) != 3:
        raise JoseError("not a compact JWS")
    header, payload = loads(from_b64url(parts[0])), loads(from_b64url(parts[1]))
    signature = from_b64url(parts[2])
    if (
        not isinstance(header, dict)
        or not isinstance(payload, dict)
        or set(header) != {"alg", "kid", "typ"}
        or header["alg"] != "ES256"
        or len(signature) != 64
    ):
        raise JoseError("not a JWS of this protocol")
    return header, payload, f"{parts[0]}.{parts[1]}".encode(), signature


def verify(text, typ, key_of, prg):
    """Return the payload of a JWS that *key_of(kid)* signed.

    :raises JoseError: another kind, programme or key, or a wrong signature
    """
    header, payload, signed, signature = parse(text)
    if header["typ"] != typ or payload.get("prg") != prg:
        raise JoseError(f"not a {typ} of {prg}")
    key = key_of(header["kid"])
    if key is None:
        raise JoseError(f"key {header['kid']!r} may not sign {typ}")
    der = utils.encode_dss_signature(
        int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    )
    verify_der(key, der, signed)
    return payload


def verify_der(key, der, signed):
    """Check an ECDSA-SHA256 signature in DER by a P-256 key."""
    if not isinstance(getattr(key, "curve", None), ec.SECP256R1):
        raise JoseError("not a P-256 key")
    try:
        key.verify(der, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise JoseError("wrong signature") from None


def key_of_jwk(jwk):
    """Return the P-256 public key of a JWK."""
    if not isinstance(jwk, dict) or (jwk.get("kty"), jwk.get("crv")) != ("EC", "P-256"):
        raise JoseError("not a P-256 key")
    x, y = (int.from_bytes(from_b64url(jwk.get(name)), "big") for name in "xy")
    try:
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except ValueError:
        raise JoseError("not a point of P-256") from None


def ulid():
    """Return a new ULID: 48 bits of milliseconds, 80 random bits."""
    number = int(time.time() * 1000) << 80 | secrets.randbits(80)
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def fingerprint(tid, public_key):
    """Return what two officers compare at enrolment, as in ``7K2M-Q9XA``."""
    digest = hashlib.sha256(b"KHBS-FP" + tid.encode() + spki(public_key)).digest()
    number = int.from_bytes(digest[:5], "big")
    text = "".join(_CROCKFORD[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{text[:4]}-{text[4:]}"
