# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from khbs_registry.hourly_count import HourlyCount


def test_it_tells_once_an_hour_for_each_user():
    now = [0.0]
    reads = HourlyCount(clock=lambda: now[0])
    told = [reads.add("a", 7, 40, 100) for _time in range(5)]
    assert told == [False, False, True, False, False]
    assert reads.add("a", 8, 101, 100)
    assert reads.add("b", 7, 101, 100)
    now[0] = 3600
    assert not reads.add("a", 7, 100, 100)
    assert reads.add("a", 7, 1, 100)
