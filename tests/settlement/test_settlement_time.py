# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What signed answers prove about the time of an entry."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from settlement.facts import Entry
from settlement.trusted_time import Anchor, Interval, interval

T0 = 1_800_000_000


def entry(mono, boot=1, received_at=T0 + 10**6):
    return Entry(1, "i", "p", received_at, "claim", mono=mono, boot=boot)


def test_an_uptime_that_no_device_can_have_is_a_moment_all_the_same():
    sync = Anchor(9, 1, 10_000, T0, 500)
    for mono in (0, 2**53):
        span = interval(entry(mono), T0, sync, sync)
        for moment in (span.lo, span.hi):
            datetime.fromtimestamp(moment, UTC)


def test_without_a_sync_only_documents_and_receipt_bound_it():
    assert interval(entry(0), T0) == Interval(T0, T0 + 10**6)


def test_same_boot_dates_to_the_second_and_outward():
    after = Anchor(9, 1, 100_000, T0 + 1000, 500)
    assert interval(entry(40_000), 0, after=after) == Interval(T0 + 939, T0 + 941)


def test_another_boot_gives_an_order_only():
    before = Anchor(1, 1, 10_000, T0, 500)
    after = Anchor(9, 3, 10_000, T0 + 5000, 500)
    assert interval(entry(0, boot=2), 0, before, after) == Interval(T0, T0 + 5000)


@given(
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.integers(0, 10_000),
    st.floats(-5e-5, 5e-5),
)
def test_the_true_time_always_lies_inside(mono, sync_mono, rtt, drift):
    """Whatever an oscillator within its tolerance does, and the network's delay."""
    elapsed = (sync_mono - mono) / 1000
    true = T0 + 0.0
    now = int(true + elapsed * (1 + drift) + rtt / 2000)
    anchor = Anchor(9, 1, sync_mono, now, rtt)
    found = anchor.around(entry(mono))
    assert found.lo - 1 <= true <= found.hi + 1
