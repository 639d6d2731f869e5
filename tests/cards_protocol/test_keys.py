# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import datetime
import os
import subprocess
import uuid
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.serialization import Encoding
from protocol import card_number, certificate, chuid, jws, keys, keystore, types
from protocol.keystore import ceremony, files, keyring

GUID = "7c1e6b52-0a4f-4d0b-9a39-2f60a8d1c0de"
CARD_NO = "KH01012345642"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return keystore.create(tmp_path_factory.mktemp("keys") / "khbs", "KHBS-test")


def test_card_numbers_check_and_come_back():
    assert card_number.make("01", 123456) == CARD_NO
    assert card_number.parse(CARD_NO) == ("01", 123456)


@pytest.mark.parametrize(
    "number",
    [
        "KH01012345643",
        "KH01012345742",
        "KH01012354642",
        "kh01012345642",
        "KH0101234564",
        "KH01012345642\n",
        "KH٠١012345642",
        "",
        None,
        7,
    ],
)
def test_a_number_of_no_card_is_refused(number):
    with pytest.raises(card_number.CardNumberError):
        card_number.parse(number)


def test_the_management_key_is_sp800_108_over_cmac():
    """The same by hand: CMAC(K, i || Label || 00 || guid || [L])."""
    master = bytes(range(32))
    fixed = b"KHBS-9B\0" + uuid.UUID(GUID).bytes + (256).to_bytes(4, "big")
    blocks = b""
    for counter in (1, 2):
        mac = CMAC(AES(master))
        mac.update(counter.to_bytes(4, "big") + fixed)
        blocks += mac.finalize()
    assert keys.management_key(keystore.MasterKey(master), GUID) == blocks
    mac = CMAC(AES(master))
    fixed = b"KHBS-PUK\0" + uuid.UUID(GUID).bytes + (128).to_bytes(4, "big")
    mac.update((1).to_bytes(4, "big") + fixed)
    puk = int.from_bytes(mac.finalize(), "big") % 10**8
    assert keys.puk(keystore.MasterKey(master), GUID) == f"{puk:08d}"


def test_fingerprints_name_device_and_key():
    der = keys.spki(ec.generate_private_key(ec.SECP256R1()).public_key())
    text = keys.fingerprint("T000123", der)
    assert len(text) == 9 and text[4] == "-"
    assert not set(text) & set("ILOU")
    assert keys.fingerprint("T000124", der) != text
    assert keys.crockford32(bytes(5)) == "00000000"
    assert keys.crockford32(b"\xff" * 5) == "ZZZZZZZZ"


def test_only_p256_keys_in_their_one_form_are_read():
    other = keys.spki(ec.generate_private_key(ec.SECP384R1()).public_key())
    edwards = keys.spki(ed25519.Ed25519PrivateKey.generate().public_key())
    good = keys.spki(ec.generate_private_key(ec.SECP256R1()).public_key())
    assert keys.spki(keys.load_spki(good)) == good
    for der in (other, edwards, good + b"\0", good[:-1], b""):
        with pytest.raises(keys.KeyFormError):
            keys.load_spki(der)


def test_openssl_verifies_a_card_certificate_down_to_the_root(folder, tmp_path):
    _kid, ca_key = folder.signer("ca")
    card_key = ec.generate_private_key(ec.SECP256R1()).public_key()
    for slot in ("9E", "9C"):
        der = certificate.issue(
            ca_key, folder.ca_certificate(), card_key, slot, CARD_NO, GUID
        )
        issued = x509.load_der_x509_certificate(der)
        pem = tmp_path / f"{slot}.pem"
        pem.write_bytes(issued.public_bytes(Encoding.PEM))
        answer = subprocess.run(
            [
                *("openssl", "verify", "-x509_strict", "-ignore_critical"),
                *("-CAfile", folder.path / "R01.crt"),
                *("-untrusted", folder.path / "C01.crt", pem),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
        text = subprocess.run(
            ["openssl", "x509", "-in", pem, "-noout", "-text"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert f"CN = {CARD_NO}" in text.replace("CN=", "CN = ")
        assert f"URI:urn:uuid:{GUID}" in text
        assert ("2.16.840.1.101.3.6.8" in text) == (slot == "9E")
        assert ("Non Repudiation" in text) == (slot == "9C")
        assert len(der) < 540


def test_the_chuid_is_a_piv_object():
    content = chuid.build(GUID, datetime.date(2031, 11, 21))
    assert content[:2] == bytes((0x30, 25))
    assert content[27:45] == bytes((0x34, 16)) + uuid.UUID(GUID).bytes
    assert content[45:] == b"\x35\x0820311121\x3e\x00\xfe\x00"


def test_the_trust_bundle_is_signed_by_the_root_it_names(folder):
    _kid, root = folder.signer("root")
    bundle = jws.verify(jws.parse(folder.trust_bundle()), root.public_key())
    types.expect(bundle, "khbs-trust+jwt", "KHBS-test")
    uses = {key["kid"]: key["use"] for key in bundle.payload["keys"]}
    assert uses == {"R01": "root", "E01": "lease", "L01": "list", "A01": "ack"}
    for use in ("lease", "list", "ack"):
        kid, key = folder.signer(use)
        [published] = [k for k in bundle.payload["keys"] if k["kid"] == kid]
        assert published["jwk"] == keys.jwk(key.public_key())


def test_keys_are_private_and_never_overwritten(folder):
    for file in folder.path.iterdir():
        assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(keystore.KeyStoreError, match="never overwritten"):
        keystore.create(folder.path, "KHBS-test")


def test_a_new_list_key_is_asked_for_with_the_version_of_the_list(tmp_path):
    ring = keystore.create(tmp_path / "keys", "KHBS-test")
    ring.store.make("E02")
    ceremony.request(ring, "KHBS-test")
    ring.store.make("L02")
    for begun in (True, False):
        with pytest.raises(keystore.KeyStoreError, match="--list-version"):
            ceremony.request(ring, "KHBS-test")
        text = ceremony.request(ring, "KHBS-test", list_version=7)
        asked, wanted = ceremony.read_request(text, "KHBS-test")
        assert asked["min"] == {"01": 7} and "L02" in wanted
        if begun:
            ring.leave()


def test_names_are_on_the_disk_before_a_file_counts(tmp_path, monkeypatch):
    synced = []
    fsync = os.fsync

    def noting(handle):
        synced.append(Path(f"/proc/self/fd/{handle}").readlink())
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noting)
    for write in (files.write, keyring.replace):
        write(tmp_path / write.__name__, b"x")
        assert synced[0].parent == synced[-1] == tmp_path
        synced.clear()


def test_a_missing_key_says_how_to_make_it(tmp_path):
    with pytest.raises(keystore.KeyStoreError, match="tools/keys create"):
        keystore.FileStore(tmp_path).private_key("L01")


def test_a_key_open_to_others_is_not_used(folder, tmp_path):
    copy = tmp_path / "L01.pem"
    copy.write_bytes((folder.path / "L01.pem").read_bytes())
    copy.chmod(0o644)
    with pytest.raises(keystore.KeyStoreError, match="chmod 600"):
        keystore.FileStore(tmp_path).private_key("L01")
