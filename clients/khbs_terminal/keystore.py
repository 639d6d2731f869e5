# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The device key: made here, kept here, readable by this user alone."""

import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class KeyStore:
    """Key files of one terminal. A real device keeps them in its hardware."""

    def __init__(self, folder):
        self._path = Path(folder) / "device-1.pem"

    def key(self):
        """Return the device key, made at first use and never replaced."""
        if not self._path.exists():
            self._create()
        return serialization.load_pem_private_key(
            self._path.read_bytes(), password=None
        )

    def _create(self):
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        # Written aside and renamed, so that a crash leaves no half a key.
        aside = self._path.with_suffix(".new")
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, self._path)
        _sync_folder(self._path.parent)

    def request_for(self, tid):
        """Return the PEM PKCS#10 that proves possession of the key."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, tid)])
        csr = (
            x509.CertificateSigningRequestBuilder()
            .subject_name(subject)
            .sign(self.key(), hashes.SHA256())
        )
        return csr.public_bytes(serialization.Encoding.PEM).decode()


def _sync_folder(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
