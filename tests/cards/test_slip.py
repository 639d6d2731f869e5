# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The PIN slip: on paper and nowhere else."""

import os
import threading

import pytest
from enrolled import Station
from office import Office

from khbs_station.keystore import StationError
from khbs_station.shift import Shift
from khbs_station.slip import SlipError, SlipPrinter
from tools.journey.station import OutOfCards, Tray
from tools.virtual_card import Memory, VirtualCard, memory


@pytest.fixture
def office():
    office = Office(jobs=2, slots=["9E", "9C"])
    yield office
    office.close()


def pin_of(card):
    return bytes.fromhex(card.memory.content["pin"]["value"]).rstrip(b"\xff").decode()


def test_the_slip_bears_the_number_the_pin_and_no_name(station):
    assert station.work(VirtualCard(Memory.blank())).kind == "done"
    text = (station.folder / "slips").read_text()
    assert "SLIP PIN - RAHASIA" in text and "stasiun S0001" in text
    assert text.endswith("\f")
    assert max(map(len, text.splitlines())) <= 56


def test_a_printer_that_fails_leaves_the_card_unreported(station, office):
    """The same card comes again, with another PIN; the void slip opens nothing."""
    worker = station.personaliser()
    sound, job = worker.slip, worker.server.next_job()
    worker.slip = SlipPrinter("S0001", "false")
    card = VirtualCard(Memory.blank())
    with pytest.raises(SlipError, match="masukkan lagi kartu yang sama"):
        worker.personalise(card, job)
    assert (office.finished, station.slips()) == ([], [])
    first = pin_of(card)
    assert first != memory.FACTORY_PIN
    worker.slip = sound
    assert worker.personalise(card, job).kind == "done"
    assert station.slips() == [(job["card_no"], pin_of(card))]
    assert pin_of(card) != first


def test_the_operator_is_told_when_the_printer_fails(station, office, capsys):
    worker = station.personaliser()
    worker.slip = SlipPrinter("S0001", "false")
    path = station.folder / "card.json"
    Memory.blank(path)
    shift = Shift(worker.server, worker, Tray([path]))
    with pytest.raises(OutOfCards):
        shift.run()
    shown = capsys.readouterr().out
    assert "Slip PIN tidak tercetak (perintah cetak berakhir dengan 1)" in shown
    assert pin_of(VirtualCard.open(path)) not in shown
    assert shift.progress.done == 0


def test_no_card_is_touched_before_there_is_a_printer(station):
    worker = station.personaliser()
    worker.slip = None
    card = VirtualCard(Memory.blank())
    with pytest.raises(StationError, match="perintah slip"):
        worker.personalise(card, worker.server.next_job())
    assert card.faults.count == 0


def test_the_pin_is_nowhere_but_on_the_slip(station, office, capfd):
    card = VirtualCard(Memory.blank())
    assert station.work(card).kind == "done"
    pin = pin_of(card).encode()
    for path in station.folder.iterdir():
        if path.name != "slips":
            assert pin not in path.read_bytes()
    shown = capfd.readouterr()
    assert pin.decode() not in shown.out + shown.err


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("false", "berakhir dengan 1"),
        ("no-such-program --x", "No such file"),
        ("sleep 60", "tidak selesai"),
        ("sh -c 'echo 1 2 3; exit 4'", "berakhir dengan 4"),
    ],
)
def test_every_way_a_command_fails(command, reason, capfd):
    with pytest.raises(SlipError, match=reason) as error:
        SlipPrinter("S0001", command, patience=0.3).print("KH01", b"483920")
    assert "483920" not in str(error.value)
    assert error.value.__cause__ is None
    assert capfd.readouterr() == ("", "")


def test_a_device_gets_the_slip(tmp_path):
    os.mkfifo(tmp_path / "lp0")
    read = []
    reader = threading.Thread(
        target=lambda: read.append((tmp_path / "lp0").read_bytes())
    )
    reader.start()
    printer = SlipPrinter("S0001", device=str(tmp_path / "lp0"), patience=10)
    # Whoever opens a FIFO to write has to find its reader.
    while True:
        try:
            printer.print("KH01012345642", b"483920")
            break
        except SlipError as error:
            assert "No such device" in str(error)
    reader.join()
    assert b"KH01012345642" in read[0] and b"4 8 3 9 2 0" in read[0]


def test_a_file_or_a_screen_is_no_printer(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SlipError, match="bukan pencetak"):
        SlipPrinter("S0001", device=str(tmp_path / "file")).trial()
    _master, terminal = os.openpty()
    with pytest.raises(SlipError, match="bukan pencetak"):
        SlipPrinter("S0001", device=os.ttyname(terminal)).trial()
    assert (tmp_path / "file").read_bytes() == b""


def test_setting_up_prints_a_trial_without_a_pin(tmp_path, office):
    station = Station(tmp_path / "station", office).enrol()
    out = tmp_path / "paper"
    code, _out, _err = station.cli("slip", "--command", f"tee {out}")
    assert (code, "UJI CETAK" in out.read_text()) == (0, True)
    before = (station.folder / "slip.json").read_text()
    for wrong in ("no-such-program", "false", "'open quote"):
        code, _out, err = station.cli("slip", "--command", wrong)
        assert (code, bool(err)) == (1, True)
    assert (station.folder / "slip.json").read_text() == before
