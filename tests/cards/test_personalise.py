# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The station's work on a card, through every failure that the protocol names."""

import contextlib
import io
import json
import random

import pytest
from cryptography import x509
from enrolled import Station
from office import Office, Refused

from khbs_station import aside
from khbs_station.keystore import KeyStore
from khbs_station.screen import Screen
from khbs_station.server import Offline, RpcError
from khbs_station.shift import INSERT, Shift
from tools.journey.station import OutOfCards, Tray
from tools.virtual_card import Faults, Memory, VirtualCard, memory

REFERENCES = {
    "3DES": memory.TRIPLE_DES,
    "AES128": memory.AES_128,
    "AES192": memory.AES_192,
    "AES256": memory.AES_256,
}


def blank(path=None, **options):
    return VirtualCard(Memory.blank(path, **options))


def stored(card, tag):
    return bytes.fromhex(card.memory.content["objects"][tag])


def assert_finished(card, record, slots=("9E",)):
    """The card holds what the office issued, and opens only with its own keys."""
    content = card.memory.content
    assert stored(card, "5FC102")[29:45].hex() == record["guid"].replace("-", "")
    tags = {"9E": "5FC101", "9C": "5FC10A"}
    for slot, der in zip(slots, record["certs"], strict=True):
        assert der in stored(card, tags[slot])
        subject = x509.load_der_x509_certificate(der).subject.rfc4514_string()
        assert subject == f"CN={record['card_no']}"
        assert slot in content["keys"]
    assert content["management"]["key"] == record["k9b"].hex()
    assert content["puk"]["value"] == record["puk"].encode().hex()
    if "9C" in slots:
        assert content["pin"]["value"] == memory.pad(record["pin"]).hex()
    assert content["pin"]["value"] != memory.pad(memory.FACTORY_PIN).hex()


