# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The development keys of the card authority: PEM files of mode 0600."""

import subprocess

from .state import discard
from .step import SetupError

PROGRAMME = "KHBS-demo"


def ensure(state, python, folder=None):
    """Create the keys folder with ``tools/keys`` unless it is complete."""
    folder = folder or state.folder / "keys"
    if folder.exists():
        return
    making = folder.with_suffix(".new")
    discard(making)
    done = subprocess.run(
        [python, state.code / "tools" / "keys", "create", making, "--prg", PROGRAMME],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetupError(f"The keys could not be made: {done.stderr.strip()[-300:]}")
    state.own(making, *making.rglob("*"))
    making.rename(folder)
