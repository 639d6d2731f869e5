# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""X.509 certificates of cards and of the authority that issues them."""

import secrets
import uuid
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

# id-PIV-cardAuth: the key answers without a PIN.
PIV_CARD_AUTHENTICATION = ObjectIdentifier("2.16.840.1.101.3.6.8")
CARD_YEARS = 5
SLOT_9E = "9E"
SLOT_9C = "9C"


def issue(ca_key, ca_certificate, public_key, slot, card_no, guid, now=None):
    """Return the DER certificate of one key of a card.

    :param slot: 9E (card key) or 9C (PIN key)
    :param guid: of the card, as text
    :param now: aware datetime; the certificate is valid from an hour before
    """
    start = (now or datetime.now(UTC)).replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(card_no))
        .issuer_name(ca_certificate.subject)
        .public_key(public_key)
        .serial_number(secrets.randbelow(2**63 - 1) + 1)
        # Clocks of terminals are not exact.
        .not_valid_before(start - timedelta(hours=1))
        .not_valid_after(_years_later(start, CARD_YEARS))
        .add_extension(_key_usage(non_repudiation=slot == SLOT_9C), critical=True)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.UniformResourceIdentifier(uuid.UUID(guid).urn)]
            ),
            critical=False,
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(
                ca_certificate.public_key()
            ),
            critical=False,
        )
    )
    if slot == SLOT_9E:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([PIV_CARD_AUTHENTICATION]), critical=True
        )
    return builder.sign(ca_key, hashes.SHA256()).public_bytes(Encoding.DER)


def issue_authority(
    issuer_key, issuer_name, public_key, name, path_length, years, now=None
):
    """Return the certificate (object) of a root or of a card authority."""
    start = (now or datetime.now(UTC)).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer_name))
        .public_key(public_key)
        .serial_number(secrets.randbelow(2**63 - 1) + 1)
        .not_valid_before(start - timedelta(hours=1))
        .not_valid_after(_years_later(start, years))
        .add_extension(
            x509.BasicConstraints(ca=True, path_length=path_length), critical=True
        )
        .add_extension(_key_usage(authority=True), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .sign(issuer_key, hashes.SHA256())
    )


def last_day(certificate):
    """Return the date on which *certificate* ends, in UTC."""
    # cryptography 42 brought the aware form; the server may run on 38.
    if hasattr(certificate, "not_valid_after_utc"):
        return certificate.not_valid_after_utc.date()
    return certificate.not_valid_after.date()


def life(certificate):
    """Return (first, last) moment of a certificate (object) in Unix seconds."""
    if hasattr(certificate, "not_valid_after_utc"):
        ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    else:
        naive = certificate.not_valid_before, certificate.not_valid_after
        ends = (moment.replace(tzinfo=UTC) for moment in naive)
    return tuple(int(moment.timestamp()) for moment in ends)


def to_pem(certificate):
    """Return a certificate (object) as PEM (bytes)."""
    return certificate.public_bytes(Encoding.PEM)


def root_name(number):
    """Return the common name of the root *number*."""
    return f"KHBS Root {number}"


def authority_name(number):
    """Return the common name of the card authority *number*."""
    return f"KHBS Card CA {number}"


def _name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _years_later(moment, years):
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + years, day=28)


def _key_usage(non_repudiation=False, authority=False):
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=non_repudiation,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
