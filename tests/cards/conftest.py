# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Blank virtual cards, an enrolled station and a PC/SC daemon for the card tests."""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
for folder in (HERE, HERE.parents[1], HERE.parents[1] / "clients"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from enrolled import Station  # noqa: E402
from office import Office  # noqa: E402

from tools.virtual_card import PrivatePcscd  # noqa: E402


@pytest.fixture
def office():
    office = Office(jobs=3)
    yield office
    office.close()


@pytest.fixture
def station(tmp_path, office):
    return Station(tmp_path / "station", office).enrol()


@pytest.fixture(scope="session")
def pcscd():
    """A private PC/SC daemon that this process and its children talk to."""
    with PrivatePcscd() as daemon:
        before = os.environ.get("PCSCLITE_CSOCK_NAME")
        os.environ.update(daemon.environment)
        yield daemon
        if before is None:
            del os.environ["PCSCLITE_CSOCK_NAME"]
