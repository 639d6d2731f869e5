# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The key ceremony of docs/operations.md, played command by command."""

import contextlib
import json
import os
import pty
import re
import sys
from pathlib import Path

import pkcs11
import pytest
from protocol import jws, keystore
from protocol.keystore import KeyStoreError, halves
from protocol.keystore.bundle import spki_hex
from protocol.keystore.root import RootFolder

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENT = REPOSITORY / "docs" / "operations.md"
BLOCK = re.compile(r"^```sh (root|server)\n(.*?)^```$", re.M | re.S)
SHOWN = re.compile(r"^ {4}([0-9A-Z]{4}(?:-[0-9A-Z]{4}){5})\r?$", re.M)
MODULE = "/usr/lib/softhsm/libsofthsm2.so"
SO_PIN = "71946023"


def steps():
    """Return [(machine, command)] of the chapter, in order."""
    text = DOCUMENT.read_text()
    chapter = re.search(r"^## Key ceremony$(.*?)^## ", text, re.M | re.S)[1]
    return [
        (machine, command)
        for machine, block in BLOCK.findall(chapter)
        for command in block.splitlines()
    ]


class Ceremony:
    """Two machines, a stick between them, and two custodians who answer."""

    def __init__(self, folder):
        self.folder = folder
        self.halves = {}
        self.said = []
        self.digests = {}
        for name in ("server", "laptop", "stick"):
            (folder / name).mkdir()
        self.tokens = folder / "server" / "tokens"
        self.tokens.mkdir()
        configuration = folder / "server" / "softhsm2.conf"
        configuration.write_text(
            f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\n"
            "log.level = ERROR\n"
        )
        self.keys = folder / "server" / "keys"
        self.pin = folder / "server" / "token.pin"
        self.root = folder / "laptop" / "root"
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        both = {"PATH": path, "STICK": str(folder / "stick"), "LANG": "C.UTF-8"}
        self.environments = {
            "server": {
                **both,
                "KEYS": str(self.keys),
                "PIN": str(self.pin),
                "TOKENS": str(self.tokens),
                "SOFTHSM2_CONF": str(configuration),
            },
            "root": {**both, "ROOT": str(self.root)},
        }

    def play(self, machine, command):
        """Run *command* at a terminal of *machine*; the other one is out of reach."""
        other = "laptop" if machine == "server" else "server"
        with _out_of_reach(self.folder / other):
            code, text = self._run(self.environments[machine], command)
        assert code == 0, f"{command}\n{text}"
        self.said.append(text)
        for kid, digest in re.findall(r"(R\d\d)  ([0-9a-f]{64})", text):
            self.digests[kid] = digest
            name = "ROOT_SHA256" if kid == "R01" else f"ROOT_{int(kid[1:])}_SHA256"
            self.environments["server"][name] = digest
        return text

    def _run(self, environment, command):
        number = re.search(r"--number (\d)", command)
        first = f"R{int(number[1]):02d}" if number else "R01"
        pid, handle = pty.fork()
        if not pid:
            os.chdir(REPOSITORY)
            os.execvpe("bash", ["bash", "-c", command], environment)
        talk = Talk(self, handle, first)
        text = talk.to_the_end()
        _pid, status = os.waitpid(pid, 0)
        os.close(handle)
        return os.waitstatus_to_exitcode(status), text


class Talk:
    """What a program says at a terminal, and what is answered."""

    def __init__(self, ceremony, handle, root):
        self.root = root
        self.ceremony = ceremony
        self.handle = handle
        self.text = ""
        self.answered = 0

    def to_the_end(self):
        """Answer every question; return all that was shown."""
        while True:
            try:
                data = os.read(self.handle, 4096)
            except OSError:  # the program has ended
                return self.text
            if not data:
                return self.text
            self.text += data.decode()
            answer = self._answer(self.text[self.answered :])
            if answer is not None:
                self.answered = len(self.text)
                os.write(self.handle, answer.encode() + b"\n")

    def _answer(self, said):
        if asked := re.search(r"Half of custodian ([12]): $", said):
            self.root = ([self.root, *re.findall(r"^Root (R\d\d)", said, re.M)])[-1]
            sheets = self.ceremony.halves.get(self.root, {})
            if shown := SHOWN.findall(said):
                sheets = {**sheets, int(asked[1]): shown[-1]}
                self.ceremony.halves[self.root] = sheets
            return sheets[int(asked[1])]
        if said.endswith("Type yes: "):
            return "yes"
        if re.search(r"(enter|reenter) SO PIN: $", said):
            return SO_PIN
        if re.search(r"(enter|reenter) user PIN: $", said):
            return self.ceremony.pin.read_text().strip()
        return None


@contextlib.contextmanager
def _out_of_reach(folder):
    away = folder.with_name(f"{folder.name}-away")
    folder.rename(away)
    yield
    away.rename(folder)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The whole chapter, played once; the server's bundles as they came."""
    ceremony = Ceremony(tmp_path_factory.mktemp("ceremony"))
    ceremony.bundles = []
    for machine, command in steps():
        if command.startswith("tools/keys halves"):
            ceremony.leaving = dict(ceremony.halves["R01"])
        ceremony.play(machine, command)
        if command.startswith("tools/keys install"):
            text = (ceremony.keys / "trust.jws").read_text()
            ceremony.bundles.append(keystore.Bundle(text.split()))
    return ceremony


