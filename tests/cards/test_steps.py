# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Failures of single steps that no torn card shows: a chip or a server that errs."""

import datetime
import json
import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from enrolled import Station
from office import Office, Refused

from khbs_station.personalise import REFUSED, REJECTED
from khbs_station.piv import CHUID
from tools.virtual_card import Faults, Memory, VirtualCard, memory

GENERATE, SIGN, GET_DATA, PUT_DATA, RESET_PIN = 0x47, 0x87, 0xCB, 0xDB, 0x2C


class Crooked(VirtualCard):
    """A chip of which *bend(apdu, answer)* changes the answers.

    The answer is what the sound card would say.
    """

    def __init__(self, bend, **options):
        super().__init__(Memory.blank(**options))
        self.bend = bend

    def transmit(self, apdu):
        return self.bend(bytes(apdu), super().transmit(apdu))


def blank(**options):
    return VirtualCard(Memory.blank(**options))


def kept(station):
    path = station.folder / "quarantine.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def refuse(ins, times, sw="6F00", p2=None):
    """Return what answers *ins* wrongly the first *times* times, and the count."""
    seen = []

    def bend(apdu, answer):
        if apdu[1] == ins and (p2 is None or apdu[3] == p2):
            seen.append(apdu)
            if len(seen) <= times:
                return bytes.fromhex(sw)
        return answer

    return bend, seen


def test_1_a_chip_without_piv_is_refused(station):
    card = Crooked(lambda apdu, answer: bytes.fromhex("6A82"))
    outcome = station.work(card)
    assert (outcome.kind, "PIV" in outcome.why) == (REFUSED, True)
    assert kept(station) == []


def test_2_a_card_of_another_job_is_quarantined(station, office):
    """It was torn out behind its CHUID, and comes back when another job is due."""
    card = blank()
    card.faults = Faults(tear_at=_commands_up_to(station, PUT_DATA) + 1)
    card.reset = _gone
    with pytest.raises(ConnectionError):
        station.work(card)
    assert f"{CHUID:X}" in card.memory.content["objects"]
    del card.reset
    office.job_fail(office.live["job"], 6, "given up by the office")
    before = json.dumps(card.memory.content)
    assert station.work(card).kind == "quarantined"
    assert json.dumps(card.memory.content) == before
    assert [line["step"] for line in kept(station)] == [2]


@pytest.mark.parametrize("at", ["start", "name"])
def test_2_a_certificate_that_nobody_can_read_is_quarantined(station, at):
    """Whoever made the card may have written anything: the station goes on."""
    foreign = _foreign_certificate()
    spoiled = {
        "start": foreign[:40],
        # A name in bytes that are no UTF-8.
        "name": foreign.replace(b"\x0c\x07Foreign", b"\x0c\x07\xff\xfe\xff\xffign"),
    }[at]
    assert spoiled != foreign
    card = blank(key="A1" * 24)
    content = b"\x70\x82" + len(spoiled).to_bytes(2, "big") + spoiled + b"\x71\x01\x00"
    card.memory.content["objects"]["5FC101"] = content.hex()
    assert station.work(card).kind == "quarantined"


def _foreign_certificate():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Foreign")])
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )


def _gone():
    raise ConnectionError("pulled out")


def _commands_up_to(station, ins):
    """Return how many commands a card gets before the first *ins*."""
    seen = []
    card = Crooked(lambda apdu, answer: seen.append(apdu[1]) or answer)
    assert station.work(card).kind == "done"
    return seen.index(ins)


def test_3_one_wrong_key_is_one_attempt(station, office):
    """6982 ends it at once: no second attempt, nor after a power cycle."""
    attempts = []

    def count(apdu, answer):
        if apdu[1] == SIGN and apdu[3] == 0x9B and answer[-2:] == b"\x69\x82":
            attempts.append(apdu)
        return answer

    assert station.work(Crooked(count, key="A1" * 24)).kind == "quarantined"
    assert len(attempts) == 1
    assert office.failed == []


def test_4_a_key_that_is_made_at_the_second_attempt(station, office):
    bend, seen = refuse(GENERATE, times=1)
    assert station.work(Crooked(bend)).kind == "done"
    assert len(seen) == 2
    assert (office.failed, kept(station)) == ([], [])


@pytest.mark.parametrize("slots", [["9E"], ["9E", "9C"]])
def test_5_a_wrong_signature_rejects_the_card(tmp_path, slots):
    office = Office(jobs=2, slots=slots)
    station = Station(tmp_path / "station", office).enrol()

    def bend(apdu, answer):
        if apdu[1] == SIGN and apdu[3] == int(slots[-1], 16):
            return answer[:-3] + bytes([answer[-3] ^ 1]) + answer[-2:]
        return answer

    assert station.work(Crooked(bend)).kind == REJECTED
    [(_card, step, why)] = office.failed
    assert (step, slots[-1] in why) == (5, True)
    assert [line["step"] for line in kept(station)] == [5]
    assert station.work(blank()).kind == "done"
    office.close()


