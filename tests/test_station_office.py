# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The programs of a station and the office: read back, torn, a new PIN (12.22)."""

import re

import pytest
from personalising import CardServer, at_reader

from tools.virtual_card import CardGone, Memory, PrivatePcscd, VirtualCard, memory

CARDS = 4
RESET_RETRY_COUNTER = 0x2C
SHIP = """
card = env["khbs.card"].search([("card_no", "=", {!r})])
card._transition("shipped", "SHIPPED")
"""


class TornBehindPin(VirtualCard):
    """Pulled out as soon as its PIN is set."""

    def transmit(self, apdu):
        answer = super().transmit(apdu)
        if apdu[1] == RESET_RETRY_COUNTER:
            raise CardGone("pulled out")
        return answer


@pytest.fixture(scope="module")
def pcscd():
    with PrivatePcscd() as daemon:
        yield daemon


@pytest.fixture(scope="module")
def server(installation):
    server = CardServer(installation, "khbs_station_office", CARDS + 1)
    yield server
    server.close()


@pytest.fixture(scope="module")
def folder(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("station")
    server.enrol(folder)
    return folder


@pytest.fixture(scope="module")
def cards(server, folder, pcscd):
    """Return {number: path} of finished cards, those with a PIN last."""
    paths = [folder / f"card-{number}.json" for number in range(CARDS)]
    for path in paths:
        Memory.blank(path)
    lines = at_reader(folder, pcscd, "run", paths)
    numbers = re.findall(r"(KH\d{11}): selesai", "".join(lines))
    assert len(numbers) == CARDS
    # One more family waits.
    assert any("[4 selesai dari 4, 1 menunggu" in line for line in lines)
    return dict(zip(numbers, paths, strict=True))


def state_of(server, number):
    [[state]] = server.sql(f"SELECT state FROM khbs_card WHERE card_no = '{number}'")
    return state


def pin_of(path):
    value = Memory.load(path).content["pin"]["value"]
    return bytes.fromhex(value).rstrip(b"\xff").decode()


def slips(folder):
    text = (folder / "slips").read_text()
    found = re.findall(r"kartu : (\S+)\n *PIN +: ([0-9 ]+)\n", text)
    return [(number, spaced.replace(" ", "")) for number, spaced in found]


def test_a_card_torn_out_behind_its_pin_is_finished(server, folder, pcscd, cards):
    """Nobody knows its PIN any more: the server takes 9E's word and gives another."""
    path = folder / "card-torn.json"
    Memory.blank(path)
    lines = at_reader(folder, pcscd, "run", [TornBehindPin.open(path), path])
    assert any("kartu terlepas" in line for line in lines)
    [number] = re.findall(r"(KH\d{11}): selesai", "".join(lines))
    assert state_of(server, number) == "locked"
    assert slips(folder)[-1] == (number, pin_of(path))


def test_what_is_printed_is_compared_with_the_chip(server, folder, pcscd, cards):
    (first, path), (second, other) = list(cards.items())[:2]
    lines = at_reader(folder, pcscd, "check", [path, path], [first, first.lower()])
    assert sum("cocok, tercatat PRINTED" in line for line in lines) == 2
    assert state_of(server, first) == "printed"
    # Another number: nothing happens until the operator says so.
    lines = at_reader(folder, pcscd, "check", [other], [first, "tidak"])
    assert any("tidak ada yang diubah" in line for line in lines)
    assert state_of(server, second) == "locked"
    at_reader(folder, pcscd, "check", [other], [first, "MUSNAHKAN"])
    assert state_of(server, second) == "destroyed"
    waiting = server.sql(
        "SELECT new.card_no FROM khbs_card_job job JOIN khbs_card new"
        " ON new.id = job.card_id JOIN khbs_card old USING (household_id)"
        f" WHERE job.state = 'waiting' AND old.card_no = '{second}'"
    )
    assert len(waiting) == 1


def test_12_22_an_order_of_the_office_gives_a_new_pin(server, folder, pcscd, cards):
    number, path = list(cards.items())[-1]
    at_reader(folder, pcscd, "check", [path], [number])
    lines = at_reader(folder, pcscd, "pin", [path])
    assert any("tidak ada perintah kantor" in line for line in lines)
    log = server.installation.state.logfile("shell-ship")
    server.odoo.shell(server.database, SHIP.format(number), log=log)
    erp = server.card_officer()
    [card] = erp.search("khbs.card", [("card_no", "=", number)])
    order = {"card_id": card, "reason": "blocked", "identified_by": "ktp"}
    order = erp.create("khbs.card.pin.order", order)
    before = pin_of(path)
    lines = at_reader(folder, pcscd, "pin", [path])
    assert any("PIN baru terpasang" in line for line in lines)
    assert pin_of(path) not in (before, memory.FACTORY_PIN)
    assert slips(folder)[-1] == (number, pin_of(path))
    found = erp.read_one("khbs.card.pin.order", order, ["state", "device_code"])
    assert (found["state"], found["device_code"]) == ("done", "S0001")
    dump = server.sql("SELECT row_to_json(o) FROM khbs_card_pin_order o")
    assert pin_of(path) not in str(dump)