@pytest.fixture
def server(played, monkeypatch):
    """The keys of the server as Odoo opens them."""
    environment = played.environments["server"]
    monkeypatch.setenv("SOFTHSM2_CONF", environment["SOFTHSM2_CONF"])
    monkeypatch.delenv("KHBS_TOKEN_PIN", raising=False)
    pkcs11.lib(MODULE).reinitialize()
    return keystore.open_keyring(played.keys)


def test_every_command_of_the_chapter_was_played(played):
    assert len(played.said) == len(steps()) >= 25
    # Nothing else in the chapter looks like a command that nobody plays.
    chapter = DOCUMENT.read_text().split("## Key ceremony")[1].split("\n## ")[0]
    unplayed = re.sub(r"^```sh \w+\n.*?^```$", "", chapter, flags=re.M | re.S)
    assert not re.findall(r"^(?: {4})?(?:\$ )?tools/keys .*$", unplayed, re.M)


def test_the_server_signs_with_the_newest_key_of_its_token(server):
    assert server.store.kind == "token"
    signing = {use: server.signer(use)[0] for use in ("ca", "lease", "list", "ack")}
    assert signing == {"ca": "C02", "lease": "E01", "list": "L03", "ack": "A01"}
    kid, key = server.signer("list")
    text = jws.sign(key, kid, "statuslist+jwt", {"prg": "KHBS"})
    jws.verify(jws.parse(text), server.bundle().keys[kid].public_key)
    assert len(server.master().cmac(b"x")) == 16


def test_no_private_key_is_on_the_server_or_on_the_stick(played):
    for place in (played.keys, played.folder / "stick"):
        for path in place.rglob("*"):
            if path.is_file():
                assert b"PRIVATE" not in path.read_bytes(), path
                assert path.suffix != ".pem", path
    assert played.pin.stat().st_mode & 0o077 == 0
    assert played.keys.stat().st_mode & 0o077 == 0


def test_the_bundles_follow_each_other_and_terminals_take_them(played):
    assert [bundle.ver for bundle in played.bundles] == [1, 2, 3, 4, 1]
    first, second, third, fourth, last = played.bundles
    assert set(second.keys) - set(first.keys) == {"C02", "L02"}
    assert second.keys["L02"].nbf >= second.iat - 3600
    assert third.revoked == {"L01"}
    assert len(fourth.texts) == 2
    assert fourth.roots == [played.digests["R01"], played.digests["R02"]]
    for older, newer in zip(played.bundles[:3], played.bundles[1:4], strict=True):
        newer.check_follows(older)
        if newer.ver > 2:
            with pytest.raises(KeyStoreError, match="older bundle|not signed by"):
                older.check_follows(newer)
    with pytest.raises(KeyStoreError, match="not signed by the root"):
        last.check_follows(fourth)
    # A key that was stolen does not come back with a new root.
    assert "L01" not in last.keys
    assert {"C01", "L02", "L03"} < set(last.keys)


def test_lists_begin_where_the_minutes_say(played):
    assert [b.payload["min"]["01"] for b in played.bundles] == [0, 412, 430, 430, 460]


def test_both_halves_and_only_the_newest_open_the_root(played):
    root = RootFolder(played.root)
    now = played.halves["R01"]
    assert root.key(halves.secret(now[1], now[2])).public_key()
    for wrong in (
        halves.secret(played.leaving[1], played.leaving[2]),
        halves.secret(now[1], halves.make(2)),
        halves.secret(halves.make(1), now[2]),
        halves.read(1, now[1]).encode(),
    ):
        with pytest.raises(KeyStoreError, match="do not open"):
            root.key(wrong)
    with pytest.raises(KeyStoreError, match="not the half of custodian 1"):
        halves.secret(now[2], now[1])
    content = (played.root / "R01.pem").read_bytes()
    assert b"ENCRYPTED" in content
    assert not any(half.encode() in content for half in now.values())


def test_no_half_was_shown_to_the_other_custodian(played):
    """What is typed is hidden; a half is on the screen once, to its owner."""
    for sheets in played.halves.values():
        for half in sheets.values():
            assert sum(text.count(half) for text in played.said) == 1


def test_the_minutes_have_every_digest(played):
    for number, bundle in enumerate(played.bundles, 1):
        folder = played.folder / "stick" / f"bundle-{number}"
        minutes = (folder / "minutes.txt").read_text()
        for entry in bundle.keys.values():
            assert spki_hex(entry.public_key) in minutes


def test_a_bundle_that_goes_back_or_is_foreign_is_not_installed(played):
    for number, why in ((2, "not signed by the root"), (4, "not signed by the root")):
        signed = played.folder / "stick" / f"bundle-{number}"
        command = f'tools/keys install "$KEYS" {signed}'
        code, text = played._run(played.environments["server"], command)
        assert code == 1 and why in text
    before = (played.keys / "trust.jws").read_bytes()
    wrong = f'tools/keys install "$KEYS" "$STICK/bundle-5" --root {"0" * 64}'
    code, text = played._run(played.environments["server"], wrong)
    assert code == 1 and "is of the root" in text
    assert (played.keys / "trust.jws").read_bytes() == before


