# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The station's program of the tests, and who puts cards in as its screen asks."""

import subprocess
import sys

from tools.journey.station import CLIENTS, serve
from tools.virtual_card import Slot


class Screen:
    """The lines of a program, kept while they are read."""

    def __init__(self, stream):
        self._stream = stream
        self.lines = []

    def __iter__(self):
        for line in self._stream:
            self.lines.append(line)
            yield line


def start(pcscd, folder, *arguments, **options):
    """Return the running program; its screen is a pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", "khbs_station", "--folder", str(folder), *arguments],
        cwd=CLIENTS,
        env=pcscd.environment,
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )


def run_station(pcscd, folder, cards, *options):
    """Run ``run`` on *cards*, put in as its screen asks for them; return its lines."""
    with start(pcscd, folder, "run", "--reader", "1", *options) as program:
        screen = Screen(program.stdout)
        try:
            serve(screen, Slot(pcscd.ports[1]), cards, [])
        except BaseException:
            program.kill()
            raise
    assert program.returncode == 0
    return screen.lines
