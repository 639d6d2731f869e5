# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every card that must not be paid: each refused for its own reason, in Indonesian.

Offline the terminal decides alone; online the server says what the card is, and the
terminal checks before it asks. What is refused stands in the journal, unless the card
has no number to write down.
"""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from terminal_office import Office
from terminal_stage import ManualClock, Stage, card_numbered, make_card

from khbs_terminal import CardError, Refusal, TerminalError
from khbs_terminal.errors import said_state
from tools.vectors import make_vectors, pki, signing
from tools.virtual_card import Memory, VirtualCard

CHUID = "5FC102"
CERTIFICATE = "5FC101"
PIV = bytes.fromhex("00A404000B")


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def office(clock):
    office = Office(clock)
    yield office
    office.close()


@pytest.fixture
def stage(tmp_path, office, clock):
    stage = Stage(tmp_path / "terminal", office.url, clock)
    yield stage
    stage.close()


def refused(stage, card, why, words, act="serve", online=False):
    """Check that the act is refused for *why*, in *words*, and where it is noted."""
    name = f"{act}_online" if online else act
    options = {"identity_seen": True} if act == "serve" else {}
    events = stage.events()
    with pytest.raises(TerminalError) as caught:
        getattr(stage.terminal, name)(card, **options)
    assert caught.value.why == why
    assert words in str(caught.value)
    denied = [d["why"] for ev, d in stage.journal()[len(events) :] if ev == "deny"]
    assert denied == ([] if why in ("NOT_KHBS", "NO_CERTIFICATE") else [why])
    assert "claim" not in stage.events()
    assert "activate" not in stage.events()


# The card is not what it says


def copy_of(card, key=True):
    """Return another chip with the certificate and CHUID of *card*, as files.

    :param key: whether the chip has a key of its own in 9E
    """
    memory = Memory.blank()
    objects = card.memory.content["objects"]
    memory.content["objects"] = {
        tag: objects[tag] for tag in (CHUID, CERTIFICATE) if tag in objects
    }
    if key:
        private = pki.KEYS["forged card"].private.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        memory.content["keys"]["9E"] = private.hex()
    return VirtualCard(memory)


@pytest.mark.parametrize("online", [False, True])
@pytest.mark.parametrize("key", [True, False])
def test_a_copied_card_file(stage, key, online):
    stage.card.memory.content["objects"][CHUID] = "3019"
    copied = copy_of(stage.card, key)
    assert copied.memory.content["objects"] == stage.card.memory.content["objects"]
    refused(stage, copied, "COPIED_CARD", "salinan", online=online)
    assert stage.terminal.serve(stage.card, identity_seen=True).total == 750_000


def test_a_copied_card_is_not_handed_over(stage):
    shipped = 123_457
    card = card_numbered(shipped)
    lease_for(stage, shipped, handover=1)
    refused(stage, copy_of(card), "COPIED_CARD", "salinan", act="activate")
    stage.terminal.activate(card)


def test_a_card_with_the_certificate_of_another_card(stage):
    """The authority certified this key, but the lease knows another for this number."""
    certificate = pki.card_certificate(pki.KEYS["forged card"])
    exchanged = make_card("forged card", certificate)
    refused(stage, exchanged, "WRONG_KEY", "sertifikatnya milik kartu lain")


@pytest.mark.parametrize("act", ["serve", "activate"])
@pytest.mark.parametrize("online", [False, True])
def test_a_certificate_of_a_forged_authority(stage, act, online):
    forged = make_card("forged card", pki.certificates()["forged card"])
    words = "sertifikat kartu bukan dari KHBS"
    if act == "activate" and online:
        with pytest.raises(Refusal, match=words):
            stage.terminal.activate_online(forged)
        return
    refused(stage, forged, "FORGED", words, act, online)


def test_a_certificate_whose_years_are_over(stage):
    known = x509.load_der_x509_certificate(pki.certificates()["card"])
    authority = pki.KEYS["card authority"].private
    ended = datetime.datetime.fromtimestamp(pki.NOW, datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(known.subject)
        .issuer_name(known.issuer)
        .public_key(known.public_key())
        .serial_number(7)
        .not_valid_before(ended - datetime.timedelta(days=1826))
        .not_valid_after(ended)
    )
    for extension in known.extensions:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    certificate = builder.sign(authority, known.signature_hash_algorithm)
    der = certificate.public_bytes(serialization.Encoding.DER)
    for online in (False, True):
        expired = make_card("card", der)
        refused(stage, expired, "EXPIRED_CARD", "masa berlaku", online=online)


def test_a_certificate_for_another_purpose(stage):
    other = make_card("card PIN", pki.certificates()["card PIN"])
    refused(stage, other, "BAD_CERTIFICATE", "tidak lengkap")


# Case 12.19: a card that is not of the programme at all


class NoPiv:
    """A chip of another scheme: no PIV application answers."""

    def transmit(self, apdu):
        return b"\x6a\x82" if apdu.startswith(PIV) else b"\x6d\x00"


class AnotherPiv(NoPiv):
    """A PIV card that shows nothing."""

    def transmit(self, apdu):
        return b"\x90\x00" if apdu.startswith(PIV) else b"\x6a\x82"


@pytest.mark.parametrize("act", ["serve", "activate"])
@pytest.mark.parametrize("online", [False, True])
def test_case_12_19_a_campaign_card_without_a_piv_application(stage, act, online):
    words = "Kartu tidak berlaku: ini bukan kartu KHBS. Kartu masa kampanye"
    refused(stage, NoPiv(), "NOT_KHBS", words, act, online)


@pytest.mark.parametrize("online", [False, True])
def test_case_12_19_a_chip_without_a_certificate_of_the_programme(stage, online):
    words = "Kartu tidak berlaku: tidak memuat sertifikat"
    refused(stage, AnotherPiv(), "NO_CERTIFICATE", words, online=online)
    refused(stage, VirtualCard(Memory.blank()), "NO_CERTIFICATE", words, online=online)


def test_case_12_19_a_certificate_that_names_no_card(stage):
    # The root's certificate: a name, but no card number.
    foreign = make_card("root", pki.certificates()["root"])
    refused(stage, foreign, "NOT_KHBS", "bukan kartu KHBS")


def test_case_12_19_a_number_that_no_list_knows(stage, office):
    unknown = card_numbered(make_vectors.LIST_SIZE)
    refused(stage, unknown, "UNKNOWN_CARD", "tidak ada di daftar")
    office.errors = [(1301, None)]
    refused(stage, unknown, "1301", "kartu tidak berlaku", online=True)


# The card was one of the programme


def lease_for(stage, index, handover=0):
    """Adopt a lease whose one row is the genuine card numbered *index*."""
    card_numbered(index)
    key_hash = signing.b64url(signing.sha256(pki.KEYS[f"card {index}"].spki)[:16])
    line = ["E9", "BERAS10", "2026-3", 150_000]
    number = make_vectors.card_no("01", index)
    row = [number, key_hash, None, "Bawi", handover, [line]]
    return stage.adopt_lease(rows=[row])


STATES = [
    (0x1, "REVOKED", "dicabut"),
    (0x2, "SUSPENDED", "diblokir sementara"),
    (0x3, "NOT_ACTIVE", "belum diserahkan"),
]


@pytest.mark.parametrize("in_lease", [True, False])
@pytest.mark.parametrize(("status", "why", "words"), STATES)
def test_what_the_list_says_counts_in_the_lease_or_not(
    stage, status, why, words, in_lease
):
    held = stage.terminal.held.status_list()
    index = next(index for index in range(held.n) if held.status(index) == status)
    if in_lease:
        lease_for(stage, index)
    refused(stage, card_numbered(index), why, words)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("SUSPENDED", "diblokir sementara"),
        ("REVOKED", "sudah dicabut"),
        ("EXPIRED", "sudah habis"),
        ("SHIPPED", "belum diserahkan"),
        ("RETURNED", "ditarik kembali"),
        ("DESTROYED", "dihapuskan"),
        ("LOCKED", "belum keluar dari kantor"),
    ],
)
def test_what_the_server_says_online(stage, office, state, words):
    office.methods["edc.card.info"] = lambda _params: {
        "card_no": pki.CARD,
        "state": state,
    }
    refused(stage, stage.card, f"1302 {state}", words, online=True)


@pytest.mark.parametrize(
    ("code", "data", "words"),
    [
        (1301, None, "tidak dikenal"),
        (1302, {"state": "REVOKED"}, "sudah dicabut"),
        (1303, None, "tidak dapat membuktikan keasliannya"),
    ],
)
def test_a_hand_over_that_the_server_refuses(stage, office, code, data, words):
    office.errors = [(code, data)]
    with pytest.raises(TerminalError, match=words):
        stage.terminal.activate_online(stage.card)
    assert "activate" not in stage.events()


def test_case_12_20_the_old_card_of_a_family_that_has_a_new_one(stage):
    """Lost, replaced, found by another: the old number ends, the aid goes on."""
    shipped = 123_457
    new = card_numbered(shipped)
    line = ["E26A-000000001", "TUNAI", "2026-3", 600_000]
    rows = make_vectors.lease_payload()["rows"][:1]
    key_hash = signing.b64url(signing.sha256(pki.KEYS[f"card {shipped}"].spki)[:16])
    number = make_vectors.card_no("01", shipped)
    rows.append([number, key_hash, None, "Mina", 1, [line]])
    stage.adopt_lease(rows=rows)
    stage.terminal.activate(new)
    with pytest.raises(Refusal, match="diblokir") as caught:
        stage.terminal.serve(stage.card, identity_seen=True)
    assert caught.value.why == "SUSPENDED"
    assert stage.terminal.serve(new, identity_seen=True).total == 600_000


def test_every_reason_has_its_own_words():
    """Nobody at the counter has to guess which of two things is meant."""
    states = ("SHIPPED", "RETURNED", "SUSPENDED", "REVOKED", "EXPIRED", "DESTROYED")
    assert len({said_state(state) for state in (*states, "LOCKED")}) == 7
    assert CardError("x").why == "CARD_LOST"