def quarantined(station):
    lines = (station.folder / "quarantine.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_a_blank_card_becomes_a_card_of_the_programme(station, office):
    card = blank()
    assert station.work(card).kind == "done"
    assert_finished(card, office.finished[0])


def test_a_card_with_a_pin_gets_both_keys(tmp_path):
    office = Office(slots=["9E", "9C"])
    station = Station(tmp_path / "station", office).enrol()
    card = blank()
    assert station.work(card).kind == "done"
    assert_finished(card, office.finished[0], ("9E", "9C"))
    [(number, pin)] = station.slips()
    assert number == office.finished[0]["card_no"]
    assert pin == office.finished[0]["pin"]
    office.close()


@pytest.mark.parametrize(
    ("algorithm", "own"),
    [("AES128", "AES128"), ("AES192", "AES256"), ("AES256", "AES256")],
)
def test_transport_keys_of_every_length(tmp_path, office, algorithm, own):
    key = bytes(range(memory.KEY_LENGTHS[REFERENCES[algorithm]])).hex()
    station = Station(tmp_path / "station", office).enrol(algorithm, key, own)
    card = blank(algorithm=REFERENCES[algorithm], key=key)
    assert station.work(card).kind == "done"
    k9b = office.finished[0]["k9b"][: memory.KEY_LENGTHS[REFERENCES[own]]].hex()
    expected = {"algorithm": REFERENCES[own], "key": k9b}
    assert card.memory.content["management"] == expected


@pytest.mark.parametrize("tear", ["before", "after", "half"])
@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("slots", [["9E"], ["9E", "9C"]])
@pytest.mark.parametrize("algorithm", ["3DES", "AES256"])
def test_torn_at_every_command(tmp_path, tear, restart, slots, algorithm):
    """Power fails at each command in turn; each card is finished all the same.

    With *restart* the card was pulled out and the station begins afresh.
    """
    office = Office(slots=slots)
    key = {"3DES": memory.FACTORY_KEY, "AES256": "A5" * 32}[algorithm]
    station = Station(tmp_path / "station", office).enrol(algorithm, key)
    options = {"algorithm": REFERENCES[algorithm], "key": key}
    commands = _count_commands(station, blank(**options))
    office.order(commands)
    for at in range(1, commands + 1):
        path = tmp_path / f"card-{at}.json"
        card = blank(path, **options)
        card.faults = Faults(tear_at=at, tear=tear)
        if restart:
            card.reset = _gone
            with pytest.raises(ConnectionError):
                station.work(card)
            card = VirtualCard.open(path)
        assert station.work(card).kind == "done", f"torn at {at}"
        assert_finished(card, office.finished[-1], slots)
    assert not office.failed
    assert len({card["keys"][0] for card in office.finished}) == commands + 1
    # The newest slip of every card is the right one.
    pins = {card["card_no"]: card["pin"] for card in office.finished}
    assert dict(station.slips()) == (pins if "9C" in slots else {})
    office.close()


@pytest.mark.parametrize("seed", range(20))
def test_torn_again_and_again(tmp_path, seed):
    """The same card is pulled out at chance, written anew, pulled out again."""
    chance = random.Random(seed)
    office = Office(slots=["9E", "9C"])
    station = Station(tmp_path / "station", office).enrol()
    path = tmp_path / "card.json"
    blank(path)
    for _time in range(8):
        card = VirtualCard.open(path)
        tear = chance.choice(["before", "after", "half"])
        card.faults = Faults(tear_at=chance.randint(8, 40), tear=tear)
        card.reset = _gone
        with contextlib.suppress(ConnectionError):
            if station.work(card).kind == "done":
                break
    else:
        outcome = station.work(VirtualCard.open(path))
        assert outcome.kind == "done", outcome.why
    assert_finished(VirtualCard.open(path), office.finished[0], ["9E", "9C"])
    assert not office.failed
    office.close()


def _gone():
    raise ConnectionError("pulled out")


def _count_commands(station, card):
    assert station.work(card).kind == "done"
    return card.faults.count


def test_an_answer_of_the_server_that_is_lost_is_asked_for_again(station, office):
    for dropped in range(1, 4):
        office.drop_answers = dropped
        card = blank()
        assert station.work(card).kind == "done"
        assert_finished(card, office.finished[-1])
    assert len(office.finished) == 3


def test_without_the_server_the_card_waits(station, office):
    worker = station.personaliser()
    job = worker.server.next_job()
    card = blank()
    office.drop_answers = 100
    with pytest.raises(Offline):
        worker.personalise(card, job)
    office.drop_answers = 0
    assert station.work(card).kind == "done"


def test_a_card_of_another_kind_is_not_touched(station, office):
    card = blank(atr="3B80800101")
    before = json.dumps(card.memory.content)
    outcome = station.work(card)
    assert (outcome.kind, json.dumps(card.memory.content)) == ("refused", before)
    assert station.work(blank()).kind == "done"


def test_a_finished_card_is_refused_by_its_name(station, office):
    card = blank()
    station.work(card)
    outcome = station.work(card)
    assert outcome.kind == "refused"
    assert office.finished[0]["card_no"] in outcome.why


def test_a_card_of_another_batch_is_quarantined_after_one_attempt(station, office):
    card = blank(key="A1" * 24)
    assert station.work(card).kind == "quarantined"
    assert [line["step"] for line in quarantined(station)] == [3]
    [told] = office.aside.values()
    assert (told["job"], told["step"]) == (office.live["job"], 3)
    assert (told["why"], told["guid"]) == (quarantined(station)[0]["why"], None)
    # One question for the algorithm and one attempt, not a loop.
    assert card.faults.count < 12
    assert station.work(blank()).kind == "done"


def test_a_foreign_card_is_quarantined(tmp_path, station, office):
    other = Office()
    card = blank()
    Station(tmp_path / "other", other).enrol().work(card)
    assert station.work(card).kind == "quarantined"
    assert quarantined(station)[0]["step"] == 2
    [told] = office.aside.values()
    assert told["guid"] in told["why"], "the server tells a card of its own by it"
    other.close()


def test_a_report_that_did_not_arrive_is_kept_until_it_does(station, office):
    """Neither an older server nor a broken line loses the count of the blanks."""
    office.without_aside = True
    assert station.work(blank(key="A1" * 24)).kind == "quarantined"
    office.without_aside = False
    [owed] = station.personaliser().store.owed()
    office.drop_answers = 1
    aside.settle(KeyStore(station.folder), station.server())
    assert list(office.aside) == [owed["report"]], "asked for again, one report"
    assert station.personaliser().store.owed() == []
    worker = station.personaliser()
    job = worker.server.next_job()
    worker.server.set_aside = _offline
    card = blank(key="A1" * 24)
    assert worker.personalise(card, job).kind == "quarantined"
    assert len(office.aside) == 1
    # The next shift tells it before its first job.
    shift = Shift(station.server(), station.personaliser(), Tray([]), Screen())
    with contextlib.suppress(OutOfCards):
        shift.run()
    assert len(office.aside) == 2


def _offline(_report):
    raise Offline("no line")


def test_a_report_that_the_server_will_never_take_is_forgotten(station, office):
    assert station.work(blank(key="A1" * 24)).kind == "quarantined"
    worker = station.personaliser()
    [report] = office.aside
    worker.store.owe({"report": report, "job": "J"})

    def refused(**_params):
        raise Refused(1501, "job unknown")

    office.blank_aside = refused
    aside.settle(worker.store, worker.server)
    assert worker.store.owed() == []


def test_a_report_that_the_server_stumbles_over_stops_nobody(station, office):
    """It is kept, told on the screen and tried again; the others go their way."""
    worker = station.personaliser()
    job = worker.server.next_job()
    first, second = (
        {"report": name, "job": job["job"], "step": 3, "why": "x", "atr": "3B"}
        for name in ("01JDAAAAAAAAAAAAAAAAAAAAA1", "01JDAAAAAAAAAAAAAAAAAAAAA2")
    )
    worker.store.owe(first)
    worker.store.owe(second)
    takes = office.blank_aside

    def stumbles(**params):
        if params["report"] == first["report"]:
            raise Refused(-32603, "internal error")
        return takes(**params)

    office.blank_aside = stumbles
    said = io.StringIO()
    shift = Shift(worker.server, worker, Tray([]), Screen(said))
    with pytest.raises(OutOfCards):
        shift.run()
    assert worker.store.owed() == [first]
    assert list(office.aside) == [second["report"]]
    assert f"{job['card_no']}: {INSERT} 1 laporan kartu" in said.getvalue()
    assert "-32603" in said.getvalue()
    # Nor is the next blank, whose own report goes through.
    assert worker.personalise(blank(key="A1" * 24), job).kind == "quarantined"
    assert len(office.aside) == 2
    office.blank_aside = takes
    with pytest.raises(OutOfCards):
        shift.run()
    assert worker.store.owed() == []
    assert list(office.aside)[-1] == first["report"]


def test_a_station_killed_before_its_line_is_written_has_the_report(station, office):
    worker = station.personaliser()
    job = worker.server.next_job()
    # Nothing can be written there: the station ends in the middle of it.
    (station.folder / "quarantine.jsonl").mkdir()
    with pytest.raises(IsADirectoryError):
        worker.personalise(blank(key="A1" * 24), job)
    [owed] = KeyStore(station.folder).owed()
    assert (owed["job"], owed["step"], office.aside) == (job["job"], 3, {})
    aside.settle(KeyStore(station.folder), station.server())
    assert list(office.aside) == [owed["report"]]


def test_a_card_that_asks_for_ever_new_certificates_is_told_in_words(station, office):
    def refused(**_params):
        data = {"certified": 5, "card_no": "KH01000000098"}
        raise Refused(1503, "certified 5 times: write the card off", data)

    office.job_certify = refused
    outcome = station.work(blank())
    assert outcome.kind == "rejected"
    assert "5 kali meminta sertifikat" in outcome.why


def test_a_copied_key_rejects_the_card(station, office):
    """Two chips that make the same key: a clone, or a generator that is none."""
    card = blank()
    first = station.work(card)
    assert first.kind == "done"
    copied = card.memory.content["keys"]["9E"]
    twin = blank()
    generate = twin._applet._generate

    def weak(p1, p2, data):
        generate(p1, p2, data)
        twin.memory.content["keys"]["9E"] = copied
        return bytes.fromhex("7F49438641") + office.finished[0]["keys"][0][-65:]

    twin._applet._generate = weak
    assert station.work(twin).kind == "rejected"
    [(record, step, why)] = office.failed
    assert step == 5 and "1502" in why
    assert record["card_no"] != first.card_no


def test_a_card_that_cannot_make_keys_is_rejected_at_the_second_failure(
    station, office
):
    card = blank()
    transmit = card.transmit
    failures = []

    def fail(apdu):
        if apdu[1] == 0x47:
            failures.append(apdu)
            return bytes.fromhex("6F00")
        return transmit(apdu)

    card.transmit = fail
    assert station.work(card).kind == "rejected"
    assert len(failures) == 2
    assert office.failed[0][1] == 4


def test_a_certificate_of_a_forged_authority_is_not_written(station, office):
    worker = station.personaliser()
    job = worker.server.next_job()
    forged = Office()
    office.signer, office.ca = forged.signer, forged.ca
    card = blank()
    assert worker.personalise(card, job).kind == "rejected"
    assert not card.memory.content["objects"]
    forged.close()


def test_an_authority_that_changes_in_mid_shift_is_followed(station, office):
    worker = station.personaliser()
    assert worker.personalise(blank(), worker.server.next_job()).kind == "done"
    office.change_authority()
    card = blank()
    assert worker.personalise(card, worker.server.next_job()).kind == "done"
    # A card by the new authority is known for what it is, and not for a foreign one.
    assert "sudah menjadi" in station.work(card).why


@pytest.mark.parametrize("code", [1601, 1602, 1603])
def test_a_server_that_stays_busy_is_as_one_that_is_away(station, office, code):
    asked = []

    def busy():
        asked.append(code)
        raise Refused(code, "busy", {"retry_after": 0})

    office.job_next = busy
    with pytest.raises(Offline):
        station.server().next_job()
    assert len(asked) == 4


def test_nothing_secret_is_left_behind(station, office):
    card = blank()
    station.work(card)
    record = office.finished[0]
    kept = b"".join(
        path.read_bytes() for path in station.folder.iterdir() if path.is_file()
    )
    for secret in (record["k9b"].hex(), record["puk"], record["pin"]):
        assert secret.encode() not in kept
    for name in ("device.pem", "batches.json"):
        assert (station.folder / name).stat().st_mode & 0o077 == 0


def test_a_wrong_code_or_root_is_told(tmp_path, office):
    station = Station(tmp_path / "station", office)
    sheet = ["--url", office.url, "--tid", "S0001", "--prg", "KHBS-test"]
    code, _out, err = station.cli(
        "enrol", *sheet, "--code", "WRONG", "--root", office.root_sha256
    )
    assert (code, "1101" in err) == (2, True)
    station.cli("enrol", *sheet, "--code", "7K2MQ9XA", "--root", "ab" * 32)
    code, _out, err = station.cli("status")
    assert (code, "Laporkan" in err) == (1, True)
    assert not (station.folder / "trust.jws").exists()


def test_secrets_travel_only_over_tls(tmp_path, office):
    station = Station(tmp_path / "station", office)
    code, _out, err = station.cli(
        "enrol",
        *("--url", "http://khbs.example", "--tid", "S0001", "--code", "7K2MQ9XA"),
        *("--root", office.root_sha256),
    )
    assert (code, "https" in err) == (1, True)


def test_one_process_works_in_a_folder(station):
    with KeyStore(station.folder).locked():
        code, _out, err = station.cli("run")
    assert (code, "sudah berjalan" in err) == (1, True)


def test_a_redirect_is_not_followed(station, office):
    office.redirect = True
    with pytest.raises(RpcError, match="307"):
        station.server().next_job()
