# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The secrets of a batch of blanks come by file or keyboard, by no command line."""

import json
import os
import pty
import sys
from pathlib import Path

import pytest

from khbs_station import __main__ as cli

KEY = "ab" * 32
CLIENTS = Path(__file__).resolve().parents[2] / "clients"
OPTIONS = ("batch", "2026-1", "--atr", "3BD5", "--algorithm", "AES256")


def _kept(folder):
    """Return (key, PIN, PUK) that the station keeps."""
    path = folder / "batches.json"
    if not path.exists():
        return None
    assert path.stat().st_mode & 0o777 == 0o600
    batch = json.loads(path.read_text())["2026-1"]
    return batch["key"], batch["pin"], batch["puk"]


def _from_file(folder, content, *options):
    (folder / "transport.txt").write_text(content)
    file = str(folder / "transport.txt")
    return cli.main(["--folder", str(folder), *OPTIONS, "--key-file", file, *options])


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (f"{KEY}\n", (KEY, "123456", "12345678")),
        (f"{KEY}\n654321\n", (KEY, "654321", "12345678")),
        (f"  {KEY}\n654321\n87654321\n\n", (KEY, "654321", "87654321")),
        (f"{KEY}\n\n87654321", (KEY, "123456", "87654321")),
    ],
)
def test_key_pin_and_puk_of_a_file(tmp_path, content, kept):
    assert _from_file(tmp_path, content) == 0
    assert _kept(tmp_path) == kept


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (f"{KEY}\n12345\n", "PIN transpor"),
        (f"{KEY}\n123456\nabcdefgh\n", "PUK transpor"),
        (f"{KEY}\n123456\n12345678\n1\n", "satu per baris"),
        ("", "satu per baris"),
    ],
)
def test_what_is_no_key_pin_or_puk_is_told_and_not_kept(
    tmp_path, capsys, content, told
):
    assert _from_file(tmp_path, content) == 1
    assert told in capsys.readouterr().err
    assert _kept(tmp_path) is None


@pytest.mark.parametrize("option", ["--pin", "--puk", "--key"])
def test_no_secret_is_taken_from_the_command_line(tmp_path, option):
    with pytest.raises(SystemExit):
        _from_file(tmp_path, KEY, option, "12345678")
    assert _kept(tmp_path) is None


def test_key_pin_and_puk_are_asked_for_and_not_shown(tmp_path):
    program = [sys.executable, "-m", "khbs_station", "--folder", str(tmp_path)]
    child, terminal = pty.fork()
    if not child:
        os.chdir(CLIENTS)
        os.execv(sys.executable, [*program, *OPTIONS])
    shown = b""
    for asked, typed in ((b"Kunci", KEY), (b"PIN", "654321"), (b"PUK", "")):
        while asked not in shown or not shown.endswith(b": "):
            shown += os.read(terminal, 1000)
        os.write(terminal, typed.encode() + b"\n")
    _child, status = os.waitpid(child, 0)
    os.close(terminal)
    assert status == 0
    assert KEY.encode() not in shown and b"654321" not in shown
    assert _kept(tmp_path) == (KEY, "654321", "12345678")