def test_a_request_that_was_changed_on_the_way_is_not_signed(played, tmp_path):
    request = (played.folder / "stick" / "request-5.json").read_text()
    proof = re.search(r'"(ey[^"]+)"', request)[1]
    head, payload, signature = proof.split(".")
    for forged in (
        request.replace(proof, f"{head}.{payload}.{signature[::-1]}"),
        request.replace('"prg": "KHBS"', '"prg": "KHBS-lain"'),
        request[:-20],
    ):
        file = tmp_path / "request.json"
        file.write_text(forged)
        command = f'tools/keys sign "$ROOT-3" {file} {tmp_path}/out'
        code, text = played._run(played.environments["root"], command)
        assert code == 1 and ("damaged" in text or "programme" in text), text
        assert not (tmp_path / "out").exists()


def test_a_clock_that_is_behind_dates_no_bundle(played, tmp_path):
    request = (played.folder / "stick" / "request-5.json").read_text()
    later = re.sub(r'"at": \d+', '"at": 4102444800', request)
    (tmp_path / "request.json").write_text(later)
    command = f'tools/keys sign "$ROOT-3" {tmp_path}/request.json {tmp_path}/out'
    code, text = played._run(played.environments["root"], command)
    assert code == 1 and "set its clock" in text
    assert not (tmp_path / "out").exists()


def test_an_old_copy_of_the_root_does_not_sign(played, tmp_path):
    """Two bundles of one version would tear the terminals apart."""
    copy = tmp_path / "root"
    command = f'cp -a "$ROOT-2" {copy} && rm {copy}/trust.jws && '
    command += f'tools/keys sign {copy} "$STICK/request-4.json" {tmp_path}/out'
    code, text = played._run(played.environments["root"], command)
    assert code == 1 and "old copy" in text


def test_an_old_root_alone_does_not_sign(played, tmp_path):
    """Whoever has learnt the second root would believe none of it."""
    request = _renewal(played, tmp_path, held=4)
    command = f'tools/keys sign "$ROOT" {request} {tmp_path}/out'
    code, text = played._run(played.environments["root"], command)
    assert code == 1 and "newer root than R01" in text
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ("--prg KHBS-demo --number 4", "of the programme KHBS-demo, this root of KHBS"),
        ("--prg KHBS --number 2", "R02 cannot follow R03"),
    ],
)
def test_a_root_that_cannot_follow_does_not_sign_along(
    played, tmp_path, monkeypatch, made, why
):
    # Its halves are of this test alone.
    monkeypatch.setattr(played, "halves", dict(played.halves))
    request = _renewal(played, tmp_path, held=1)
    played._run(played.environments["root"], f"tools/keys root {tmp_path}/new {made}")
    command = f'tools/keys sign "$ROOT-3" {request} {tmp_path}/out'
    command += f" --new-root {tmp_path}/new"
    code, text = played._run(played.environments["root"], command)
    assert code == 1 and why in text, text
    assert not (tmp_path / "out").exists()
    assert RootFolder(f"{played.root}-3").last_bundle().ver == 1


def test_a_bundle_that_did_not_reach_the_stick_is_kept(played, tmp_path):
    request = _renewal(played, tmp_path, held=1)
    server, root = (played.environments[name] for name in ("server", "root"))
    # The folder can be made, but no name in it: the stick fails in the middle.
    out = str(tmp_path / "out")
    while len(out) < 4090:
        out += "/" + "d" * min(199, 4089 - len(out))
    copy = tmp_path / "root"
    command = f'cp -a "$ROOT-3" {copy} && tools/keys sign {copy} {request} {out}'
    code, text = played._run(root, command)
    assert code == 1 and "too long" in text, text
    assert RootFolder(copy).last_bundle().ver == 2
    # As the chapter says: what the root keeps is what is installed.
    again, keys = tmp_path / "again", tmp_path / "keys"
    command = f"mkdir {again} && cp {copy}/trust.jws {copy}/R03.crt {again} && "
    command += f'cp -a "$KEYS" {keys} && tools/keys install {keys} {again}'
    code, text = played._run(server, command)
    assert code == 0, text
    assert keystore.Bundle((keys / "trust.jws").read_text().split()).ver == 2


def _renewal(played, folder, held):
    """Return a request of the server for the next bundle, without new keys."""
    request = json.loads((played.folder / "stick" / "request-5.json").read_text())
    path = folder / "request.json"
    path.write_text(json.dumps({**request, "held": held, "keys": []}))
    return path


def test_status_warns_in_time(played):
    environment = played.environments["server"]
    code, text = played._run(environment, 'tools/keys status "$KEYS" --days 500')
    assert code == 3
    assert "! The trust bundle 1 ends in" in text
    assert "C02 issues since" in text
    code, text = played._run(environment, 'tools/keys status "$KEYS"')
    assert code == 0, text
