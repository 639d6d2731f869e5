# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The trust bundle: every key that a terminal believes, under one root."""

import base64
import binascii
import dataclasses

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from . import encoding, identifiers, jws, shape
from .errors import UnknownKeyError, VerificationError


def public_key_of(jwk):
    """Return the P-256 public key of a JWK."""
    shape.require(
        isinstance(jwk, dict) and jwk.get("kty") == "EC" and jwk.get("crv") == "P-256",
        "JWK bukan P-256",
    )
    x, y = (encoding.b64url_decode(jwk.get(name)) for name in ("x", "y"))
    shape.require(len(x) == len(y) == 32, "JWK bukan P-256")
    numbers = ec.EllipticCurvePublicNumbers(
        int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1()
    )
    try:
        return numbers.public_key()
    except ValueError as error:
        raise VerificationError("JWK bukan titik P-256") from error


@dataclasses.dataclass(frozen=True)
class TrustBundle:
    """A verified bundle.

    :ivar root_sha256: the root that the terminal pins from now on
    :ivar keys: dict of kid to (use, public key, nbf, exp), without the revoked
    :ivar revoked: kids that are void although they stand in the bundle
    :ivar authorities: certificates of the card authorities
    :ivar minimum: dict of list number to the lowest version that may be taken
    """

    ver: int
    iat: int
    exp: int
    root_sha256: str
    keys: dict
    authorities: tuple
    minimum: dict
    revoked: frozenset = frozenset()

    def key_of(self, kid, use):
        """Return the public key *kid* if it is listed for *use* and not revoked."""
        if kid in self.revoked:
            raise VerificationError(f"kunci {kid} sudah dicabut")
        known = self.keys.get(kid)
        if not known:
            raise UnknownKeyError(
                f"kunci {kid} tidak ada di berkas kepercayaan versi {self.ver}"
            )
        if known[0] != use:
            raise VerificationError(f"kunci {kid} tidak dikenal untuk {use}")
        return known[1]

    def verify(self, text, typ, prg):
        """Return a server's message verified, dated within the life of its key."""
        message = jws.verify(text, typ, self.key_of, prg)
        dated = message.payload.get("iat", message.payload.get("now"))
        _use, _key, nbf, exp = self.keys[message.kid]
        if not shape.is_integer(dated) or not nbf <= dated <= exp:
            raise VerificationError("pesan di luar masa berlaku kuncinya")
        return message


def open_bundle(trust, root_sha256, prg, held_ver=0):
    """Return the TrustBundle in *trust*: a JWS, or two of them at a change of root.

    :param root_sha256: root pinned so far, from the sheet or a former bundle
    :param held_ver: version of the bundle held; an older one is refused
    """
    texts = [trust] if isinstance(trust, str) else trust
    shape.require(
        isinstance(texts, list) and len(texts) in (1, 2), "berkas kepercayaan tidak sah"
    )
    messages = [jws.parse(text) for text in texts]
    payload = messages[0].payload
    shape.require(
        all(message.payload == payload for message in messages),
        "dua berkas kepercayaan berbeda isinya",
    )
    bundle = _read(payload, prg)
    roots = {message.kid: _verified_root(message, payload) for message in messages}
    shape.require(
        root_sha256 in roots.values(), "akar kepercayaan lain dari lembar pendaftaran"
    )
    shape.require(bundle.ver >= held_ver, "berkas kepercayaan lebih lama")
    # The order of the two is nobody's signature: the higher number follows.
    newest = max(roots)
    shape.require(newest not in bundle.revoked, f"akar {newest} sudah dicabut")
    return dataclasses.replace(bundle, root_sha256=roots[newest])


def _verified_root(message, payload):
    """Return the SPKI SHA-256 (hex) of the root that signed *message*."""
    shape.require(message.typ == "khbs-trust+jwt", "bukan berkas kepercayaan")
    for key in payload["keys"]:
        if key["kid"] == message.kid and key["use"] == "root":
            public_key = public_key_of(key["jwk"])
            jws.check_signature(message, public_key)
            return encoding.sha256(identifiers.spki(public_key)).hex()
    raise VerificationError("kunci akar tidak ada di berkas kepercayaan")


def _read(payload, prg):
    what = "berkas kepercayaan"
    shape.require(payload.get("prg") == prg, "berkas kepercayaan milik program lain")
    entries = shape.field(payload, "keys", lambda v: isinstance(v, list), what)
    revoked = shape.field(payload, "rev", lambda v: isinstance(v, list), what)
    minimum = shape.field(payload, "min", lambda v: isinstance(v, dict), what)
    shape.require(all(map(shape.is_integer, minimum.values())), f"{what}: min")
    shape.require(all(map(shape.is_text, revoked)), f"{what}: rev")
    keys = {}
    for entry in entries:
        shape.require(isinstance(entry, dict), f"{what}: keys")
        kid = shape.text(entry, "kid", what)
        use = shape.text(entry, "use", what)
        shape.require(kid not in keys, f"{what}: kid ganda")
        key = public_key_of(entry.get("jwk"))
        life = shape.integer(entry, "nbf", what), shape.integer(entry, "exp", what)
        keys[kid] = (use, key, *life)
    return TrustBundle(
        ver=shape.integer(payload, "ver", what),
        iat=shape.integer(payload, "iat", what),
        exp=shape.integer(payload, "exp", what),
        root_sha256="",
        keys={kid: key for kid, key in keys.items() if kid not in revoked},
        authorities=_authorities(payload.get("ca"), revoked),
        minimum=minimum,
        revoked=frozenset(revoked),
    )


def _authorities(entries, revoked):
    shape.require(isinstance(entries, list), "berkas kepercayaan: ca")
    found = []
    for entry in entries:
        shape.require(
            isinstance(entry, dict)
            and isinstance(entry.get("x5c"), list)
            and entry["x5c"],
            "berkas kepercayaan: ca",
        )
        if entry.get("kid") in revoked:
            continue
        try:
            der = base64.b64decode(entry["x5c"][0], validate=True)
            found.append(x509.load_der_x509_certificate(der))
        except (TypeError, ValueError, binascii.Error) as error:
            raise VerificationError("berkas kepercayaan: x5c") from error
    return tuple(found)
