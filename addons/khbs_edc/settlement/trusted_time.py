# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""When an entry was certainly written, whatever the terminal's clock said."""

import math
from dataclasses import dataclass

# The oscillator of a device drifts by less than 50 seconds in a million.
DRIFT = 5e-5
# Beyond this no clock is right; what a device claims of its uptime may be anything.
LATEST = 2**33


@dataclass(frozen=True, slots=True)
class Interval:
    """Not before *lo* and not after *hi*."""

    lo: int
    hi: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """A proven sync at a place of the chain."""

    seq: int
    boot: int
    mono: int
    now: int
    rtt: int

    @classmethod
    def of(cls, entry):
        sync = entry.sync
        return cls(entry.seq, entry.boot, entry.mono, sync.now, sync.rtt)

    def around(self, entry):
        """Return the interval of an entry of the same boot, rounded outward."""
        distance = (self.mono - entry.mono) / 1000
        margin = self.rtt / 1000 + DRIFT * abs(distance)
        middle = self.now - distance
        return Interval(math.floor(middle - margin), math.ceil(middle + margin))


def interval(entry, floor, before=None, after=None):
    """Return the interval in which *entry* was certainly written.

    :param floor: a moment that it certainly follows (approval, a document's iat)
    :param before: the nearest anchor below it in the chain
    :param after: the nearest anchor above it
    """
    lo, hi = floor, entry.received_at
    if before is not None:
        lo = max(lo, before.now)
        if before.boot == entry.boot:
            span = before.around(entry)
            lo, hi = max(lo, span.lo), min(hi, span.hi)
    if after is not None:
        hi = min(hi, after.now)
        if after.boot == entry.boot:
            span = after.around(entry)
            lo, hi = max(lo, span.lo), min(hi, span.hi)
    return Interval(_bounded(lo), _bounded(hi))


def _bounded(moment):
    return min(max(moment, 0), LATEST)
