# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rates and the expected end of the personalisation."""

from datetime import datetime, timedelta

import pace
import pytest

# A Monday, 09:00 in WIB.
MONDAY = datetime(2026, 11, 23, 2)
HOUR = timedelta(hours=1)
OFFICE = pace.WorkingHours.parse("1-5 08:00-16:00")


@pytest.mark.parametrize(
    "text",
    [None, "", "08:00-16:00", "1-5 16:00-08:00", "5-1 08:00-16:00", "1-5 25:00-26:00"],
)
def test_no_hours_mean_round_the_clock(text):
    assert pace.WorkingHours.parse(text) is None


def test_a_rate_needs_cards_and_a_minute():
    assert pace.hourly(0, MONDAY, MONDAY + HOUR) == 0
    assert pace.hourly(5, None, MONDAY) == 0
    assert pace.hourly(5, MONDAY, MONDAY + timedelta(seconds=30)) == 0
    assert pace.hourly(90, MONDAY, MONDAY + HOUR / 2) == 180


@pytest.mark.parametrize(("left", "rate"), [(0, 100), (100, 0), (10**9, 1)])
def test_an_end_that_nobody_knows(left, rate):
    assert pace.expected_end(MONDAY, left, rate) is None


def test_the_end_round_the_clock():
    assert pace.expected_end(MONDAY, 300, 100) == MONDAY + 3 * HOUR


@pytest.mark.parametrize(
    ("now", "left", "end"),
    [
        # Seven hours are left today.
        (MONDAY, 700, MONDAY + 7 * HOUR),
        # The eighth is the first of tomorrow: from 08:00 to 09:00.
        (MONDAY, 800, MONDAY + 24 * HOUR),
        # At night and on the weekend nobody works.
        (MONDAY + 12 * HOUR, 100, MONDAY + 24 * HOUR),
        (MONDAY + 5 * 24 * HOUR, 100, MONDAY + 7 * 24 * HOUR),
        # Five days of eight hours, and the rest of Monday a week on.
        (MONDAY - HOUR, 4100, MONDAY + 7 * 24 * HOUR),
    ],
)
def test_the_end_within_working_hours(now, left, end):
    assert pace.expected_end(now, left, 100, OFFICE) == end


def test_a_pulse_beats_once_a_second_for_each_name():
    now = [0.0]
    pulse = pace.Pulse(seconds=1, now=lambda: now[0])
    assert pulse.is_due("a")
    assert not pulse.is_due("a")
    assert pulse.is_due("b")
    now[0] = 1.0
    assert pulse.is_due("a")