def test_6_a_chip_that_stores_nothing_is_rejected_at_the_second_attempt(
    station, office
):
    bend, seen = refuse(PUT_DATA, times=9, sw="6581")
    assert station.work(Crooked(bend)).kind == REJECTED
    assert len(seen) == 2
    assert [step for _card, step, _why in office.failed] == [6]


@pytest.mark.parametrize("times", [1, 99])
def test_7_what_is_read_back_is_compared_byte_by_byte(station, office, times):
    """One bit of the stored certificate is wrong: written anew, then given up."""
    wrong = []

    def bend(apdu, answer):
        if apdu[1] == GET_DATA and apdu[7:10].hex() == "5fc102" and len(answer) > 2:
            wrong.append(apdu)
            if len(wrong) <= times:
                return answer[:-3] + bytes([answer[-3] ^ 1]) + answer[-2:]
        return answer

    outcome = station.work(Crooked(bend))
    assert outcome.kind == ("done" if times == 1 else REJECTED)
    assert [step for _card, step, _why in office.failed] == ([] if times == 1 else [7])


def test_7_a_chip_whose_key_is_not_that_of_its_certificate(station, office):
    """It signs well until the certificate is on it, and wrongly from then on."""
    written = []

    def bend(apdu, answer):
        if apdu[1] == PUT_DATA:
            written.append(apdu)
        if written and apdu[1] == SIGN and apdu[3] == 0x9E:
            return answer[:-3] + bytes([answer[-3] ^ 1]) + answer[-2:]
        return answer

    assert station.work(Crooked(bend)).kind == REJECTED
    # Its keys are made once more, and sign no better.
    assert [step for _card, step, _why in office.failed] == [5]


def test_8_a_card_with_another_puk_is_rejected(station, office):
    assert station.work(blank(puk="87654321")).kind == REJECTED
    [(_card, step, why)] = office.failed
    assert (step, "PUK" in why) == (8, True)


def test_8_a_chip_that_does_not_take_its_key_is_rejected(station, office):
    bend, _seen = refuse(0xFF, times=9, sw="6A80")
    assert station.work(Crooked(bend)).kind == REJECTED
    assert [step for _card, step, _why in office.failed] == [8]


def test_5_a_card_whose_transport_pin_is_another_is_rejected(tmp_path):
    office = Office(slots=["9E", "9C"])
    station = Station(tmp_path / "station", office).enrol()
    assert station.work(blank(pin="654321")).kind == REJECTED
    assert "batch" in office.failed[0][2]
    assert station.slips() == []
    office.close()


def test_9_a_job_that_ended_meanwhile_leaves_a_blank_card_blank(station, office):
    """The operator was away for longer than the job lasts."""
    worker = station.personaliser()
    job = worker.server.next_job()
    office.job_fail(job["job"], 1, "out of time")
    card = blank()
    outcome = worker.personalise(card, job)
    assert (outcome.kind, "kosong" in outcome.why) == (REFUSED, True)
    assert worker.personalise(card, worker.server.next_job()).kind == "done"


def test_9_a_job_that_ended_while_its_card_was_written(station, office):
    worker = station.personaliser()
    job = worker.server.next_job()
    card = blank()
    done = office.job_done

    def expired(**_params):
        raise Refused(1501, "job unknown")

    office.job_done = expired
    assert worker.personalise(card, job).kind == REJECTED
    assert [line["step"] for line in kept(station)] == [9]
    office.job_done = done


def test_9_a_card_is_not_done_before_the_server_says_so(station, office):
    """The last answer is lost for good: the card is shown again, and is finished."""
    worker = station.personaliser()
    job = worker.server.next_job()
    card = blank()
    office.drop_answers = 0
    done = office.job_done

    def lost(**params):
        done(**params)
        office.drop_answers = 9
        return {"state": "LOCKED"}

    office.job_done = lost
    with pytest.raises(Exception, match="station.job.done"):
        worker.personalise(card, job)
    office.drop_answers, office.job_done = 0, done
    outcome = station.work(card)
    assert outcome.kind == REFUSED
    assert re.search(rf"sudah menjadi kartu {job['card_no']}", outcome.why)
    assert len(office.finished) == 1
    assert card.memory.content["management"]["algorithm"] == memory.AES_256
