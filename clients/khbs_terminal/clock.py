# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The three clocks of a terminal: wall, since boot, and which boot."""

import time
from pathlib import Path


class SystemClock:
    """Clocks of the Linux that the terminal runs on."""

    def wall(self):
        """Return the wall clock in Unix seconds; the operator may have set it."""
        return int(time.time())

    def mono(self):
        """Return milliseconds since boot, counting sleep; nobody can set it."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def boot_id(self):
        """Return text that differs after every boot."""
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
