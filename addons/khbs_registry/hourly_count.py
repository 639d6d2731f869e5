# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""How much each user reads within an hour, counted in one process."""

import threading
import time

_HOUR = 3600


class HourlyCount:
    """Counts by database and user; tells once an hour who passed a limit.

    :param clock: seconds, only ever growing
    """

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._counts = {}

    def add(self, database, user_id, count, limit):
        """Add *count*; return whether the user passes *limit* with it."""
        now = self._clock()
        with self._lock:
            began, before = self._counts.get((database, user_id), (now, 0))
            if now - began >= _HOUR:
                began, before = now, 0
            self._counts[database, user_id] = began, before + count
        return before <= limit < before + count
