# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The trust bundle as its maker and the server see it (EDC_PROTOCOL 1).

It lists every key that devices believe, each with its time, under a signature of the
root. Keys once listed stay listed: what they signed in their time can be verified
for ever, and ``rev`` names those that are believed no more.
"""

import base64
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from .. import base64url, jws, keys, types
from ..certificate import CARD_YEARS, life
from .base import CARD_CA, ROOT, KeyStoreError

TYP = "khbs-trust+jwt"
TRUST_DAYS = 400
DAY = 86400


class Listed(NamedTuple):
    """A key of the bundle; of a card authority the times are its certificate's."""

    kid: str
    use: str
    public_key: object
    nbf: int
    exp: int


class Signer(NamedTuple):
    """A root that signed a bundle; of two, the one with the higher number follows."""

    kid: str
    sha256: str


class Bundle:
    """A bundle whose signatures have been verified.

    :ivar texts: the JWS: one, or two at a change of root
    :ivar roots: SHA-256 (hex) of the SPKI of each root that signed, by number: the last
        is believed from now on, in whatever order the signatures came
    """

    def __init__(self, texts):
        """
        :raises KeyStoreError: not a trust bundle, or not signed by roots it names
        """
        try:
            messages = [jws.parse(text) for text in texts]
            self.payload = messages[0].payload if messages else {}
            if not messages or any(m.payload != self.payload for m in messages):
                raise jws.JwsError("one bundle is due, signed once or twice")
            self._read()
            signers = sorted(self._verified_root(message) for message in messages)
            if signers[-1].kid in self.revoked:
                raise jws.JwsError(f"the root {signers[-1].kid} is revoked")
            self.roots = [signer.sha256 for signer in signers]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise KeyStoreError(f"This is no trust bundle: {error}", "trust") from error
        self.texts = list(texts)

    def _read(self):
        payload = self.payload
        self.prg = payload["prg"]
        self.ver, self.iat, self.exp = (payload[name] for name in ("ver", "iat", "exp"))
        self.revoked = frozenset(payload["rev"])
        self.authorities = {
            entry["kid"]: x509.load_der_x509_certificate(
                base64.b64decode(entry["x5c"][0], validate=True)
            )
            for entry in payload["ca"]
        }
        listed = [
            Listed(e["kid"], e["use"], public_key(e["jwk"]), e["nbf"], e["exp"])
            for e in payload["keys"]
        ]
        for name, issued in self.authorities.items():
            listed.append(Listed(name, CARD_CA, issued.public_key(), *life(issued)))
        self.keys = {entry.kid: entry for entry in listed}
        if len(self.keys) != len(listed):
            raise ValueError("a kid stands twice")

    def _verified_root(self, message):
        types.expect(message, TYP, self.prg)
        root = self.keys.get(message.kid)
        if root is None or root.use != ROOT:
            raise jws.JwsError(f"the root {message.kid} is not in it")
        jws.verify(message, root.public_key)
        return Signer(root.kid, spki_hex(root.public_key))

    def text(self):
        """Return the value of ``trust`` as it travels: a text, or two of them."""
        return self.texts[0] if len(self.texts) == 1 else list(self.texts)

    def signing(self, use, at):
        """Return the :class:`Listed` that signs for *use* at Unix time *at*.

        The newest in force; a card authority also has to outlive the cards.

        :raises KeyStoreError: none is in force
        """
        end = at + CARD_YEARS * 366 * DAY if use == CARD_CA else at
        fit = [
            entry
            for entry in self.keys.values()
            if entry.use == use
            and entry.kid not in self.revoked
            and entry.nbf <= at
            and end <= entry.exp
        ]
        if not fit:
            raise KeyStoreError(
                f"No key for {use!r} is in force in the trust bundle {self.ver}. Make "
                "one and let the root sign the next bundle (docs/operations.md, Key "
                "ceremony).",
                "expired",
            )
        return max(fit, key=lambda entry: (entry.nbf, entry.kid))

    def verifying(self, name, use, at):
        """Return the public key *name* if it might sign for *use* at Unix time *at*.

        :raises KeyStoreError: unknown, revoked, of another use or not in its time
        """
        entry = self.keys.get(name)
        if entry is None or entry.use != use or name in self.revoked:
            raise KeyStoreError(f"{name} is no key for {use!r}.", "unlisted")
        if not entry.nbf <= at <= entry.exp:
            raise KeyStoreError(f"{name} was not in force then.", "expired")
        return entry.public_key

    def check_follows(self, held):
        """Refuse to be taken in place of the bundle *held*: never back, one root.

        :raises KeyStoreError: it may not
        """
        if self.prg != held.prg:
            raise KeyStoreError(
                f"This bundle is of the programme {self.prg}, not {held.prg}.", "trust"
            )
        if held.roots[-1] not in self.roots:
            raise KeyStoreError(
                "This bundle is not signed by the root in force. At a change of root "
                "both sign (docs/operations.md, Key ceremony).",
                "trust",
            )
        if self.ver < held.ver:
            raise KeyStoreError(
                f"This bundle has version {self.ver}; {held.ver} was in force already. "
                "An older bundle is never taken.",
                "trust",
            )
        if self.ver == held.ver and self.payload != held.payload:
            raise KeyStoreError(f"There is another bundle {self.ver} already.", "trust")


def public_key(jwk):
    """Return the P-256 public key of a JWK (dict)."""
    if (jwk.get("kty"), jwk.get("crv")) != ("EC", "P-256"):
        raise ValueError("not a P-256 key")
    x, y = (int.from_bytes(base64url.decode(jwk[name]), "big") for name in "xy")
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def spki_hex(key):
    """Return the SHA-256 (hex) of a key's SPKI, its name for ever."""
    return keys.spki_sha256(keys.spki(key)).hex()


def authority_entry(name, issued):
    """Return the element of ``ca`` for a certificate (object).

    RFC 7517 4.7: standard base64 of the DER.
    """
    der = issued.public_bytes(Encoding.DER)
    return {"kid": name, "x5c": [base64.b64encode(der).decode("ascii")]}


def key_entry(name, use, key, nbf, exp):
    """Return the element of ``keys`` for a public key."""
    return {"kid": name, "use": use, "jwk": keys.jwk(key), "nbf": nbf, "exp": exp}
