# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The root: made and used on a machine of its own, never on the server.

Its folder has the root's key, as a file under a passphrase of two halves or in a
token, its certificate, and the last bundle that it signed.
"""

from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from .. import certificate
from .base import ROOT, KeyStoreError, kid
from .bundle import Bundle
from .development import ROOT_YEARS, check_prg
from .files import write
from .keyring import TRUST_FILE, replace
from .settings import SETTINGS_FILE, read_settings, write_settings
from .token import TokenStore

PROGRAMME_FILE = "programme"


class RootFolder:
    """The folder *path* of one root."""

    def __init__(self, path):
        self.path = Path(path)
        try:
            self.prg = (self.path / PROGRAMME_FILE).read_text("ascii").strip()
            [found] = self.path.glob("R[0-9][0-9].crt")
        except (OSError, ValueError) as error:
            raise KeyStoreError(
                f"{path} is no folder of a root. Make one: tools/keys root {path} "
                "--prg NAME"
            ) from error
        self.name = found.stem
        self._file = self.path / f"{self.name}.pem"

    @classmethod
    def make(cls, path, prg, number, secret, token=None, now=None):
        """Make the root *number* of the programme *prg* in the new folder *path*.

        :param secret: passphrase (bytes) of its file, or PIN of its token
        :param token: (module, label) of a token of its own, or None
        :param now: Unix time
        """
        check_prg(prg)
        path = Path(path)
        if path.exists() and any(path.iterdir()):
            raise KeyStoreError(f"{path} is not empty; keys are never overwritten.")
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = kid(ROOT, number)
        if token:
            write_settings(path, *token)
            store = TokenStore(*token, lambda: secret.decode())
            store.make(name)
            key = store.private_key(name)
        else:
            key = ec.generate_private_key(ec.SECP256R1())
            write(path / f"{name}.pem", _encrypted(key, secret))
        common = certificate.root_name(number)
        start = datetime.fromtimestamp(now, UTC) if now else None
        issued = certificate.issue_authority(
            key, common, key.public_key(), common, 1, ROOT_YEARS, start
        )
        write(path / PROGRAMME_FILE, prg.encode("ascii"))
        write(path / f"{name}.crt", certificate.to_pem(issued))
        return cls(path)

    @property
    def is_token(self):
        """Whether the root's key lies in a token; its PIN is in halves then."""
        return (self.path / SETTINGS_FILE).exists()

    def certificate(self):
        """Return the root's certificate (object)."""
        content = (self.path / f"{self.name}.crt").read_bytes()
        return certificate.x509.load_pem_x509_certificate(content)

    def key(self, secret):
        """Return the root's private key.

        :param secret: passphrase (bytes) of its file, or PIN of its token
        :raises KeyStoreError: the halves are not those of this root
        """
        if self.is_token:
            module, label, _pin_file = read_settings(self.path)
            store = TokenStore(module, label, lambda: secret.decode())
            return store.private_key(self.name)
        try:
            if self._file.stat().st_mode & 0o077:
                raise KeyStoreError(
                    f"The key file {self._file} is open to other users. "
                    f"Close it: chmod 600 {self._file}",
                    "unsafe",
                )
            return load_pem_private_key(self._file.read_bytes(), secret)
        except OSError as error:
            raise KeyStoreError(f"The root {self._file} cannot be read.") from error
        except ValueError as error:
            raise KeyStoreError(
                "The two halves do not open this root: are they of this root and "
                "newer than its last change of halves?",
                "pin",
            ) from error

    def change_secret(self, old, new):
        """Put the root's file under new halves."""
        content = _encrypted(self.key(old), new)
        replace(self._file, content)

    def last_bundle(self):
        """Return the last :class:`Bundle` that this root signed, or None."""
        path = self.path / TRUST_FILE
        if not path.exists():
            return None
        return Bundle(path.read_text("ascii").split())

    def keep(self, bundle):
        """Remember *bundle* as the last one."""
        replace(self.path / TRUST_FILE, "\n".join(bundle.texts).encode() + b"\n")


def _encrypted(key, secret):
    return key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(secret)
    )
