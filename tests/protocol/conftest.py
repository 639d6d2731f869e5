# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The protocol, read by two implementations that share no code.

``khbs_terminal`` is imported from ``clients``, the server's side as the plain
packages ``protocol`` of khbs_cards and ``settlement`` of khbs_edc, without Odoo.
"""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADDONS = ROOT / "addons"
for folder in (ROOT, ROOT / "clients", ADDONS / "khbs_cards", ADDONS / "khbs_edc"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from terminal_stage import Stage, load  # noqa: E402


class Vectors:
    """The files of tests/vectors, read once each."""

    def __init__(self):
        self._files = {}

    def __getattr__(self, name):
        if name not in self._files:
            self._files[name] = load(name)
        return self._files[name]


@pytest.fixture(scope="session")
def vectors():
    return Vectors()


@pytest.fixture
def stage(tmp_path):
    """A terminal of the vectors, ready to work offline with the vectors' card."""
    stage = Stage(tmp_path / "terminal")
    yield stage
    stage.close()
