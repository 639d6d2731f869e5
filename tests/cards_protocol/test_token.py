# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Keys in a token: Debian's SoftHSM2, a token of its own for each test."""

import multiprocessing
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from protocol import certificate, jws, keys, keystore
from protocol.keystore import settings
from protocol.keystore.bundle import spki_hex
from protocol.keystore.refused import RefusedPin
from protocol.keystore.root import RootFolder
from protocol.keystore.token import TokenStore

KEYS_TOOL = Path(__file__).resolve().parents[2] / "tools" / "keys"
MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "648120"
GUID = "7c1e6b52-0a4f-4d0b-9a39-2f60a8d1c0de"
CARD_NO = "KH01012345642"


@pytest.fixture
def hsm(tmp_path, monkeypatch):
    """Folder of tokens, with the token khbs-test in it."""
    folder = tmp_path / "tokens"
    folder.mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {folder}\nobjectstore.backend = file\n"
        "log.level = ERROR\n"
    )
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    _begin_token("khbs-test", PIN)
    return folder


def _begin_token(label, pin):
    subprocess.run(
        [
            *("softhsm2-util", "--init-token", "--free", "--label", label),
            *("--pin", pin, "--so-pin", "91827364"),
        ],
        check=True,
        capture_output=True,
    )
    # The library reads its configuration, and finds its tokens, when it starts.
    pkcs11.lib(MODULE).reinitialize()


@pytest.fixture
def store(hsm):
    return TokenStore(MODULE, "khbs-test", lambda: PIN)


def _attributes(store, name):
    """Return what the token says of a private key."""
    return store._do(
        lambda session: {
            attribute.name: store._private(session, name)[attribute]
            for attribute in (
                pkcs11.Attribute.SENSITIVE,
                pkcs11.Attribute.EXTRACTABLE,
                pkcs11.Attribute.NEVER_EXTRACTABLE,
                pkcs11.Attribute.LOCAL,
                pkcs11.Attribute.PRIVATE,
            )
        }
    )


def test_keys_are_made_in_the_token_and_stay_there(store):
    public = store.make("L01")
    assert store.names() == ["L01"]
    key = store.private_key("L01")
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.public_key() == public
    assert _attributes(store, "L01") == {
        "SENSITIVE": True,
        "EXTRACTABLE": False,
        "NEVER_EXTRACTABLE": True,
        "LOCAL": True,
        "PRIVATE": True,
    }
    with pytest.raises(TypeError, match="does not leave"):
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(keystore.KeyStoreError, match="never overwritten"):
        store.make("L01")
    with pytest.raises(keystore.KeyStoreError, match="not in the token"):
        store.private_key("L02")


def test_a_jws_of_the_token_is_like_any_other(store):
    store.make("A01")
    text = jws.sign(store.private_key("A01"), "A01", "khbs-ack+jwt", {"prg": "KHBS"})
    jws.verify(jws.parse(text), store.private_key("A01").public_key())


def test_the_master_derives_what_its_copy_in_memory_derives(store):
    secret = bytes(range(32))
    assert not store.has_master()

    def import_it(session):
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY,
                pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.AES,
                pkcs11.Attribute.LABEL: "master",
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.PRIVATE: True,
                pkcs11.Attribute.SENSITIVE: True,
                pkcs11.Attribute.EXTRACTABLE: False,
                pkcs11.Attribute.SIGN: True,
                pkcs11.Attribute.VALUE: secret,
            }
        )

    store._writing(import_it)
    assert store.has_master()
    for derive in (keys.management_key, keys.puk):
        in_token = derive(store.master(), GUID)
        assert in_token == derive(keystore.MasterKey(secret), GUID)


def test_the_master_is_made_once_and_cannot_be_read(store):
    store.make_master()
    assert len(keys.management_key(store.master(), GUID)) == 32
    with pytest.raises(keystore.KeyStoreError, match="never overwritten"):
        store.make_master()
    with pytest.raises(pkcs11.AttributeSensitive):
        store._secret(store._opened())[pkcs11.Attribute.VALUE]


def test_a_key_that_could_be_read_out_is_not_used(store):
    def careless(session):
        session.generate_key(
            pkcs11.KeyType.AES,
            256,
            label="master",
            store=True,
            template={
                pkcs11.Attribute.SENSITIVE: False,
                pkcs11.Attribute.EXTRACTABLE: True,
            },
        )

    store._writing(careless)
    with pytest.raises(keystore.KeyStoreError, match="could be read out"):
        store.master()


