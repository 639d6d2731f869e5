# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Case 12.22: a blocked or forgotten PIN is set anew on an order of the office."""

import pytest
from enrolled import Station
from office import Office

from khbs_station.pin import PinReset
from khbs_station.screen import Screen
from khbs_station.slip import SlipPrinter
from tools.journey.station import OutOfCards, Tray
from tools.virtual_card import Faults, Memory, VirtualCard, memory

WRONG = bytes.fromhex("0020008008") + memory.pad("000000")


class Seen(Screen):
    def __init__(self):
        super().__init__()
        self.lines = []

    def show(self, kind, text, progress=None):
        if kind != "insert":
            self.lines.append((kind, text))


@pytest.fixture
def office():
    office = Office(jobs=1, slots=["9E", "9C"])
    yield office
    office.close()


@pytest.fixture
def path(tmp_path, station):
    """Return the path of a finished card whose PIN is blocked."""
    path = tmp_path / "card.json"
    Memory.blank(path)
    card = VirtualCard.open(path)
    assert station.work(card).kind == "done"
    card.transmit(bytes.fromhex("00A404000BA000000308000010000100"))
    for _attempt in range(3):
        card.transmit(WRONG)
    assert card.memory.content["pin"]["left"] == 0
    return path


def pin_of(path):
    content = VirtualCard.open(path).memory.content["pin"]
    return bytes.fromhex(content["value"]).rstrip(b"\xff").decode(), content["left"]


def reset(station, cards, slip=None):
    """Run the command on *cards*; return (counts, what was shown)."""
    seen = Seen()
    worker = station.personaliser()
    run = PinReset(worker.server, worker.trust, Tray(cards), slip or worker.slip, seen)
    try:
        run.run()
    except OutOfCards:
        pass
    return run.progress.counts, seen.lines


def test_12_22_an_order_gives_the_card_a_new_pin_and_a_slip(station, office, path):
    order = office.order_pin(office.finished[0])
    counts, lines = reset(station, [path])
    assert (counts["done"], order["state"]) == (1, "done")
    pin, left = pin_of(path)
    assert left == 3
    assert station.slips()[-1] == (office.finished[0]["card_no"], pin)
    assert len(station.slips()) == 2
    assert all(pin not in text for _kind, text in lines)


def test_12_22_without_an_order_nothing_is_changed(station, office, path):
    before = path.read_text()
    counts, lines = reset(station, [path])
    assert (counts["refused"], path.read_text()) == (1, before)
    assert "Minta di kantor" in lines[-1][1]
    office.order_pin(office.finished[0])
    # The order is used up by one reset.
    assert reset(station, [path, path])[0] == {"done": 1, "refused": 1, "rejected": 0}


def test_12_22_torn_at_every_command(station, office, path):
    """Cut short anywhere, begun again: the newest slip is right."""
    number = office.finished[0]["card_no"]
    for at in range(1, 40):
        order = office.order_pin(office.finished[0])
        torn = VirtualCard.open(path, Faults(tear_at=at))
        counts, _lines = reset(station, [torn])
        if counts["done"]:
            break
        assert order["state"] == "open"
        assert reset(station, [path])[0]["done"] == 1
        assert order["state"] == "done"
        assert station.slips()[-1] == (number, pin_of(path)[0])
    assert 10 < at < 39


def test_12_22_a_slip_that_fails_leaves_the_order_open(station, office, path):
    order = office.order_pin(office.finished[0])
    counts, lines = reset(station, [path], SlipPrinter("S0001", "false"))
    assert (counts["done"], order["state"], lines[-1][0]) == (0, "open", "slip")
    assert reset(station, [path])[0]["done"] == 1
    assert station.slips()[-1][1] == pin_of(path)[0]


def test_12_22_a_card_that_refuses_the_puk_is_given_up_at_once(station, office, path):
    order = office.order_pin(office.finished[0])
    card = VirtualCard.open(path)
    card.memory.content["puk"]["value"] = memory.pad("11111111").hex()
    card.memory.save()
    counts, lines = reset(station, [path])
    assert (counts["rejected"], order["state"]) == (1, "failed")
    assert VirtualCard.open(path).memory.content["puk"]["left"] == 2
    assert "kartu pengganti" in lines[-1][1]


def test_12_22_a_card_without_a_pin_is_told_so(tmp_path):
    office = Office()
    station = Station(tmp_path / "plain", office).enrol()
    path = tmp_path / "plain.json"
    Memory.blank(path)
    station.work(VirtualCard.open(path))
    counts, lines = reset(station, [path])
    assert (counts["refused"], "tidak ber-PIN" in lines[-1][1]) == (1, True)
    office.close()
