# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""How fast cards are made and when the last one will be: plain arithmetic.

Times without a zone are UTC, as the database has them.
"""

import re
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from datetime import time as clock

WIB = timezone(timedelta(hours=7))
HOUR = timedelta(hours=1)
# A shift younger than this tells no rate.
LEAST = timedelta(minutes=1)
# What would take longer has no end worth telling.
FARTHEST = timedelta(days=3650)
_FORM = re.compile(r"([1-7])-([1-7]) ([0-2]\d):([0-5]\d)-([0-2]\d):([0-5]\d)")


@dataclass(frozen=True)
class WorkingHours:
    """From when to when and on which days the stations work, in WIB.

    :param first_day: of the week, Monday is 1
    """

    first_day: int
    last_day: int
    start: clock
    end: clock

    @classmethod
    def parse(cls, text):
        """Return the hours of a text such as ``1-5 08:00-16:00``, or None.

        None, as of a text of another form, means round the clock.
        """
        match = _FORM.fullmatch((text or "").strip())
        if not match:
            return None
        first, last, *digits = map(int, match.groups())
        try:
            start, end = clock(*digits[:2]), clock(*digits[2:])
        except ValueError:
            return None
        return cls(first, last, start, end) if first <= last and start < end else None

    def day(self, date):
        """Return the (begin, end) of work on *date*, or None on a free day."""
        if not self.first_day <= date.isoweekday() <= self.last_day:
            return None
        return tuple(
            datetime.combine(date, moment, WIB).astimezone(UTC).replace(tzinfo=None)
            for moment in (self.start, self.end)
        )

    def after(self, now, work):
        """Return when *work* (a duration) is done if it goes on at *now*."""
        date = now.replace(tzinfo=UTC).astimezone(WIB).date()
        while True:
            span = self.day(date)
            if span:
                begin, end = max(now, span[0]), span[1]
                if begin + work <= end:
                    return begin + work
                work -= max(end - begin, timedelta())
            date += timedelta(days=1)


def hourly(count, since, now):
    """Return how many an hour *count* is, done from *since* to *now*."""
    if not count or since is None or now - since < LEAST:
        return 0.0
    return count * (HOUR / (now - since))


def expected_end(now, left, rate, hours=None):
    """Return when *left* cards are done at *rate* an hour, or None: nobody knows.

    :param hours: :class:`WorkingHours`; None: the work goes on round the clock
    """
    if not left or not rate or left / rate > FARTHEST / HOUR:
        return None
    work = HOUR * (left / rate)
    return hours.after(now, work) if hours else now + work


class Pulse:
    """Says yes at most once in so many seconds for each name, in one process."""

    def __init__(self, seconds, now=time.monotonic):
        self._seconds = seconds
        self._now = now
        self._last = {}
        self._lock = threading.Lock()

    def is_due(self, name):
        now = self._now()
        with self._lock:
            if now - self._last.get(name, -self._seconds) < self._seconds:
                return False
            self._last[name] = now
        return True
