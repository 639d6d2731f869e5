# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The journal after a kill -9 between any two steps of a claim."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from terminal_stage import Stage, make_card

from tools.vectors import make_vectors, pki, signing

HERE = Path(__file__).resolve().parent
# Commands of one claim: SELECT, GET DATA, GET RESPONSE, GENERAL AUTHENTICATE.
SIGNATURE = 4


class DeadlyCard:
    """A card whose reader kills the program before or after one command."""

    def __init__(self, card, command, after):
        self._card = card
        self._command = command
        self._after = after
        self._count = 0

    def transmit(self, apdu):
        self._count += 1
        if self._count == self._command and not self._after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = self._card.transmit(apdu)
        if self._count == self._command:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


def child(folder, *arguments):
    return subprocess.Popen([sys.executable, __file__, str(folder), *arguments])


@pytest.mark.parametrize(
    ("command", "after", "expected"),
    [
        pytest.param(3, "after", [], id="before the intent"),
        pytest.param(SIGNATURE, "before", ["intent", "deny"], id="before signing"),
        pytest.param(SIGNATURE, "after", ["intent", "deny"], id="before the claim"),
    ],
)
def test_killed_around_the_signature(stage, command, after, expected):
    before = stage.events()
    stage.close()
    process = child(stage.folder, "tap", str(command), after)
    assert process.wait(60) == -signal.SIGKILL
    stage.restart()
    assert stage.events() == before + expected
    # Nobody was paid: the family taps again, with a new jti.
    served = stage.terminal.serve(stage.card, identity_seen=True)
    assert served.total == 750_000
    assert len({d["jti"] for ev, d in stage.journal() if ev == "intent"}) == (
        2 if expected else 1
    )


def test_killed_after_the_claim_the_family_was_served(stage):
    before = stage.events()
    stage.close()
    process = child(stage.folder, "claim")
    assert process.wait(60) == -signal.SIGKILL
    stage.restart()
    assert stage.events() == before + ["intent", "claim"]
    assert stage.terminal.status()["unsent_claims"] == 1


def test_killed_at_any_moment_of_many_claims(stage):
    """Whatever the moment, the chain is whole and each family is served once."""
    many = 120
    card_no, rows = pki.CARD, make_vectors.lease_payload()["rows"][:1]
    rows[0][5] = [[f"E-{i}", "BERAS10", "2026-3", 1_100_000] for i in range(many)]
    stage.adopt_lease(
        rows=rows, lim={"claims": many, "sum": many * 1_100_000, "lines": 6}
    )
    claims = 0
    for pause in (0.02, 0.05, 0.11):
        stage.close()
        process = child(stage.folder, "many")
        while not (stage.folder / "serving").exists():
            assert process.poll() is None
            time.sleep(0.005)
        time.sleep(pause)
        process.kill()
        process.wait(60)
        (stage.folder / "serving").unlink()
        stage.restart()
        events = stage.journal()
        given = [d for ev, d in events if ev == "claim"]
        assert len(given) >= claims
        claims = len(given)
        answered = {d.get("jti") for ev, d in events if ev == "deny"}
        signed = {_jti(d["jws"]) for d in given}
        for ev, d in events:
            if ev == "intent":
                assert d["card_no"] == card_no
                assert d["jti"] in answered | signed
        assert len(signed) == claims
    assert claims


def _jti(text):
    import khbs_terminal.jws

    return khbs_terminal.jws.parse(text).payload["jti"]


def test_the_database_refuses_to_forget_change_or_skip(stage):
    stage.close()
    database = sqlite3.connect(stage.folder / "journal.sqlite", isolation_level=None)
    last = database.execute("SELECT max(seq) FROM entry").fetchone()[0]
    row = database.execute("SELECT * FROM entry WHERE seq = ?", [last]).fetchone()
    other = signing.sha256(b"other")
    insert = "INSERT INTO entry VALUES (?, ?, ?, ?, ?)"
    for statement, values in (
        ("DELETE FROM entry WHERE seq = ?", [last]),
        ("UPDATE entry SET jws = 'x' WHERE seq = ?", [last]),
        (insert, [last + 2, row[2], other, "x", "x"]),
        (insert, [last + 1, row[1], other, "x", "x"]),
    ):
        with pytest.raises(sqlite3.IntegrityError):
            database.execute(statement, values)
    assert database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    database.close()
    stage.restart()
    assert stage.terminal._store.one("PRAGMA synchronous") == 2


def main(folder, act, *arguments):
    """The program that is killed."""
    stage = Stage(folder)
    card = make_card()
    if act == "tap":
        command, after = arguments
        deadly = DeadlyCard(card, int(command), after == "after")
        stage.terminal.serve(deadly, identity_seen=True)
    if act == "claim":
        stage.terminal.serve(card, identity_seen=True)
        os.kill(os.getpid(), signal.SIGKILL)
    if act == "many":
        (stage.folder / "serving").touch()
        while True:
            stage.terminal.serve(card)


if __name__ == "__main__":
    main(*sys.argv[1:])
