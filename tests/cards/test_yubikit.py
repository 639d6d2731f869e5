# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A card of the Yubico profile, judged by Yubico's own library over PC/SC."""

import datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from enrolled import Station
from office import NAME, Office
from smartcard.System import readers
from station_program import run_station
from ykman.pcsc import ScardSmartCardConnection
from yubikit.core.smartcard import ApduError
from yubikit.piv import KEY_TYPE, MANAGEMENT_KEY_TYPE, SLOT, InvalidPinError, PivSession

from khbs_station.transport import Reader
from tools.virtual_card import Memory, Slot, VirtualCard, memory, yubico

SLOTS = {"9E": SLOT.CARD_AUTH, "9C": SLOT.SIGNATURE}


@pytest.fixture(
    scope="module",
    params=[
        # The first speaks in extended commands, the others in short ones.
        (yubico.ATR, (5, 4, 3), "AES256"),
        (memory.ATR, (5, 7, 1), "AES192"),
        (memory.ATR, (5, 2, 7), "3DES"),
    ],
    ids=["extended", "aes192", "3des"],
)
def card(request, tmp_path_factory, pcscd):
    """Yield (session, the office's record) of a card that the program personalised."""
    atr, firmware, own = request.param
    folder = tmp_path_factory.mktemp("yubico")
    office = Office(slots=["9E", "9C"])
    Station(folder / "station", office).enrol(own=own, atr=atr)
    path = folder / "card.json"
    Memory.blank(path, profile="yubico", atr=atr, firmware=firmware)
    run_station(pcscd, folder / "station", [path])
    office.close()
    slot = Slot(pcscd.ports[0])
    slot.insert(VirtualCard.open(path))
    assert Reader(0).wait(True, timeout=10)
    connection = ScardSmartCardConnection(readers()[0].createConnection())
    yield PivSession(connection), office.finished[0], own
    connection.close()
    slot.eject()


@pytest.mark.parametrize("slot", SLOTS)
def test_yubikit_reads_the_certificates(card, slot):
    session, record, _own = card
    certificate = session.get_certificate(SLOTS[slot])
    [name] = certificate.subject.get_attributes_for_oid(NAME)
    assert name.value == record["card_no"]
    now = datetime.datetime.now(datetime.UTC)
    assert certificate.not_valid_before_utc < now < certificate.not_valid_after_utc


def test_yubikit_opens_the_card_with_its_derived_key(card):
    session, record, own = card
    size = memory.KEY_LENGTHS[session.management_key_type]
    assert (
        session.management_key_type == MANAGEMENT_KEY_TYPE[own.replace("3DES", "TDES")]
    )
    with pytest.raises(ApduError, match="6982"):
        session.authenticate(bytes.fromhex(memory.FACTORY_KEY * 2)[:size])
    session.authenticate(record["k9b"][:size])


@pytest.mark.parametrize("slot", SLOTS)
def test_yubikit_signs_and_the_certificate_verifies(card, slot):
    session, record, _own = card
    certificate = session.get_certificate(SLOTS[slot])
    if slot == "9C":
        with pytest.raises(InvalidPinError):
            session.verify_pin("000000")
        session.verify_pin(record["pin"])
    der = session.sign(SLOTS[slot], KEY_TYPE.ECCP256, b"claim", hashes.SHA256())
    certificate.public_key().verify(der, b"claim", ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("slot", SLOTS)
def test_yubikit_sees_keys_that_were_made_on_the_chip(card, slot):
    session, _record, _own = card
    certificate = session.get_certificate(SLOTS[slot])
    attested = session.attest_key(SLOTS[slot])
    assert attested.public_key() == certificate.public_key()
    assert session.get_serial() == 12345678
    if session.version >= (5, 3, 0):
        metadata = session.get_slot_metadata(SLOTS[slot])
        assert metadata.generated and metadata.key_type == KEY_TYPE.ECCP256
        assert metadata.public_key == certificate.public_key()
        assert not session.get_pin_metadata().default_value
        assert not session.get_puk_metadata().default_value
