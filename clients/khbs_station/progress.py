# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How far a shift is: counts, rate and the expected end."""

import time
from collections import deque

# Cards over which the rate is taken, so that a long break is soon forgotten.
WINDOW = 20


class Progress:
    """What one run of the station has done so far.

    :param kinds: of outcome; the first is what is to be reached
    :param limit: how many of these the run is to reach, or None
    :param clock: seconds that only go up
    :param now: seconds since 1970
    """

    def __init__(self, kinds, limit=None, clock=time.monotonic, now=time.time):
        self.counts = dict.fromkeys(kinds, 0)
        self.limit = limit
        self._goal = next(iter(self.counts))
        self._clock = clock
        self._now = now
        self._moments = deque([clock()], WINDOW + 1)
        self._queue = deque(maxlen=WINDOW + 1)
        self.waiting = None

    @property
    def done(self):
        return self.counts[self._goal]

    def count(self, kind):
        """One more outcome of *kind*."""
        self.counts[kind] += 1
        if kind == self._goal:
            self._moments.append(self._clock())

    def heard(self, waiting):
        """Note how many jobs wait at the server, for this station and the others."""
        self.waiting = waiting
        if waiting is not None:
            self._queue.append((self._clock(), waiting))

    @property
    def per_hour(self):
        """Cards an hour, with the operator's time, or None before there is one."""
        spent = self._moments[-1] - self._moments[0]
        made = len(self._moments) - 1
        return round(made * 3600 / spent) if made and spent else None

    @property
    def seconds_left(self):
        """Seconds to the expected end, or None while it cannot be told."""
        rate = self.per_hour
        own = self.limit and max(0, self.limit - self.done)
        if own is not None:
            return own * 3600 / rate if rate else None
        if self.waiting is None:
            return None
        # The other stations take from the same queue.
        (since, first), (until, last) = self._queue[0], self._queue[-1]
        if first > last:
            return last * (until - since) / (first - last)
        return (self.waiting + 1) * 3600 / rate if rate else None

    @property
    def end(self):
        """The expected end as the operator's clock will show it, or None."""
        left = self.seconds_left
        if left is None:
            return None
        day = "%H.%M" if left < 12 * 3600 else "%d-%m %H.%M"
        return time.strftime(day, time.localtime(self._now() + left))
