# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./run killed inside each of its steps leaves nothing that is taken for finished."""

import re
import shutil
import subprocess

import pytest

# Step -> what of an earlier start is taken away so that the step has work to do.
LOST = {
    "packages": [],
    "odoo": ["odoo"],
    "python": ["venv-*"],
    "keys": ["keys"],
    "cluster": ["cluster", "odoo-data"],
    "postgresql": [],
    "database": ["cluster", "odoo-data"],
    "server": [],
}
MOMENTS = [0.05, 0.5, 4, 12]


@pytest.mark.parametrize("delay", MOMENTS)
@pytest.mark.parametrize("step", LOST)
def test_killed_in_step(clone, step, delay):
    for pattern in LOST[step]:
        for path in clone.state.glob(pattern):
            shutil.rmtree(path)
    clone.killed_in(step, delay, "--empty")
    clone.works("--empty")


@pytest.mark.parametrize("delay", MOMENTS)
def test_killed_in_upgrade_keeps_every_row(clone, delay):
    clone.works("--empty")
    source = clone.folder / "addons/khbs_registry/models/khbs_area.py"
    source.write_text(source.read_text() + f"# {delay}\n")
    clone.killed_in("upgrade", delay, "--empty")
    output = clone.works("--empty")
    if delay < 1:
        assert re.search(r"\] upgrade", output)


def test_killed_in_reset(clone):
    clone.killed_in("reset", 0.2, "--reset", "--empty")
    clone.works("--empty")


def test_no_process_survives(clone):
    clone.killed_in("server", 1, "--empty")
    clone.works("--empty")
    left = subprocess.run(
        ["pgrep", "-f", str(clone.state)], capture_output=True, text=True, check=False
    )
    assert left.stdout == ""
