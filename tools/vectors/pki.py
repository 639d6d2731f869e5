# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The test PKI: root, card authority, server keys, two terminals, three cards."""

import datetime
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID, ObjectIdentifier

from .signing import Key, sha256

PRG = "KHBS-vectors"
AUD = "khbs-vectors"
NOW = 1_790_000_000
DAY = 86400
TID, OTHER_TID = "T000123", "T000124"
CARD = "KH01012345642"
CARD_AUTHENTICATION = ObjectIdentifier("2.16.840.1.101.3.6.8")
GUID = uuid.UUID("6f1c52a8-7a3c-4b5e-9d21-3b4a5c6d7e8f")

# name -> (kid, use)
NAMES = {
    "root": ("R01", "root"),
    "next root": ("R02", "root"),
    "card authority": ("C01", "ca"),
    "lease": ("E01", "lease"),
    "list": ("L01", "list"),
    "next list": ("L02", "list"),
    "ack": ("A01", "ack"),
    "terminal": (f"{TID}.1", "device"),
    "other terminal": (f"{OTHER_TID}.1", "device"),
    "card": (CARD, "card"),
    "card PIN": (f"{CARD}.9C", "card"),
    "forged card": ("forged", "card"),
}
KEYS = {name: Key(name) for name in NAMES}


def kid(name):
    return NAMES[name][0]


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _moment(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).replace(tzinfo=None)


def _usage(ca=False, commitment=False):
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _builder(subject, issuer, issuer_key, key, years):
    serial = int.from_bytes(sha256(key.spki)[:8], "big") >> 1
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public)
        .serial_number(serial)
        .not_valid_before(_moment(NOW - DAY))
        .not_valid_after(_moment(NOW + years * 365 * DAY))
        .add_extension(authority, critical=False)
    )


def _finish(builder, issuer_key):
    """Return the DER of the certificate with an RFC 6979 signature in it."""
    made = builder.sign(issuer_key.private, hashes.SHA256())
    tbs = made.tbs_certificate_bytes
    # SEQUENCE { OID ecdsa-with-SHA256 }
    algorithm = bytes.fromhex("300a06082a8648ce3d040302")
    signature = _tlv(0x03, b"\x00" + issuer_key.sign_der(tbs))
    return _tlv(0x30, tbs + algorithm + signature)


def _tlv(tag, value):
    size = len(value)
    if size < 0x80:
        length = bytes([size])
    else:
        width = (size.bit_length() + 7) // 8
        length = bytes([0x80 | width]) + size.to_bytes(width, "big")
    return bytes([tag]) + length + value


def authority_certificate(subject, issuer, issuer_key, key, path_length, years):
    builder = _builder(subject, issuer, issuer_key, key, years)
    constraint = x509.BasicConstraints(ca=True, path_length=path_length)
    builder = builder.add_extension(constraint, critical=True)
    return _finish(builder.add_extension(_usage(ca=True), critical=True), issuer_key)


def card_certificate(key, issuer_key=None, pin=False):
    """Return the DER certificate 9E, or 9C with *pin*, of the test card."""
    issuer_key = issuer_key or KEYS["card authority"]
    builder = _builder(CARD, "KHBS Card CA 1", issuer_key, key, 5)
    builder = builder.add_extension(_usage(commitment=pin), critical=True)
    name = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(GUID.urn)])
    builder = builder.add_extension(name, critical=False)
    if not pin:
        purpose = x509.ExtendedKeyUsage([CARD_AUTHENTICATION])
        builder = builder.add_extension(purpose, critical=True)
    return _finish(builder, issuer_key)


def certificates():
    """Return dict of name to DER."""
    root, authority = KEYS["root"], KEYS["card authority"]
    return {
        "root": authority_certificate("KHBS Root 1", "KHBS Root 1", root, root, 1, 20),
        "card authority": authority_certificate(
            "KHBS Card CA 1", "KHBS Root 1", root, authority, 0, 10
        ),
        "card": card_certificate(KEYS["card"]),
        "card PIN": card_certificate(KEYS["card PIN"], pin=True),
        # Right in every word, but signed by a key that is no authority.
        "forged card": card_certificate(KEYS["forged card"], KEYS["forged card"]),
    }


def pem(der):
    certificate = x509.load_der_x509_certificate(der)
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
