# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The virtual card against SP 800-73, byte by byte: no code of the station."""

import hashlib
import time

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tools.virtual_card import CardGone, Faults, Memory, VirtualCard, memory

SELECT = "00A404000BA00000030800001000010000"
KEYS = {
    memory.AES_128: bytes(range(16)),
    memory.AES_192: bytes(range(24)),
    memory.AES_256: bytes(range(32)),
}


def exchange(card, text):
    """Send hexadecimal, return (data, status word)."""
    answer = card.transmit(bytes.fromhex(text))
    return answer[:-2], answer[-2:].hex()


def blank(path=None, **options):
    card = VirtualCard(Memory.blank(path, **options))
    exchange(card, SELECT)
    return card


def opened(algorithm=memory.AES_128, path=None):
    """Return a card whose 9B was proven by external authentication."""
    card = blank(path, algorithm=algorithm, key=KEYS[algorithm].hex())
    data, _sw = exchange(card, f"0087{algorithm:02X}9B047C02810000")
    cipher = Cipher(algorithms.AES(KEYS[algorithm]), modes.ECB()).encryptor()
    response = cipher.update(data[4:]) + cipher.finalize()
    body = f"7C128210{response.hex()}"
    assert exchange(card, f"0087{algorithm:02X}9B14{body}") == (b"", "9000")
    return card


@pytest.mark.parametrize("algorithm", KEYS)
def test_mutual_authentication(algorithm):
    card = blank(algorithm=algorithm, key=KEYS[algorithm].hex())
    cipher = Cipher(algorithms.AES(KEYS[algorithm]), modes.ECB())
    head = f"0087{algorithm:02X}9B"
    data, _sw = exchange(card, f"{head}047C02800000")
    decryptor, encryptor = cipher.decryptor(), cipher.encryptor()
    witness = decryptor.update(data[4:]) + decryptor.finalize()
    challenge = bytes(16)
    body = f"7C268010{witness.hex()}8110{challenge.hex()}8200"
    data, sw = exchange(card, f"{head}28{body}00")
    assert sw == "9000"
    assert data[4:] == encryptor.update(challenge) + encryptor.finalize()
    # A witness serves once.
    assert exchange(card, f"{head}28{body}00") == (b"", "6982")


def test_writing_needs_9b_and_reading_does_not():
    card = blank()
    put = "00DB3FFF095C035FC1025302ABCD"
    get = "00CB3FFF055C035FC10200"
    assert exchange(card, put)[1] == "6982"
    assert exchange(card, get) == (b"", "6a82")
    assert exchange(card, "0047009E05AC0380011100")[1] == "6982"
    card = opened()
    assert exchange(card, put) == (b"", "9000")
    assert exchange(card, get) == (bytes.fromhex("5302ABCD"), "9000")


def test_long_objects_are_chained_both_ways(tmp_path):
    card = opened(path=tmp_path / "card.json")
    content = bytes(range(256)) * 3
    body = bytes.fromhex("5C035FC101538203 00") + content
    parts = [body[at : at + 255] for at in range(0, len(body), 255)]
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        head = f"{'00' if last else '10'}DB3FFF{len(part):02X}"
        assert exchange(card, head + part.hex()) == (b"", "9000")
    # It survives the power, and comes back in pieces.
    card = VirtualCard.open(tmp_path / "card.json")
    exchange(card, SELECT)
    data, sw = exchange(card, "00CB3FFF055C035FC10100")
    while sw.startswith("61"):
        assert len(data) % 256 == 0
        more, sw = exchange(card, f"00C00000{sw[2:]}")
        data += more
    assert sw == "9000"
    assert data == bytes.fromhex("53820300") + content


def test_another_command_within_a_chain_is_refused():
    card = opened()
    assert exchange(card, "10DB3FFF055C035FC102")[1] == "9000"
    assert exchange(card, "00CB3FFF055C035FC10200")[1] == "6883"


