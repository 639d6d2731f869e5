# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A KHBS card over any channel that carries APDUs.

A channel is any object with ``transmit(bytes) -> bytes`` whose answer ends with
the two status bytes: a PC/SC reader or a card in the same process.
"""

import calendar
import dataclasses

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID, NameOID

from . import encoding, identifiers, jws
from .errors import CardError, CertificateError, VerificationError

SELECT_PIV = bytes.fromhex("00A404000BA000000308000010000100" + "00")
READ_CERTIFICATE = bytes.fromhex("00CB3FFF055C035FC10100")
SIGN_HEAD = bytes.fromhex("0087119E267C2482008120")
_CARD_AUTHENTICATION = "2.16.840.1.101.3.6.8"
_MAX_ANSWER = 8192
_BAD = "BAD_CERTIFICATE"
_NOT_KHBS = (
    "Kartu tidak berlaku: ini bukan kartu KHBS. Kartu masa kampanye tidak berlaku."
)


def sign_apdu(digest):
    """Return the GENERAL AUTHENTICATE command that signs *digest* with key 9E."""
    return SIGN_HEAD + digest + b"\x00"


def signature_of(answer):
    """Return the DER signature in the answer to ``sign_apdu``."""
    return _only(_only(answer, 0x7C), 0x82)


def _only(data, tag):
    """Return the value of the one TLV that *data* consists of."""
    found = _tlv(data)
    if list(found) != [tag]:
        raise CardError("Jawaban kartu tidak dikenal.")
    return found[tag]


def _tlv(data):
    """Return the values of one-byte tags in *data*, in order."""
    found, at = {}, 0
    while at < len(data):
        tag, size, at = data[at], data[at + 1 : at + 2], at + 2
        if size and size[0] in (0x81, 0x82):
            width = size[0] - 0x80
            size, at = data[at : at + width], at + width
        length = int.from_bytes(size, "big")
        if not size or tag in found or at + length > len(data):
            raise CardError("Jawaban kartu rusak.")
        found[tag] = data[at : at + length]
        at += length
    return found


@dataclasses.dataclass(frozen=True)
class Identity:
    """What the certificate 9E of a card says, before anybody vouched for it."""

    card_no: str
    list_no: str
    index: int
    certificate: x509.Certificate

    @property
    def public_key(self):
        return self.certificate.public_key()

    @property
    def key_hash(self):
        return identifiers.key_hash(self.public_key)


class _Declined(CardError):
    """The card answered with a status other than 9000.

    :param status: the two bytes in hexadecimal
    """

    def __init__(self, status):
        super().__init__(f"Kartu menolak perintah ({status}).")
        self.status = status


class Card:
    """A card in the field.

    :param channel: object with ``transmit(bytes) -> bytes``
    """

    def __init__(self, channel):
        self._channel = channel

    def identify(self):
        """Select the PIV application and return the Identity that it shows.

        :raises CardError: the card went away, or NOT_KHBS, NO_CERTIFICATE
        """
        self._expect(SELECT_PIV, _NOT_KHBS, "NOT_KHBS")
        told = "Kartu tidak berlaku: tidak memuat sertifikat KHBS."
        answer = self._expect(READ_CERTIFICATE, told, "NO_CERTIFICATE")
        parts = _tlv(_only(answer, 0x53))
        if 0x70 not in parts or parts.get(0x71, b"\x00") != b"\x00":
            raise CardError(told, "NO_CERTIFICATE")
        try:
            certificate = x509.load_der_x509_certificate(parts[0x70])
            names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
            card_no = names[0].value
            key = certificate.public_key()
        except (ValueError, IndexError, UnsupportedAlgorithm) as error:
            raise CardError(_NOT_KHBS, "NOT_KHBS") from error
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise CardError(_NOT_KHBS, "NOT_KHBS")
        try:
            list_no, index = identifiers.parse_card_no(card_no)
        except VerificationError as error:
            raise CardError(_NOT_KHBS, "NOT_KHBS") from error
        return Identity(card_no, list_no, index, certificate)

    def sign(self, identity, typ, payload):
        """Return *payload* as a JWS signed by the card's key 9E, and checked.

        :raises CardError: the card went away, or COPIED_CARD: its key is not the one
            of the certificate that it shows, so file and chip do not belong together
        """
        signed = jws.signing_input(identity.card_no, typ, payload)
        told = "Kunci kartu tidak cocok dengan sertifikatnya: kartu ini salinan."
        told += " Tahan kartu ini."
        apdu = sign_apdu(encoding.sha256(signed))
        answer = self._expect(apdu, told, "COPIED_CARD")
        try:
            text = jws.join(signed, jws.raw_signature(signature_of(answer)))
            jws.check_signature(jws.parse(text), identity.public_key)
        except VerificationError as error:
            raise CardError(told, "COPIED_CARD") from error
        return text

    def _expect(self, apdu, told, why):
        """Return the answer; a card that declines is refused for *why*."""
        try:
            return self._exchange(apdu)
        except _Declined as error:
            raise CardError(f"{told} ({error.status})", why) from error

    def _exchange(self, apdu):
        """Return the whole answer of the card, without the status bytes."""
        answer = self._transmit(apdu)
        data = answer[:-2]
        while answer[-2] == 0x61 and len(data) <= _MAX_ANSWER:
            answer = self._transmit(bytes([0x00, 0xC0, 0x00, 0x00, answer[-1]]))
            if len(answer) == 2 and answer[0] == 0x61:
                raise CardError("Jawaban kartu rusak.")
            data += answer[:-2]
        if answer[-2:] != b"\x90\x00":
            raise _Declined(answer[-2:].hex().upper())
        return data

    def _transmit(self, apdu):
        try:
            answer = bytes(self._channel.transmit(apdu))
        except Exception as error:
            # Every channel has its own exceptions; to the operator they are one.
            raise CardError("Kartu terlepas. Tempelkan lagi.") from error
        if len(answer) < 2:
            raise CardError("Kartu terlepas. Tempelkan lagi.")
        return answer


def verify_certificate(identity, authorities, now):
    """Raise CertificateError unless a card authority vouches for *identity*.

    :param authorities: certificates of the trust bundle
    :param now: Unix seconds, within the certificate's life
    """
    certificate = identity.certificate
    if not any(_issued_by(certificate, authority) for authority in authorities):
        raise CertificateError("FORGED", "sertifikat kartu bukan dari KHBS")
    try:
        usage = certificate.extensions.get_extension_for_oid(ExtensionOID.KEY_USAGE)
        purposes = certificate.extensions.get_extension_for_oid(
            ExtensionOID.EXTENDED_KEY_USAGE
        )
    except (x509.ExtensionNotFound, ValueError) as error:
        raise CertificateError(_BAD, "sertifikat kartu tidak lengkap") from error
    if not usage.value.digital_signature or [
        purpose.dotted_string for purpose in purposes.value
    ] != [_CARD_AUTHENTICATION]:
        raise CertificateError(_BAD, "sertifikat kartu untuk keperluan lain")
    start, end = _life(certificate)
    if now > end:
        raise CertificateError("EXPIRED_CARD", "masa berlaku kartu sudah habis")
    if now < start:
        raise CertificateError(_BAD, "sertifikat kartu belum berlaku")


def _issued_by(certificate, authority):
    key = authority.public_key()
    if certificate.issuer != authority.subject or not isinstance(
        key, ec.EllipticCurvePublicKey
    ):
        return False
    try:
        key.verify(
            certificate.signature,
            certificate.tbs_certificate_bytes,
            ec.ECDSA(hashes.SHA256()),
        )
    except InvalidSignature:
        return False
    return True


def _life(certificate):
    """Return the first and last second of a certificate, in Unix seconds."""
    if hasattr(certificate, "not_valid_before_utc"):
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    else:  # cryptography before 42
        start, end = certificate.not_valid_before, certificate.not_valid_after
    return calendar.timegm(start.timetuple()), calendar.timegm(end.timetuple())
