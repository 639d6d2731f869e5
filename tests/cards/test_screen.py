# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the operator sees: counts, rate, expected end, and signs to read from afar."""

import io
import os
import pty
import re
import signal
import subprocess
import sys

import pytest

from khbs_station import screen
from khbs_station.progress import Progress
from khbs_station.screen import SIGNS, BigScreen, Screen, sign, summary
from khbs_station.shift import RESULTS
from tools.journey.station import CLIENTS
from tools.virtual_card import Memory, Slot, VirtualCard

HALF_PAST_NINE = 1_795_314_600


class Clock:
    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


def shift(clock, limit=None):
    return Progress(RESULTS, limit, clock, lambda: HALF_PAST_NINE)


def test_the_rate_is_that_of_the_last_cards(clock):
    progress = shift(clock)
    assert progress.per_hour is None
    for _card in range(5):
        clock.seconds += 3600
        progress.count("done")
    assert progress.per_hour == 1
    for _card in range(25):
        clock.seconds += 36
        progress.count("done")
    assert (progress.done, progress.per_hour) == (30, 100)


def test_the_end_is_that_of_the_queue_with_all_its_stations(clock):
    """Three stations take from one queue: it is empty three times as soon."""
    progress = shift(clock)
    for waiting in (900, 897, 894):
        progress.heard(waiting)
        clock.seconds += 36
        progress.count("done")
    assert progress.seconds_left == pytest.approx(894 * 36 / 3, rel=0.01)
    # Of a number that was ordered from this station alone it makes them alone.
    progress.limit = 13
    assert progress.seconds_left == pytest.approx(10 * 36)


def test_without_a_queue_or_a_card_no_end_is_promised(clock):
    progress = shift(clock)
    assert (progress.seconds_left, progress.end) == (None, None)
    progress.heard(None)
    clock.seconds += 10
    progress.count("done")
    assert progress.end is None
    progress.heard(9)
    assert progress.seconds_left == pytest.approx(100)
    assert re.fullmatch(r"[0-2][0-9]\.[0-5][0-9]", progress.end)


def test_everything_is_told_in_one_line(clock):
    progress = shift(clock, limit=5)
    for kind in ("done", "refused", "quarantined", "rejected", "done"):
        clock.seconds += 18
        progress.count(kind)
    progress.heard(40)
    text = summary(progress)
    assert text.startswith("2 selesai dari 5, 1 ditukar, 1 karantina, 1 rusak, ")
    assert "40 menunggu, 80 kartu/jam, kira-kira selesai pukul " in text


@pytest.mark.parametrize("kind", SIGNS)
def test_every_sign_fits_a_terminal_of_eighty_columns(kind):
    rows = sign(SIGNS[kind][0], 80)
    assert len(rows) == 5
    assert all(len(row) <= 80 for row in rows)
    assert "█" in rows[0]
    assert sign(SIGNS[kind][0], 20) == [f"  {SIGNS[kind][0]}"]


def test_a_pipe_gets_lines_without_control_characters(clock):
    out = io.StringIO()
    progress = shift(clock)
    Screen(out).show("done", "KH01: selesai.", progress)
    Screen(out).step(1, 9, "kartu dikenali")
    assert out.getvalue() == "KH01: selesai. [0 selesai]\n"


def test_a_terminal_gets_the_sign_the_words_and_a_bar(clock):
    out = io.StringIO()
    progress = shift(clock, limit=2)
    progress.count("done")
    big = BigScreen(out)
    big.show("offline", "Server tidak menjawab.")
    big.step(3, 9, "kunci kartu dibuka")
    assert "Server menjawab lagi" in out.getvalue()
    big.show("done", "KH01: selesai.", progress)
    shown = out.getvalue()
    assert sign("SELESAI", 80)[2] in shown and "1 selesai dari 2" in shown
    assert shown.count("█" * 30) == 1
    assert isinstance(screen.choose(plain=True), Screen)


def test_the_program_on_a_terminal_stopped_by_ctrl_c(tmp_path, pcscd, office, station):
    """A real terminal, a card, then Ctrl-C from its keyboard."""
    Memory.blank(tmp_path / "card.json")
    leader, follower = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "khbs_station", "--folder", str(station.folder)]
        + ["run", "--reader", "virtual 00 00"],
        cwd=CLIENTS,
        env={**pcscd.environment, "COLUMNS": "100", "LINES": "30"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    shown = _read(leader, "kosong")
    slot = Slot(pcscd.ports[0])
    slot.insert(VirtualCard.open(tmp_path / "card.json"))
    shown += _read(leader, "dalam [0-9.]+ detik")
    slot.eject()
    shown += _read(leader, "kosong")
    program.send_signal(signal.SIGINT)
    shown += _read(leader, "berikutnya")
    assert program.wait(20) == 130
    os.close(leader)
    for word in ("MASUKKAN KARTU", "TUNGGU", "SELESAI"):
        assert sign(word, 100)[1].rstrip() in shown
    assert "9/9 dilaporkan ke server" in shown
    assert len(office.finished) == 1


def _read(terminal, pattern):
    """Return what the terminal shows until *pattern* is there."""
    shown = b""
    while not re.search(pattern, shown.decode(errors="replace")):
        shown += os.read(terminal, 4096)
    return shown.decode(errors="replace").replace("\r\n", "\n")
