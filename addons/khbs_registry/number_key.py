# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A number that was searched for, as the audit trail may keep it.

A plain hash of a NIK is undone by trying all of them. This one needs a key that lies
outside the database: whoever has the trail alone learns nothing from it, and whoever
has the number and the server finds where it was searched for.

The key is 32 bytes in ``number.key`` of a folder, made when it is first needed. Several
servers of one installation share the file; without it the digests of before match
nothing any more, and no other harm is done.
"""

import functools
import hashlib
import hmac
import os
import secrets
from pathlib import Path

NAME = "number.key"
_BYTES = 32


class NumberKeyError(Exception):
    """The file of the key is not what it must be."""


@functools.lru_cache(maxsize=4)
def key(folder):
    """Return the key of *folder*; make it if there is none."""
    path = Path(folder) / NAME
    if not path.exists():
        _make(path)
    found = path.read_bytes()
    if len(found) != _BYTES:
        raise NumberKeyError(f"{path} must hold {_BYTES} bytes")
    return found


def _make(path):
    """Write a new key at *path*, whole or not at all; the first of several wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        os.unlink(draft)


def digest(folder, number):
    """Return the keyed digest (HMAC-SHA-256, hexadecimal) of *number*."""
    return hmac.new(key(str(folder)), number.encode(), hashlib.sha256).hexdigest()
