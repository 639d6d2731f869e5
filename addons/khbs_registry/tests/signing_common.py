# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A signing service of the tests: a CA of their own, and PDF signed as BSrE does."""

import io
from datetime import UTC, datetime, timedelta

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

NAME = "AGUSTIAR CONTOH"
CA_NAME = "CA Contoh Uji"


def _named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(subject, key, issuer, issuer_key, is_ca, days=3650):
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_named(subject))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3650))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_ca,
                content_commitment=not is_ca,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=is_ca,
                crl_sign=is_ca,
                encipher_only=False,
                decipher_only=False,
            ),
            True,
        )
        .sign(issuer_key, hashes.SHA256())
    )


class SigningService:
    """Signs PDF with a certificate of its own CA.

    :param name: of the signer, as the certificate has it
    :param days: until the certificate ends; negative where it has ended
    """

    def __init__(self, name=NAME, days=3650):
        ca_key = ec.generate_private_key(ec.SECP256R1())
        key = ec.generate_private_key(ec.SECP256R1())
        self.ca = _certificate(CA_NAME, ca_key, CA_NAME, ca_key, True)
        self.certificate = _certificate(name, key, CA_NAME, ca_key, False, days)
        store = SimpleCertificateStore()
        store.register(self._asn1(self.ca))
        private = key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self.signer = signers.SimpleSigner(
            signing_cert=self._asn1(self.certificate),
            signing_key=keys.PrivateKeyInfo.load(private),
            cert_registry=store,
        )

    def _asn1(self, certificate):
        der = certificate.public_bytes(serialization.Encoding.DER)
        return asn1_x509.Certificate.load(der)

    @property
    def ca_pem(self):
        return self.ca.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def fingerprint(self):
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def sign(self, content, field="TTE", box=None, flags=None):
        """Return *content* and, behind it, an incremental update with a signature.

        :param box: left, bottom, right and top of a visible one on the last page
        :param flags: of its annotation; those of the library by default
        """
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        return self.sign_update(writer, field, box, flags)

    def sign_update(self, writer, field="TTE", box=None, flags=None):
        """Sign what *writer* changed, in the same update; return the whole file."""
        metadata = signers.PdfSignatureMetadata(
            field_name=field, location="Palangka Raya"
        )
        place = box and fields.SigFieldSpec(field, on_page=-1, box=box)
        if flags is not None:
            fields.append_signature_field(writer, place)
            widget = writer.root["/AcroForm"]["/Fields"][0].get_object()
            widget[generic.pdf_name("/F")] = generic.NumberObject(flags)
            place = None
        return signers.sign_pdf(
            writer, metadata, self.signer, new_field_spec=place
        ).getvalue()


# The library takes the class of dates when it makes its first certificate and keeps
# it: that must happen before a test stops the clock with a class of its own.
SERVICE = SigningService()
