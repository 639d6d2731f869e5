# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Secrets: generated here, mode 0600, never committed."""

import os
import secrets


def ensure(state, name):
    """Return the secret *name*, generated at first use."""
    folder = state.folder / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    if not path.exists():
        making = folder / f"{name}.new"
        making.unlink(missing_ok=True)
        handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as target:
            target.write(secrets.token_urlsafe(15) + "\n")
            target.flush()
            os.fsync(target.fileno())
        making.rename(path)
    return path.read_text().strip()