def test_card_key_signs_without_pin_and_9c_asks_for_it_each_time():
    card = opened()
    digest = hashlib.sha256(b"claim").digest()
    template = f"267C2482008120{digest.hex()}00"
    for slot in ("9E", "9C"):
        data, sw = exchange(card, f"004700{slot}05AC0380011100")
        assert sw == "9000" and data[:5].hex() == "7f49438641"
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data[5:])
        sign = f"008711{slot}{template}"
        if slot == "9C":
            assert exchange(card, sign)[1] == "6982"
            assert exchange(card, "0020008008313233343536FFFF")[1] == "9000"
        data, sw = exchange(card, sign)
        assert sw == "9000"
        key.verify(data[4:], digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
    assert exchange(card, f"0087119C{template}")[1] == "6982"


def test_pin_blocks_and_puk_frees_it(tmp_path):
    wrong, right = "0020008008393939393939FFFF", "0020008008313233343536FFFF"
    card = blank(tmp_path / "card.json")
    assert [exchange(card, wrong)[1] for _ in range(3)] == ["63c2", "63c1", "6983"]
    card = VirtualCard.open(tmp_path / "card.json")
    exchange(card, SELECT)
    assert exchange(card, right)[1] == "6983"
    puk, pin = b"12345678".hex(), "363534333231FFFF"
    assert exchange(card, f"002C008010{b'00000000'.hex()}{pin}")[1] == "63c2"
    assert exchange(card, f"002C008010{puk}{pin}")[1] == "9000"
    assert exchange(card, f"0020008008{pin}")[1] == "9000"
    # The right PUK gave its tries back.
    assert exchange(card, f"0024008110{b'00000000'.hex()}{puk}")[1] == "63c2"
    assert exchange(card, f"0024008110{puk}{b'87654321'.hex()}")[1] == "9000"
    assert exchange(card, f"0024008110{puk}{puk}")[1] == "63c2"


def test_management_key_is_replaced_only_by_its_holder():
    key = bytes(32).hex()
    assert exchange(blank(), f"00FFFFFF230C9B20{key}")[1] == "6982"
    card = opened()
    assert exchange(card, f"00FFFFFF230C9B20{key}")[1] == "9000"
    assert card.memory.content["management"] == {"algorithm": 0x0C, "key": key}
    assert exchange(card, "0087089B047C02800000")[1] == "6a86"


@pytest.mark.parametrize(
    ("text", "sw"),
    [
        ("00", "6700"),
        ("0CCB3FFF055C035FC10200", "6882"),
        ("80CB3FFF055C035FC10200", "6e00"),
        ("00A404000BA0000003080000200001", "6700"),
        ("00A4040006A0000000040000", "6a82"),
        ("00CB3FFF035C03FF00", "6a80"),
        ("00CB0000055C035FC10200", "6a86"),
        ("008711 9E 02 7C00 00", "6a80"),
        ("00FD000000", "6d00"),
    ],
)
def test_refusals(text, sw):
    assert exchange(blank(), text)[1] == sw


def test_nothing_answers_before_the_application_is_selected():
    card = VirtualCard(Memory.blank())
    assert exchange(card, "00CB3FFF055C035FC10200")[1] == "6d00"


@pytest.mark.parametrize(
    ("tear", "left"), [("before", None), ("half", "abcd"), ("after", "abcdabcd")]
)
def test_torn_write(tear, left):
    card = opened()
    card.faults = Faults(tear_at=1, tear=tear)
    with pytest.raises(CardGone):
        exchange(card, "00DB3FFF0B5C035FC1025304ABCDABCD")
    assert card.memory.content["objects"].get("5FC102") == left
    # The card lost its power: what was opened is closed.
    exchange(card, SELECT)
    assert exchange(card, "00DB3FFF095C035FC1025302ABCD")[1] == "6982"


def yubikey(firmware=(5, 4, 3), **options):
    return blank(profile="yubico", firmware=firmware, serial=0x00C0FFEE, **options)


def test_a_yubikey_tells_version_and_serial():
    assert exchange(yubikey(), "00FD000000") == (bytes([5, 4, 3]), "9000")
    assert exchange(yubikey(), "00F8000000") == (bytes.fromhex("00C0FFEE"), "9000")
    assert exchange(blank(), "00F8000000")[1] == "6d00"


def test_a_yubikey_tells_what_it_knows_of_its_keys():
    card = yubikey()
    data, sw = exchange(card, "00F7009B00")
    assert (data.hex(), sw) == ("010103" + "02020001" + "050101", "9000")
    assert exchange(card, "00F7008000")[0].hex() == "0101ff" + "050101" + "06020303"
    assert exchange(card, "00F7009E00")[1] == "6a88"
    # Firmware before 5.3 has no such command.
    assert exchange(yubikey((5, 2, 7)), "00F7009B00")[1] == "6d00"


@pytest.mark.parametrize("algorithm", KEYS)
def test_extended_commands_carry_long_objects(algorithm):
    """One command of 800 bytes, one answer of 800 bytes."""
    card = opened(algorithm)
    content = bytes(range(256)) * 3
    body = bytes.fromhex("5C035FC10153820300") + content
    put = f"00DB3FFF00{len(body):04X}{body.hex()}"
    assert exchange(card, put) == (b"", "9000")
    data, sw = exchange(card, "00CB3FFF0000055C035FC1010000")
    assert (data, sw) == (bytes.fromhex("53820300") + content, "9000")


def test_every_command_takes_its_time():
    card = blank()
    card.faults = Faults(latency=0.05)
    start = time.monotonic()
    for _command in range(3):
        exchange(card, "00CB3FFF055C035FC10200")
    assert time.monotonic() - start >= 0.15
