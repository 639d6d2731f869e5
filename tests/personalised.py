# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What must be true once many cards went through the stations: each accounted for."""

import collections
import hashlib
import re

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID
from personalising import STATIONS, set_aside

from khbs_station.iso7816 import untlv
from tools.virtual_card import memory

DER = serialization.Encoding.DER
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
TAGS = {"9E": "5FC101", "9C": "5FC10A"}


def check(server, hall, folders, blanks, count):
    """Assert that *count* cards were certified and nothing else came of it."""
    kinds = collections.Counter(blank.kind for blank in blanks)
    chips = [chip for blank in blanks if (chip := _chip(blank))]
    _check_cards(server, chips, count, kinds)
    _check_keys(server, chips)
    _check_jobs(server, count, kinds)
    _check_set_aside(server, hall, folders, kinds)
    _check_slips(folders, chips)
    foreign = [blank for blank in blanks if blank.kind in ("foreign", "other")]
    for blank in foreign:
        assert not _content(blank)["objects"] and not _content(blank)["keys"]


def _check_cards(server, chips, count, kinds):
    states = dict(server.sql("SELECT state, count(*) FROM khbs_card GROUP BY state"))
    assert states == {"locked": str(count), "destroyed": str(kinds["worn"])}
    total = count + kinds["worn"]
    for column in ("card_no", "card_index", "guid"):
        distinct = f"SELECT count(DISTINCT {column}) FROM khbs_card"
        assert server.number(distinct) == total
    # Every finished number is on exactly one chip.
    numbers = [chip["card_no"] for chip in chips]
    assert len(set(numbers)) == len(numbers) == count
    known = server.sql("SELECT card_no FROM khbs_card WHERE state = 'locked'")
    assert {row[0] for row in known} == set(numbers)


def _check_keys(server, chips):
    stored = server.sql(
        "SELECT card_no, spki_9e_sha256, spki_9c_sha256 FROM khbs_card"
        " WHERE state = 'locked'"
    )
    on_server = {row[0]: [digest for digest in row[1:] if digest] for row in stored}
    on_chips = {chip["card_no"]: chip["keys"] for chip in chips}
    assert on_chips == on_server
    every = [digest for digests in on_server.values() for digest in digests]
    assert len(set(every)) == len(every)
    registered = server.sql("SELECT sha256 FROM khbs_card_key")
    registered = [row[0] for row in registered]
    assert len(set(registered)) == len(registered)
    assert set(every) <= set(registered)
    # 9B is each card's own.
    assert len({chip["k9b"] for chip in chips}) == len(chips)
    assert memory.FACTORY_KEY not in {chip["k9b"] for chip in chips}


def _check_jobs(server, count, kinds):
    states = dict(
        server.sql("SELECT state, count(*) FROM khbs_card_job GROUP BY state")
    )
    assert states == {"done": str(count), "failed": str(kinds["worn"])}
    spoiled = server.number("SELECT sum(blanks_spoiled) FROM khbs_card_job")
    assert spoiled == kinds["dead"]
    steps = server.sql(
        "SELECT last_step, count(*) FROM khbs_card_job"
        " WHERE state = 'failed' GROUP BY last_step"
    )
    assert steps == [["6", str(kinds["worn"])]]


def _check_set_aside(server, hall, folders, kinds):
    found = collections.Counter(
        (line["kind"], line["step"]) for line in set_aside(folders)
    )
    assert found == {
        ("quarantined", 3): kinds["foreign"],
        ("rejected", 4): kinds["dead"],
        ("rejected", 6): kinds["worn"],
    }
    assert hall.results["kartu dikarantina"] == kinds["foreign"]
    # The server knows of each piece, whatever fell silent meanwhile.
    lost = server.sql("SELECT kind, count(*) FROM khbs_card_spoiled GROUP BY kind")
    assert dict(lost) == {
        "set_aside": str(kinds["foreign"]),
        "blank": str(kinds["dead"]),
        "card": str(kinds["worn"]),
    }
    assert hall.results["kartu rusak"] == kinds["dead"] + kinds["worn"]
    # Besides the cards of another make: finished ones that came again, because a
    # station was killed or gave the server up before it heard so.
    again = hall.results["kartu ditolak"] - kinds["other"]
    assert 0 <= again <= hall.killed + STATIONS * hall.restarted


def _check_slips(folders, chips):
    """The last slip of each card with a PIN is the right one; others have none."""
    slips = {}
    for folder in folders:
        text = (folder / "slips").read_text()
        for number, spaced in re.findall(r"kartu : (\S+)\n *PIN +: ([0-9 ]+)\n", text):
            slips[number] = spaced.replace(" ", "")
    with_pin = {
        chip["card_no"]: chip["pin"] for chip in chips if len(chip["keys"]) == 2
    }
    assert with_pin.items() <= slips.items()
    assert slips.keys() == with_pin.keys()


def _content(blank):
    return memory.Memory.load(blank.path).content


def _chip(blank):
    """Return what is on a finished chip, or None."""
    content = _content(blank)
    if content["management"]["algorithm"] != memory.AES_256:
        return None
    digests = []
    for slot, tag in TAGS.items():
        if tag not in content["objects"]:
            continue
        der = untlv(bytes.fromhex(content["objects"][tag]))[0x70]
        certificate = x509.load_der_x509_certificate(der)
        key = serialization.load_der_private_key(
            bytes.fromhex(content["keys"][slot]), None
        )
        spki = key.public_key().public_bytes(DER, SPKI)
        assert spki == certificate.public_key().public_bytes(DER, SPKI)
        digests.append(hashlib.sha256(spki).hexdigest())
        [name] = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    pin = bytes.fromhex(content["pin"]["value"]).rstrip(b"\xff").decode()
    return {
        "card_no": name.value,
        "keys": digests,
        "pin": pin,
        "k9b": content["management"]["key"].upper(),
    }
