# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The journal after a kill -9 between any two steps of a claim."""

import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from terminal_stage import Stage, make_card

from khbs_terminal.errors import TerminalError
from tools.vectors import signing

HERE = Path(__file__).resolve().parent
# Commands of one claim: SELECT, GET DATA, GET RESPONSE, GENERAL AUTHENTICATE.
SIGNATURE = 4
FORK = multiprocessing.get_context("fork")


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


def test_killed_before_any_statement_of_a_claim(stage, tmp_path):
    """Whatever the moment, the chain is whole and the family is served once.

    The program dies before each statement that it sends to its database, in turn, so
    also right before and right after each commit; every turn begins with a copy.
    """
    before = stage.events()
    stage.close()
    untouched = copy_of(stage, tmp_path / "untouched")
    statements = []
    untouched.terminal._store._database.set_trace_callback(statements.append)
    assert untouched.terminal.serve(untouched.card, identity_seen=True).total == 750_000
    untouched.close()
    assert statements.count("COMMIT") > 1
    claimed = []
    for number in range(len(statements) + 1):
        turn = copy_of(stage, tmp_path / str(number))
        turn.close()
        process = FORK.Process(target=serve_into_trap, args=(turn.folder, number))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        turn.restart()
        events = turn.events()
        claimed.append("claim" in events)
        answer = ["claim"] if claimed[-1] else ["deny"]
        assert events in (before, before + ["intent"] + answer)
        if claimed[-1]:
            with pytest.raises(TerminalError):
                turn.terminal.serve(turn.card, identity_seen=True)
        else:
            served = turn.terminal.serve(turn.card, identity_seen=True)
            assert served.total == 750_000
        assert turn.events().count("claim") == 1
        turn.close()
    # From its commit on the claim is there for good, and not before.
    assert claimed == sorted(claimed)
    assert set(claimed) == {False, True}


class Trap:
    """Kills the program when it sends its database one statement more than *left*."""

    def __init__(self, left):
        self._left = left

    def __call__(self, statement):
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1


def serve_into_trap(folder, number):
    """Serve the family until statement *number*, or to the end; die in any case."""
    stage = Stage(folder)
    stage.terminal._store._database.set_trace_callback(Trap(number))
    stage.terminal.serve(stage.card, identity_seen=True)
    os.kill(os.getpid(), signal.SIGKILL)


def copy_of(stage, folder):
    shutil.copytree(stage.folder, folder)
    return Stage(folder)


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


if __name__ == "__main__":
    main(*sys.argv[1:])
