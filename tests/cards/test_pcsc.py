# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A card personalised by the real program over PC/SC, judged by others' tools."""

import re
import signal
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization
from enrolled import Station
from office import CODE, PRG, Office
from station_program import run_station, start

from khbs_station.shift import INSERT
from khbs_station.transport import Reader
from tools.journey.client import Journey
from tools.journey.station import Station as JourneyStation
from tools.journey.station import blanks
from tools.virtual_card import Faults, Memory, Slot, VirtualCard, memory

GENERATE = 0x47
PEM = serialization.Encoding.PEM


def tool(*command):
    """Run a program and return what it printed; it must succeed."""
    done = subprocess.run(command, capture_output=True, timeout=60)
    text = (done.stdout + done.stderr).decode(errors="replace")
    assert done.returncode == 0, f"{command}: {text}"
    return text


@pytest.fixture(scope="module")
def personalised(tmp_path_factory, pcscd):
    """Folder with a card of both keys, and the authority; the card is in the reader.

    Its 9B stays 3DES: Debian's yubico-piv-tool knows no AES there.
    """
    folder = tmp_path_factory.mktemp("personalised")
    office = Office(slots=["9E", "9C"])
    Station(folder / "station", office).enrol(own="3DES")
    Memory.blank(folder / "card.json")
    run_station(pcscd, folder / "station", [folder / "card.json"])
    record = office.finished[0]
    office.close()
    (folder / "ca.pem").write_bytes(office.ca.public_bytes(PEM))
    slot = Slot(pcscd.ports[0])
    slot.insert(VirtualCard.open(folder / "card.json"))
    assert Reader(0).wait(True, timeout=10)
    yield folder, record
    slot.eject()


def card_files(tmp_path, number="04"):
    """Return certificate and public key as OpenSC reads them, in files.

    :param number: OpenSC's of the key: 04 is 9E, 02 is 9C
    """
    certificate, key = tmp_path / "card.pem", tmp_path / "key.pem"
    tool("pkcs15-tool", "--read-certificate", number, "--output", certificate)
    key.write_text(tool("openssl", "x509", "-in", certificate, "-pubkey", "-noout"))
    return certificate, key


@pytest.mark.parametrize("number", ["04", "02"])
def test_openssl_verifies_the_certificate_on_the_card(personalised, tmp_path, number):
    folder, record = personalised
    certificate, _key = card_files(tmp_path, number)
    tool("openssl", "verify", "-CAfile", folder / "ca.pem", certificate)
    subject = tool("openssl", "x509", "-in", certificate, "-noout", "-subject")
    assert record["card_no"] in subject


@pytest.mark.parametrize("number", ["04", "02"])
def test_opensc_signs_with_the_card_and_openssl_verifies(
    personalised, tmp_path, number
):
    _folder, record = personalised
    _certificate, key = card_files(tmp_path, number)
    message, signature = tmp_path / "message", tmp_path / "signature"
    message.write_bytes(b"claim")
    sign = ["pkcs11-tool", "--sign", "--mechanism", "ECDSA-SHA256", "--id", number]
    sign += ["--pin", record["pin"], "--signature-format", "openssl"]
    tool(*sign, "--input-file", message, "--output-file", signature)
    verify = ["openssl", "dgst", "-sha256", "-verify", key]
    tool(*verify, "-signature", signature, message)


def test_yubico_piv_tool_reads_and_tries_the_card(personalised, tmp_path):
    folder, record = personalised
    certificate, _key = card_files(tmp_path)
    yubico = ["yubico-piv-tool", "--reader", "KHBS"]
    status = tool(*yubico, "--action", "status")
    assert record["guid"].replace("-", "") in status
    assert f"CN={record['card_no']}" in status
    sign = ["--action", "test-signature", "--slot", "9e", "--input", certificate]
    tool(*yubico, *sign)
    # 9B is the derived key, and the transport key opens nothing any more.
    own = record["k9b"][:24].hex()
    chuid = ["--action", "read-object", "--id", "0x5fc102", "--format", "hex"]
    assert record["guid"].replace("-", "") in tool(*yubico, *chuid)
    tool(*yubico, f"--key={own}", "--action", "set-mgm-key", "--new-key", own)
    transport = [f"--key={memory.FACTORY_KEY}", "--action", "set-mgm-key"]
    refused = subprocess.run([*yubico, *transport, "--new-key", own], timeout=60)
    assert refused.returncode != 0


