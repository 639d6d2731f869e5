# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Compact JWS, ES256 only: what is signed travels as it was signed."""

import dataclasses
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from . import encoding
from .errors import VerificationError

_DEVICE = re.compile(r"(T[0-9]{6}|S[0-9]{4})\.[1-9][0-9]{0,5}")
_CARD = re.compile(r"KH[0-9]{11}")
_CARD_ANY_SLOT = re.compile(r"KH[0-9]{11}(\.9C)?")
_LEASE = re.compile(r"E[0-9]{2}")
_LIST = re.compile(r"L[0-9]{2}")
_ACK = re.compile(r"A[0-9]{2}")
_ROOT = re.compile(r"R[0-9]{2}")

# typ -> (pattern of its kid, use of the key that may sign it)
TYPES = {
    "khbs-req+jwt": (_DEVICE, "device"),
    "khbs-jrn+jwt": (_DEVICE, "device"),
    "khbs-claim+jwt": (_CARD_ANY_SLOT, "card"),
    "khbs-auth+jwt": (_CARD, "card"),
    "khbs-activate+jwt": (_CARD, "card"),
    "khbs-perso+jwt": (_CARD_ANY_SLOT, "card"),
    "khbs-lease+jwt": (_LEASE, "lease"),
    "khbs-config+jwt": (_LEASE, "lease"),
    "statuslist+jwt": (_LIST, "list"),
    "khbs-listdelta+jwt": (_LIST, "list"),
    "khbs-ack+jwt": (_ACK, "ack"),
    "khbs-time+jwt": (_ACK, "ack"),
    "khbs-receipt+jwt": (_ACK, "ack"),
    "khbs-trust+jwt": (_ROOT, "root"),
}


@dataclasses.dataclass(frozen=True)
class Jws:
    """A parsed JWS. Only ``verify`` says that its signature is good."""

    text: str
    kid: str
    typ: str
    payload: dict
    signing_input: bytes
    signature: bytes

    @property
    def identity(self):
        """SHA-256 of what was signed, never of the signature (it has two forms)."""
        return encoding.sha256(self.signing_input)


def signing_input(kid, typ, payload):
    """Return the ASCII bytes whose SHA-256 a key signs."""
    header = encoding.dumps({"alg": "ES256", "kid": kid, "typ": typ})
    body = encoding.dumps(payload)
    return f"{encoding.b64url(header)}.{encoding.b64url(body)}".encode()


def join(signed, signature):
    """Return the JWS text of a signing input and its 64 signature bytes."""
    return f"{signed.decode()}.{encoding.b64url(signature)}"


def sign(private_key, kid, typ, payload):
    """Return *payload* as a JWS signed by a key that this program holds."""
    signed = signing_input(kid, typ, payload)
    der = private_key.sign(signed, ec.ECDSA(hashes.SHA256()))
    return join(signed, raw_signature(der))


def raw_signature(der):
    """Return r || s (64 bytes) of a strict DER signature."""
    try:
        r, s = decode_dss_signature(der)
        raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    except (ValueError, OverflowError) as error:
        raise VerificationError("tanda tangan bukan DER") from error
    if encode_dss_signature(r, s) != der:
        raise VerificationError("tanda tangan bukan DER")
    return raw


def parse(text):
    """Return the *text* of a JWS taken apart, with every form checked."""
    if not isinstance(text, str) or text.count(".") != 2:
        raise VerificationError("bukan JWS")
    head, body, tail = text.split(".")
    header = encoding.loads(encoding.b64url_decode(head))
    payload = encoding.loads(encoding.b64url_decode(body))
    signature = encoding.b64url_decode(tail)
    if not isinstance(header, dict) or set(header) != {"alg", "kid", "typ"}:
        raise VerificationError("kepala JWS tidak dikenal")
    kid, typ = header["kid"], header["typ"]
    if header["alg"] != "ES256" or not isinstance(typ, str) or typ not in TYPES:
        raise VerificationError("jenis JWS tidak dikenal")
    if not isinstance(kid, str) or not TYPES[typ][0].fullmatch(kid):
        raise VerificationError("kid tidak sesuai dengan jenis JWS")
    if not isinstance(payload, dict) or len(signature) != 64:
        raise VerificationError("isi JWS tidak sah")
    return Jws(text, kid, typ, payload, f"{head}.{body}".encode(), signature)


def verify(text, typ, key_of, prg):
    """Return the verified JWS, or raise VerificationError.

    :param typ: the only type that the caller expects here
    :param key_of: function of (kid, use) that returns the public key or raises
    :param prg: programme that the payload must name
    """
    jws = parse(text)
    if jws.typ != typ:
        raise VerificationError("jenis JWS lain dari yang diharapkan")
    check_signature(jws, key_of(jws.kid, TYPES[typ][1]))
    if jws.payload.get("prg") != prg:
        raise VerificationError("JWS milik program lain")
    return jws


def check_signature(jws, public_key):
    """Raise unless *jws* was signed by the P-256 *public_key*; any s is accepted."""
    if not isinstance(public_key, ec.EllipticCurvePublicKey) or not isinstance(
        public_key.curve, ec.SECP256R1
    ):
        raise VerificationError("kunci bukan P-256")
    der = encode_dss_signature(
        int.from_bytes(jws.signature[:32], "big"),
        int.from_bytes(jws.signature[32:], "big"),
    )
    try:
        public_key.verify(der, jws.signing_input, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise VerificationError("tanda tangan salah") from error
