# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Keys as PEM files of one folder, readable by their owner alone.

For development and demonstration. A server of the province has a token.
"""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from .base import MASTER, MASTER_LENGTH, KeyStore, KeyStoreError, MasterKey, use_of


class FileStore(KeyStore):
    """Keys in *path*: ``L01.pem`` and its like, and ``master`` in hexadecimal."""

    kind = "files"

    def __init__(self, path):
        self.path = Path(path)
        self._read = {}

    def names(self):
        return sorted(path.stem for path in self.path.glob("[RCELA][0-9][0-9].pem"))

    def private_key(self, name):
        use_of(name)
        return self._cached(f"{name}.pem", _load_key)

    def make(self, name):
        use_of(name)
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write(self.path / f"{name}.pem", pem)
        return key.public_key()

    def has_master(self):
        return (self.path / MASTER).exists()

    def master(self):
        return self._cached(MASTER, _load_master)

    def make_master(self):
        secret = secrets.token_bytes(MASTER_LENGTH).hex()
        write(self.path / MASTER, secret.encode("ascii"))

    def _cached(self, name, load):
        """Return what *load* makes of a file, read once for as long as it stays."""
        path = self.path / name
        try:
            found = path.stat()
            if found.st_mode & 0o077:
                raise KeyStoreError(
                    f"The key file {path} is open to other users. "
                    f"Close it: chmod 600 {path}",
                    "unsafe",
                )
            state = (found.st_ino, found.st_mtime_ns)
            if self._read.get(name, (None,))[0] != state:
                self._read[name] = (state, load(path.read_bytes()))
        except OSError as error:
            raise KeyStoreError(
                f"The key file {path} cannot be read ({error.strerror}). "
                f"Make the keys: tools/keys create {self.path} --prg NAME, "
                "or set KHBS_KEYS to the folder that has them."
            ) from error
        except ValueError as error:
            raise KeyStoreError(f"The key file {path} is damaged.") from error
        return self._read[name][1]


def _load_key(content):
    return load_pem_private_key(content, password=None)


def _load_master(content):
    return MasterKey(bytes.fromhex(content.decode("ascii")))


def write(path, content):
    """Write a new file, readable by its owner only, to the disk.

    :raises KeyStoreError: it exists; keys are never overwritten
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyStoreError(f"{path} exists; keys are never overwritten.") from error
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def sync_folder(path):
    """Put the names in the folder *path* on the disk: a file without one is lost."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
