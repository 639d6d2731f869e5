# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The virtual environment from a lock file with hashes."""

import hashlib
import sys

from .state import REPOSITORY, discard
from .step import command

FAILURE = (
    "The Python packages of {lock} could not be installed: check the network and the "
    "free space, then start again."
)


def ensure(state, lock, odoo_library):
    """Return the python of the environment that *lock* describes, made if needed.

    The folder's name holds the lock's digest, so a changed lock makes a new one; the
    file ``complete`` is written last, so a half-made one is made again.
    """
    content = (REPOSITORY / lock).read_bytes() + sys.version.encode()
    digest = hashlib.sha256(content).hexdigest()[:12]
    stem = lock.removesuffix(".lock")
    folder = state.folder / f"venv-{stem}-{digest}"
    python = folder / "bin" / "python"
    link = folder / "lib" / f"python3.{sys.version_info[1]}" / "site-packages/odoo.pth"
    if not (folder / "complete").exists():
        discard(*state.folder.glob(f"venv-{stem}-*"))
        log = state.logfile(f"venv-{stem}")
        failure = FAILURE.format(lock=lock)
        command(["/usr/bin/python3", "-m", "venv", str(folder)], log, failure)
        command(
            [str(python), "-m", "pip", "install", "--quiet", "--no-input"]
            + ["--disable-pip-version-check", "--require-hashes"]
            + ["-r", str(REPOSITORY / lock)],
            log,
            failure,
        )
        (folder / "complete").touch()
    if not link.exists() or link.read_text() != f"{odoo_library}\n":
        link.write_text(f"{odoo_library}\n")
    return python
