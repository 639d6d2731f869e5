# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the server issues for one card, and what is read from a card's certificates."""

import hashlib
import re
import uuid
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from . import jose
from .iso7816 import TlvError, untlv

K9B_BYTES = 32
PUK = re.compile(r"[0-9]{8}")
PIN = re.compile(r"[0-9]{6,8}")


def secret(text, pattern):
    """Return the digits of a PIN or PUK in memory that can be overwritten.

    :raises JoseError: they are not what a card takes
    """
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise jose.JoseError("a PIN or PUK is malformed")
    return bytearray(text.encode("ascii"))


def wipe(*memories):
    """Overwrite what is secret, as far as Python lets us."""
    for memory in memories:
        if memory is not None:
            memory[:] = bytes(len(memory))


@dataclass
class Issued:
    """What the server gave for one card; never printed, gone when it is finished.

    :ivar certificates: slot to DER
    :ivar keys: slot to the public key that the card showed
    """

    certificates: dict
    k9b: bytearray = field(repr=False)
    puk: bytearray = field(repr=False)
    pin: bytearray | None = field(repr=False)
    keys: dict = field(repr=False)

    @classmethod
    def read(cls, answer, keys):
        """Return the answer of ``station.job.certify`` for the card's *keys*.

        :raises JoseError, KeyError, TypeError, ValueError: it is not one
        """
        certificates = [jose.from_b64url(text) for text in answer["certs"]]
        pin = answer["pin"]
        if ("9C" in keys) != (pin is not None):
            raise jose.JoseError("a PIN belongs to a card with 9C and to no other")
        issued = cls(
            dict(zip(keys, certificates, strict=True)),
            bytearray.fromhex(answer["k9b"]),
            secret(answer["puk"], PUK),
            None if pin is None else secret(pin, PIN),
            keys,
        )
        if len(issued.k9b) != K9B_BYTES:
            raise jose.JoseError("k9b is malformed")
        return issued

    def wipe(self):
        """Forget the secrets."""
        wipe(self.k9b, self.puk, self.pin)

    def public_key(self, slot):
        return x509.load_der_x509_certificate(self.certificates[slot]).public_key()

    def check(self, job, trust):
        """Check that every certificate is of the programme, this card and this key."""
        urn = uuid.UUID(job["guid"]).urn
        for slot, der in self.certificates.items():
            certificate = x509.load_der_x509_certificate(der)
            names = certificate.extensions.get_extension_for_class(
                x509.SubjectAlternativeName
            ).value.get_values_for_type(x509.UniformResourceIdentifier)
            if (
                not trust.issued(certificate)
                or common_name(certificate) != job["card_no"]
                or names != [urn]
                or jose.spki(certificate.public_key()) != jose.spki(self.keys[slot])
            ):
                raise jose.JoseError(f"certificate {slot} is not for this card")


def sha256(data):
    """Return SHA-256 in base64url."""
    return jose.b64url(hashlib.sha256(data).digest())


def certificate_in(content):
    """Return the certificate in a data object, or None if there is no readable one."""
    try:
        certificate = x509.load_der_x509_certificate(untlv(content or b"")[0x70])
        # These are read only when they are asked for, and whoever made the card may
        # have put anything there.
        certificate.public_key()
        return certificate if certificate.issuer and certificate.subject else None
    except (TlvError, KeyError, ValueError, UnsupportedAlgorithm):
        return None


def common_name(certificate):
    """Return the card number that a certificate names."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return names[0].value if names else ""
