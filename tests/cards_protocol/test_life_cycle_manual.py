# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The manual shows the table of transitions that the program and PostgreSQL keep."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools import life_cycle as manual  # noqa: E402


def test_the_manual_has_the_table_of_the_program():
    assert manual.written() == manual.table(), "run: python -m tools.life_cycle"


def test_the_manual_names_every_mover():
    table = manual.life_cycle.TRANSITIONS
    assert set().union(*table.values()) <= set(manual.WHO)
    assert len(set(manual.labels().values())) == len(manual.life_cycle.STATES)