def test_openssl_verifies_what_an_authority_in_the_token_issued(store, tmp_path):
    root = ec.generate_private_key(ec.SECP256R1())
    names = certificate.root_name(1), certificate.authority_name(1)
    root_certificate = certificate.issue_authority(
        root, names[0], root.public_key(), names[0], 1, 20
    )
    authority = certificate.issue_authority(
        root, names[0], store.make("C01"), names[1], 0, 10
    )
    card_key = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = certificate.issue(
        store.private_key("C01"), authority, card_key, "9E", CARD_NO, GUID
    )
    issued = x509.load_der_x509_certificate(der)
    for name, content in (
        ("root", root_certificate),
        ("authority", authority),
        ("card", issued),
    ):
        (tmp_path / name).write_bytes(certificate.to_pem(content))
    answer = subprocess.run(
        [
            *("openssl", "verify", "-x509_strict", "-ignore_critical"),
            *("-CAfile", tmp_path / "root", "-untrusted", tmp_path / "authority"),
            tmp_path / "card",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr


def test_a_wrong_pin_is_told_and_not_tried_twice(hsm):
    store = TokenStore(MODULE, "khbs-test", lambda: "000000")
    with pytest.raises(keystore.KeyStoreError, match="PinIncorrect") as refused:
        store.names()
    assert refused.value.reason == "pin"
    for _attempt in range(20):
        with pytest.raises(keystore.KeyStoreError, match="refused before"):
            store.names()
    # Twenty attempts more have not locked it.
    assert TokenStore(MODULE, "khbs-test", lambda: PIN).names() == []


def _try_pin(folder, tried):
    """Log in as a worker of its own does, and say how that ended."""
    store = settings.open_store(folder)
    try:
        store.names()
        tried.put("taken")
    except keystore.KeyStoreError as error:
        tried.put(error.reason + (" asked" if "PinIncorrect" in str(error) else ""))


def _workers(folder, count):
    """Return what *count* processes that start together are told."""
    spawn = multiprocessing.get_context("spawn")
    tried = spawn.Queue()
    workers = [
        spawn.Process(target=_try_pin, args=(folder, tried)) for _number in range(count)
    ]
    for worker in workers:
        worker.start()
    told = sorted(tried.get(timeout=60) for _worker in workers)
    for worker in workers:
        worker.join()
    return told


def test_one_worker_tries_a_wrong_pin_and_the_others_know(hsm, tmp_path):
    folder = tmp_path / "keys"
    folder.mkdir()
    pin_file = tmp_path / "pin"
    pin_file.write_text("648121")
    pin_file.chmod(0o600)
    settings.write_settings(folder, MODULE, "khbs-test", pin_file)
    assert _workers(folder, 3) == ["pin", "pin", "pin asked"]
    mark = folder / "pin.refused"
    assert mark.stat().st_mode & 0o777 == 0o600
    assert "648121" not in mark.read_text()
    assert sorted(path.name for path in folder.iterdir()) == [
        "keystore.ini",
        "pin.refused",
    ]
    with pytest.raises(keystore.KeyStoreError, match="delete .*pin.refused"):
        settings.open_store(folder).names()
    # Another PIN is tried, and the mark of the wrong one goes with it.
    pin_file.write_text(PIN)
    assert _workers(folder, 1) == ["taken"]
    assert not mark.exists()


def test_a_token_that_was_put_right_is_asked_once_the_mark_is_gone(hsm, tmp_path):
    folder = tmp_path / "keys"
    folder.mkdir()
    settings.write_settings(folder, MODULE, "khbs-test")
    mark = RefusedPin(folder, settings.SETTINGS_FILE)
    assert mark.mark("khbs-test", PIN)
    assert not mark.matches("khbs-other", PIN)
    assert not mark.matches("khbs-test", "648121")
    store = TokenStore(MODULE, "khbs-test", lambda: PIN, mark)
    with pytest.raises(keystore.KeyStoreError, match="refused before"):
        store.names()
    mark.clear()
    assert TokenStore(MODULE, "khbs-test", lambda: PIN, mark).names() == []
    # A damaged mark stops nobody.
    mark.path.write_text("?")
    assert TokenStore(MODULE, "khbs-test", lambda: PIN, mark).names() == []


def test_a_token_that_goes_away_and_comes_back(store, hsm):
    store.make("L01")
    key = store.private_key("L01")
    message = b"daftar"
    key.sign(message, ec.ECDSA(certificate.hashes.SHA256()))
    away = hsm.with_name("away")
    hsm.rename(away)
    hsm.mkdir()
    with pytest.raises(keystore.KeyStoreError, match="does not answer") as refused:
        # What the library still holds in memory ends with its session.
        store._forget()
        key.sign(message, ec.ECDSA(certificate.hashes.SHA256()))
    assert refused.value.reason == "token"
    shutil.rmtree(hsm)
    away.rename(hsm)
    signature = key.sign(message, ec.ECDSA(certificate.hashes.SHA256()))
    key.public_key().verify(signature, message, ec.ECDSA(certificate.hashes.SHA256()))


def test_a_session_that_was_closed_is_opened_anew(store):
    store.make("L01")
    key = store.private_key("L01")
    key.sign(b"a", ec.ECDSA(certificate.hashes.SHA256()))
    pkcs11.lib(MODULE).reinitialize()
    signature = key.sign(b"b", ec.ECDSA(certificate.hashes.SHA256()))
    key.public_key().verify(signature, b"b", ec.ECDSA(certificate.hashes.SHA256()))


def _sign_in_child(store, answers):
    key = store.private_key("L01")
    answers.put(
        [
            key.sign(str(number).encode(), ec.ECDSA(certificate.hashes.SHA256()))
            for number in range(50)
        ]
    )


def test_forked_workers_each_open_the_token(store):
    store.make("L01")
    public = store.private_key("L01").public_key()
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    workers = [
        context.Process(target=_sign_in_child, args=(store, answers))
        for _worker in range(2)
    ]
    for worker in workers:
        worker.start()
    mine = store.private_key("L01")
    signed = [mine.sign(b"0", ec.ECDSA(certificate.hashes.SHA256()))]
    for _worker in workers:
        for number, signature in enumerate(answers.get(timeout=60)):
            message = str(number).encode()
            public.verify(signature, message, ec.ECDSA(certificate.hashes.SHA256()))
            signed.append(signature)
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    assert len(set(signed)) == 101


def test_threads_share_the_session(store):
    store.make("L01")
    key = store.private_key("L01")
    failures = []

    def work(name):
        try:
            for number in range(50):
                message = f"{name} {number}".encode()
                signature = key.sign(message, ec.ECDSA(certificate.hashes.SHA256()))
                key.public_key().verify(
                    signature, message, ec.ECDSA(certificate.hashes.SHA256())
                )
        except Exception as error:  # told by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_the_folder_names_the_token_and_the_pin_file(hsm, tmp_path, monkeypatch):
    folder = tmp_path / "keys"
    folder.mkdir()
    pin = tmp_path / "token.pin"
    settings.write_settings(folder, MODULE, "khbs-test", pin)
    monkeypatch.delenv("KHBS_TOKEN_PIN", raising=False)
    store = keystore.open_store(folder)
    with pytest.raises(keystore.KeyStoreError, match="cannot be read"):
        store.names()
    pin.touch(mode=0o644)
    pin.write_text(f"{PIN}\n")
    with pytest.raises(keystore.KeyStoreError, match="chmod 600"):
        store.names()
    os.chmod(pin, 0o600)
    assert store.names() == []
    assert store.kind == "token"
    pin.unlink()
    monkeypatch.setenv("KHBS_TOKEN_PIN", PIN)
    assert keystore.open_store(folder).names() == []
    (folder / "keystore.ini").write_text("[pkcs11]\ntoken = khbs-test\n")
    with pytest.raises(keystore.KeyStoreError, match="module and token"):
        keystore.open_store(folder)


def test_a_library_that_is_not_there_is_told(hsm):
    store = TokenStore("/nowhere/lib.so", "khbs-test", lambda: PIN)
    with pytest.raises(keystore.KeyStoreError, match="cannot be loaded"):
        store.names()


def test_a_root_in_a_token_signs_by_two_halves_of_its_pin(hsm, tmp_path):
    """The ceremony of docs/operations.md with the root in a token of its own."""
    mine = ("kiri-7391", "kanan-5520")
    _begin_token("khbs-root", "".join(mine))
    root, server, request, out = (
        tmp_path / name for name in ("root", "server", "request", "out")
    )

    def run(*arguments, typed=(), refused=""):
        answer = subprocess.run(
            [sys.executable, KEYS_TOOL, *arguments],
            input="\n".join([*typed, ""]),
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == bool(refused), answer.stderr
        assert refused in answer.stderr
        assert not any(half in answer.stdout + answer.stderr for half in mine)

    new = ("root", root, "--prg", "KHBS-test", "--module", MODULE)
    run(*new, "--token", "khbs-root", typed=mine)
    assert not list(root.glob("*.pem"))
    run("folder", server)
    run("make", server, "ca", "lease", "list", "ack", "master")
    run("request", server, request, "--prg", "KHBS-test")
    sign = ("sign", root, request, out)
    run(*sign, typed=("yes", *reversed(mine)), refused="PIN")
    run(*sign, typed=("yes", mine[0], "5"), refused="Each half of the PIN")
    assert not out.exists()
    run(*sign, typed=("yes", *mine))
    digest = spki_hex(RootFolder(root).certificate().public_key())
    run("install", server, out, "--root", digest)
    ring = keystore.open_keyring(server)
    assert (ring.bundle().ver, ring.root_sha256()) == (1, digest)
    ring.ca_certificate().verify_directly_issued_by(RootFolder(root).certificate())
    # Its halves are a PIN: the token's own tool changes them.
    run("halves", root, refused="change its PIN with the token's own tool")
