# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The PIN that a token refused, remembered for every process of the server.

A token locks after a few wrong PINs, and each worker would try its own. The first one
leaves a mark beside ``keystore.ini``; the others read it and do not ask the token. The
mark is a salted scrypt digest, readable by its owner alone: a wrong PIN is often the
right one mistyped.
"""

import contextlib
import fcntl
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

MARK_FILE = "pin.refused"
# Some tens of milliseconds, and only where a mark is.
_COST = {"n": 2**14, "r": 8, "p": 1}


class RefusedPin:
    """The mark in the key folder *path*.

    :param path: folder
    :param turn: name of a file in it that is locked while one process logs in
    """

    def __init__(self, path, turn):
        self.path = Path(path) / MARK_FILE
        self._turn = Path(path) / turn

    @contextlib.contextmanager
    def turn(self):
        """Let one process after the other ask the token: workers start together."""
        with open(self._turn, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def matches(self, label, pin):
        """Tell whether the token *label* refused *pin* before."""
        try:
            salt, digest = self.path.read_text("ascii").split()
            return hmac.compare_digest(digest, _digest(bytes.fromhex(salt), label, pin))
        except (OSError, ValueError):
            return False

    def mark(self, label, pin):
        """Remember that the token *label* refused *pin*; tell whether that is kept."""
        salt = secrets.token_bytes(16)
        content = f"{salt.hex()} {_digest(salt, label, pin)}\n"
        try:
            # Made with mode 0600; put into place whole.
            handle, name = tempfile.mkstemp(prefix=MARK_FILE, dir=self.path.parent)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(content)
            os.replace(name, self.path)
        except OSError:
            return False
        return True

    def clear(self):
        """Forget it: the token took a PIN."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)


def _digest(salt, label, pin):
    secret = f"{label}\0{pin}".encode()
    return hashlib.scrypt(secret, salt=salt, **_COST).hex()