def test_several_cards_in_a_row(tmp_path, pcscd, office, station):
    """A finished card and one of another batch are put in between the blanks."""
    paths = [tmp_path / f"card-{number}.json" for number in range(4)]
    for path in paths[:3]:
        Memory.blank(path)
    Memory.blank(paths[3], key="A1" * 24)
    order = [paths[0], paths[0], paths[3], paths[1], paths[2]]
    lines = run_station(pcscd, station.folder, order)
    results = re.findall(r": (selesai|kartu ditolak|kartu dikarantina)", "".join(lines))
    done, refused, quarantined = "selesai", "kartu ditolak", "kartu dikarantina"
    assert results == [done, refused, quarantined, done, done]
    assert lines[-1].strip() == "Tidak ada pekerjaan lagi."
    assert len(office.finished) == 3


def test_a_card_torn_out_of_the_reader_is_finished_when_it_comes_back(
    tmp_path, pcscd, office, station
):
    path = tmp_path / "card.json"
    Memory.blank(path)
    torn = VirtualCard.open(path, Faults(tear_at=14))
    lines = run_station(pcscd, station.folder, [torn, path], "--count", "1")
    assert any("masukkan lagi kartu yang sama" in line for line in lines)
    assert len(office.finished) == 1


def test_a_card_that_fails_twice_in_the_reader_is_rejected(
    tmp_path, pcscd, office, station
):
    broken = VirtualCard(Memory.blank())
    transmit, starts = broken.transmit, []

    def fail(apdu):
        if apdu[1] == GENERATE:
            starts.append(apdu)
            return bytes.fromhex("6F00")
        return transmit(apdu)

    broken.transmit = fail
    Memory.blank(tmp_path / "card.json")
    cards = [broken, tmp_path / "card.json"]
    lines = run_station(pcscd, station.folder, cards, "--count", "1")
    assert any("kartu rusak" in line for line in lines)
    assert len(starts) == 2
    assert [step for _card, step, _why in office.failed] == [4]


@pytest.mark.parametrize("use_pcsc", [True, False])
def test_the_journey_works_through_the_jobs(tmp_path, office, use_pcsc):
    journey = Journey(office.url, "", {}, tmp_path, use_pcsc=use_pcsc)
    at = JourneyStation(journey, "S0001")
    at.enrol(CODE, office.root_sha256, PRG)
    at.take_in_batch()
    cards = blanks(tmp_path / "cards", 4)
    # Fewer blanks than jobs: the last job waits.
    used = at.personalise(cards[:1])
    used += at.personalise(cards[1:])
    assert used == cards[:3]
    for path, record in zip(used, office.finished, strict=True):
        objects = VirtualCard.open(path).memory.content["objects"]
        assert record["certs"][0].hex() in objects["5FC101"]


@pytest.mark.parametrize("use_pcsc", [True, False])
def test_the_journey_stops_when_the_blanks_run_out(tmp_path, office, use_pcsc):
    journey = Journey(office.url, "", {}, tmp_path, use_pcsc=use_pcsc)
    at = JourneyStation(journey, "S0001")
    at.enrol(CODE, office.root_sha256, PRG)
    at.take_in_batch()
    [foreign, good] = blanks(tmp_path / "cards", 2)
    Memory.blank(foreign, key="A1" * 24)
    assert at.personalise([foreign, good]) == [foreign, good]
    assert len(office.finished) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_station_stopped_in_the_middle_of_a_card(
    tmp_path, pcscd, office, station, number
):
    """It is stopped at the card's 12th command; the same card is finished later."""
    path = tmp_path / "card.json"
    Memory.blank(path)
    program = start(
        pcscd, station.folder, "run", "--reader", "1", stderr=subprocess.STDOUT
    )
    card = VirtualCard.open(path)
    transmit, commands = card.transmit, []

    def stop(apdu):
        commands.append(apdu)
        if len(commands) == 12:
            program.send_signal(number)
        return transmit(apdu)

    card.transmit = stop
    slot = Slot(pcscd.ports[1])
    with program:
        lines = []
        for line in program.stdout:
            lines.append(line)
            if INSERT in line:
                slot.insert(card)
    assert program.returncode == (-9 if number == signal.SIGKILL else 130)
    if number != signal.SIGKILL:
        assert "masukkan kartu itu lebih dahulu" in lines[-1]
    assert office.finished == []
    # What pcscd does for the program that is gone comes before the card leaves.
    assert Reader(1).wait(True, timeout=10)
    slot.eject()
    assert Reader(1).wait(False, timeout=10)
    lines = run_station(pcscd, station.folder, [path], "--count", "1")
    assert any("selesai" in line for line in lines)
    assert len(office.finished) == 1
