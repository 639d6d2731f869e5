# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Step 10: the second reader compares the plastic with the chip."""

import pytest
from enrolled import Station
from office import Office, Refused

from khbs_station.check import CONFIRMATION, Check
from khbs_station.screen import Screen
from tools.journey.station import OutOfCards, Tray
from tools.virtual_card import Faults, Memory, VirtualCard


class Operator(Screen):
    """Types what it was told to and remembers what it saw."""

    def __init__(self, *answers):
        super().__init__()
        self.answers = list(answers)
        self.seen = []

    def show(self, kind, text, progress=None):
        self.seen.append((kind, text))

    def ask(self, question):
        return self.answers.pop(0) if self.answers else None

    def told(self, kind):
        return [text for seen, text in self.seen if seen == kind]


@pytest.fixture
def made(tmp_path, station, office):
    """Return the paths of two finished cards."""
    paths = [tmp_path / f"card-{number}.json" for number in range(2)]
    for path in paths:
        Memory.blank(path)
        assert station.work(VirtualCard.open(path)).kind == "done"
    return paths


def check(station, cards, *answers):
    """Let an operator check *cards*; return (operator, counts)."""
    operator = Operator(*answers)
    worker = station.personaliser()
    run = Check(worker.server, worker.trust, Tray(cards), operator)
    try:
        run.run()
    except OutOfCards:
        pass
    return operator, run.progress.counts


def numbers(office):
    return [card["card_no"] for card in office.finished]


def states(office):
    return [card["state"] for card in office.finished]


def test_the_right_number_makes_a_card_printed(station, office, made):
    first, second = numbers(office)
    operator, counts = check(station, made, first, f" {second.lower()} ")
    assert (states(office), counts["done"]) == (["PRINTED"] * 2, 2)
    # Once more: the same answer and no effect.
    operator, _counts = check(station, made[:1], first)
    assert "PRINTED" in operator.told("done")[0]


def test_another_number_changes_nothing_unless_confirmed(station, office, made):
    first, second = numbers(office)
    for answer in ("", "ya", second):
        operator, counts = check(station, made[:1], second, answer)
        assert first in operator.told("misprint")[0]
        assert (states(office), counts["refused"]) == (["LOCKED"] * 2, 1)
    operator, counts = check(station, made[:1], second, CONFIRMATION.lower())
    assert states(office) == ["DESTROYED", "LOCKED"]
    assert counts["misprint"] == 1
    # The family's new card waits at the stations.
    assert len(office.waiting) == 2


def test_a_print_that_nobody_can_read_is_written_off_once_confirmed(
    station, office, made
):
    first, _second = numbers(office)
    for answer in ("", "ya", "?"):
        operator, counts = check(station, made[:1], "?", answer)
        assert first in operator.told("misprint")[0]
        assert "tidak terbaca" in operator.told("misprint")[0]
        assert (states(office), counts["refused"]) == (["LOCKED"] * 2, 1)
    operator, counts = check(station, made[:1], " ? ", CONFIRMATION)
    assert states(office) == ["DESTROYED", "LOCKED"]
    assert counts["misprint"] == 1
    assert len(office.waiting) == 2, "the family's new card waits at the stations"


def test_a_mistyped_number_does_not_reach_the_server(station, office, made):
    first, _second = numbers(office)
    wrong = first[:-1] + str((int(first[-1]) + 1) % 10)
    operator, counts = check(station, made[:1], wrong, "xyz", first)
    assert len([text for text in operator.told("ask") if "Ulangi" in text]) == 2
    assert counts["done"] == 1


def test_a_card_may_be_passed_over(station, office, made):
    operator, counts = check(station, made, "", numbers(office)[1])
    assert states(office) == ["LOCKED", "PRINTED"]
    assert counts == {"done": 1, "refused": 1, "misprint": 0}


def test_the_end_of_the_input_ends_it(station, office, made):
    _operator, counts = check(station, made)
    assert (states(office), counts["done"]) == (["LOCKED"] * 2, 0)


def test_what_is_no_card_of_the_programme_is_told(tmp_path, station, office, made):
    foreign = tmp_path / "foreign.json"
    Memory.blank(foreign)
    other = Office()
    Station(tmp_path / "other", other).enrol().work(VirtualCard.open(foreign))
    other.close()
    copied = tmp_path / "copied.json"
    Memory.blank(copied)
    theirs, ours = VirtualCard.open(copied), VirtualCard.open(made[0])
    theirs.memory.content["objects"] = ours.memory.content["objects"]
    theirs.memory.content["keys"] = VirtualCard.open(made[1]).memory.content["keys"]
    theirs.memory.save()
    blank = tmp_path / "blank.json"
    Memory.blank(blank)
    operator, counts = check(station, [foreign, copied, blank])
    reasons = operator.told("refused")
    assert len(reasons) == counts["refused"] == 3
    for reason, words in zip(
        reasons, ["pihak lain", "kartu tiruan", "belum dipersonalisasi"], strict=True
    ):
        assert words in reason


def test_a_card_that_is_pulled_out_is_asked_for_again(station, office, made):
    torn = VirtualCard.open(made[0], Faults(tear_at=3))
    operator, counts = check(station, [torn, made[0]], numbers(office)[0])
    assert "kartu terlepas" in operator.told("gone")[0]
    assert counts["done"] == 1


def test_a_card_that_stops_answering_is_set_aside(station, office, made):
    """It proves itself once, and then its chip refuses to sign."""
    card = VirtualCard.open(made[0])
    transmit, signed = card.transmit, []

    def refuse(apdu):
        signed.append(apdu[1] == 0x87)
        return bytes.fromhex("6F00") if sum(signed) > 1 else transmit(apdu)

    card.transmit = refuse
    operator, counts = check(station, [card], numbers(office)[0])
    assert "tidak menjawab" in operator.told("refused")[0]
    assert states(office) == ["LOCKED"] * 2


def test_what_the_server_refuses_is_told_with_what_to_do(station, office, made):
    def destroyed(card_no, proof, spoil=False):
        raise Refused(1302, "not in this state", {"state": "DESTROYED"})

    office.card_check = destroyed
    operator, counts = check(station, made[:1], numbers(office)[0])
    assert "lihat kartunya di Odoo" in operator.told("refused")[0]
