# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The terminal worked from the command line."""

import pytest
from terminal_stage import PASSWORD

from khbs_terminal import Terminal
from khbs_terminal.__main__ import main
from tools.vectors import pki


@pytest.fixture
def command(stage, capsys, monkeypatch):
    """Return a function that runs one command: exit status and what it printed."""
    stage.terminal.close_shift()
    stage.close()
    monkeypatch.setenv("KHBS_OPERATOR_PASSWORD", PASSWORD)
    # The vectors lie in their own day.
    monkeypatch.setattr("khbs_terminal.terminal.SystemClock", lambda: stage.clock)
    monkeypatch.setattr("khbs_terminal.rpc.Client.longest_wait", 0)

    def run(*arguments):
        status = main(["--folder", str(stage.folder), *arguments])
        shown = capsys.readouterr()
        return status, shown.out + shown.err

    return run


def test_a_shift(command):
    assert command("open", "OP1") == (0, "Loket dibuka oleh OP1.\n")
    status, shown = command("open", "OP1")
    assert status == 1
    assert "Tutup dahulu" in shown
    status, shown = command("block", pki.CARD, "lost", "--offline")
    assert (status, "diblokir di terminal ini" in shown) == (0, True)
    assert command("close") == (0, "Loket ditutup: 0 klaim, Rp 0.\n")


def test_status_tells_what_is_held_and_not_sent(command):
    status, shown = command("status")
    assert status == 0
    for text in (pki.TID, "ACTIVE", "loket tutup", "L000123-1", "412", "terkirim 0"):
        assert text in shown


def test_without_a_network_the_operator_is_told_so(command):
    status, shown = command("enrol")
    assert (status, "Server tidak terjangkau" in shown) == (1, True)


def test_a_folder_without_a_terminal(capsys, tmp_path):
    assert main(["--folder", str(tmp_path / "new"), "status"]) == 1
    assert "belum didaftarkan" in capsys.readouterr().err


def test_a_mistyped_sheet_can_be_corrected(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("khbs_terminal.rpc.Client.longest_wait", 0)

    def enrol(root):
        sheet = ["--url", "http://127.0.0.1:9", "--tid", "T000009", "--root", root]
        return main(["--folder", str(tmp_path / "new"), "enrol", *sheet])

    for root in ("0" * 64, "1" * 64):
        assert enrol(root) == 1
        assert "Server tidak terjangkau" in capsys.readouterr().err
    with Terminal(tmp_path / "new") as terminal:
        assert terminal.sheet.root_sha256 == "1" * 64


def test_a_wrong_enrolment_sheet(capsys, tmp_path):
    sheet = ["--url", "http://khbs.example", "--tid", "T1", "--root", "x"]
    assert main(["--folder", str(tmp_path / "new"), "enrol", *sheet]) == 1
    assert "https" in capsys.readouterr().err
