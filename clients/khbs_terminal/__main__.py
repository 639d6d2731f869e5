# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The terminal from the command line: python -m khbs_terminal."""

import argparse
import contextlib
import getpass
import os
import sys
from pathlib import Path

from .errors import NetworkError, TerminalError
from .pcsc import PcscChannel
from .receipt import rupiah, wib
from .sheet import Sheet
from .terminal import Terminal

FOLDER = "KHBS_TERMINAL"


def enrol(options):
    """Send the code of the sheet, or ask what became of it."""
    sheet = None
    if options.url:
        sheet = Sheet(options.url, options.tid, options.root, options.prg, options.aud)
    with Terminal(options.folder, sheet) as terminal:
        if options.code:
            fingerprint = terminal.enrol(options.code)
            print(f"Sidik terminal: {fingerprint}")
            print("Cocokkan dengan layar petugas EDC, lalu tunggu persetujuan.")
            return
        state = terminal.check_enrolment()
        print(f"Terminal {terminal.sheet.tid}: {state}")


def status(options):
    """Show what the terminal holds and has not sent."""
    with Terminal(options.folder) as terminal:
        held = terminal.status()
        rows = [
            ("Terminal", held["tid"]),
            ("Keadaan", held["state"]),
            ("Petugas", held["operator"] or "loket tutup"),
            ("Jurnal", f"{held['last_seq']} catatan, terkirim {held['acked']}"),
            ("Klaim belum terkirim", held["unsent_claims"]),
            ("Daftar kartu", _document(held["list"], held["list_exp"])),
            ("Sewa", _document(held["lease"], held["lease_exp"])),
            ("Kartu dalam sewa", held["lease_cards"]),
            ("Sinkron terakhir", _time(held["last_sync"])),
        ]
        for label, value in rows:
            print(f"{label:<22}{value}")
        _print_warnings(held["warnings"])


def _document(name, exp):
    return f"{name}, berlaku s.d. {wib(exp)}" if name else "belum ada"


def _time(seconds):
    return wib(seconds) if seconds else "belum pernah"


def _print_warnings(warnings):
    for warning in warnings:
        print(f"Perhatian: {warning}")


def sync(options):
    """Heartbeat, time, list, lease and journal."""
    with Terminal(options.folder) as terminal:
        for notice in terminal.synchronise():
            print(f"Pemberitahuan: {notice}")
        held = terminal.status()
        print(
            f"Selesai: daftar {held['list']}, sewa {held['lease']}, "
            f"{held['acked']} dari {held['last_seq']} catatan diterima server."
        )
        _print_warnings(held["warnings"])


def open_shift(options):
    """Begin an operator's work."""
    password = os.environ.get("KHBS_OPERATOR_PASSWORD") or getpass.getpass(
        "Kata sandi petugas: "
    )
    with Terminal(options.folder) as terminal:
        terminal.open(options.op, password)
        print(f"Loket dibuka oleh {options.op}.")


def close_shift(options):
    """End the work and say what was given."""
    with Terminal(options.folder) as terminal:
        n, total = terminal.close_shift()
        print(f"Loket ditutup: {n} klaim, {rupiah(total)}.")


def serve(options):
    """Wait for a card and give what it may have."""
    with Terminal(options.folder) as terminal, _card(options) as channel:
        act = terminal.serve_online if options.online else terminal.serve
        served = act(channel, options.identity, _gps(options))
        print(served.receipt, end="")


def activate(options):
    """Wait for a shipped card and hand it over."""
    with Terminal(options.folder) as terminal, _card(options) as channel:
        act = terminal.activate_online if options.online else terminal.activate
        result = act(channel, _gps(options))
        print(f"Kartu diserahkan: {result}")


def block(options):
    """Suspend a card here and, with a network, at the server."""
    with Terminal(options.folder) as terminal:
        online = not options.offline
        try:
            state = terminal.block(
                options.card_no, options.reason, options.note, online
            )
        except NetworkError:
            state = "noted"
        if state == "noted":
            print("Kartu diblokir di terminal ini; server diberi tahu kemudian.")
        else:
            print(f"Kartu diblokir; jawaban server: {state}.")


@contextlib.contextmanager
def _card(options):
    print("Tempelkan kartu...", file=sys.stderr)
    with contextlib.closing(PcscChannel(options.reader)) as channel:
        yield channel


def _gps(options):
    """Return [latitude, longitude] x 1e6 and accuracy in metres, or None."""
    if options.gps is None:
        return None
    latitude, longitude, accuracy = options.gps
    return [round(latitude * 1e6), round(longitude * 1e6), round(accuracy)]


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m khbs_terminal", description="Terminal EDC KHBS."
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=os.environ.get(FOLDER, str(Path.home() / ".khbs-terminal")),
        help=f"folder terminal (atau variabel {FOLDER})",
    )
    acts = parser.add_subparsers(required=True, metavar="PERINTAH")
    _add_enrol(acts)
    for name, act, text in (
        ("status", status, "tampilkan keadaan terminal"),
        ("sync", sync, "kirim jurnal, ambil daftar dan sewa"),
        ("close", close_shift, "tutup loket"),
    ):
        acts.add_parser(name, help=text).set_defaults(act=act)
    opener = acts.add_parser("open", help="buka loket")
    opener.add_argument("op", help="kode petugas")
    opener.set_defaults(act=open_shift)
    for name, act, text in (
        ("serve", serve, "layani pemegang kartu"),
        ("activate", activate, "serahkan kartu baru"),
    ):
        tap = acts.add_parser(name, help=text)
        tap.add_argument("--online", action="store_true", help="lewat server")
        tap.add_argument("--reader", default="", help="bagian nama pembaca kartu")
        tap.add_argument("--gps", nargs=3, type=float, metavar=("LIN", "BUJ", "METER"))
        tap.set_defaults(act=act)
        if name == "serve":
            tap.add_argument(
                "--identity", action="store_true", help="KTP atau KK sudah diperiksa"
            )
    _add_block(acts)
    return parser


def _add_enrol(acts):
    parser = acts.add_parser("enrol", help="daftarkan terminal")
    parser.add_argument("--url", help="alamat server")
    parser.add_argument("--tid", help="kode terminal")
    parser.add_argument("--root", help="sidik kunci akar dari lembar pendaftaran")
    parser.add_argument("--code", help="kode sekali pakai; tanpa ini: tanya status")
    parser.add_argument("--prg", default="KHBS", help="nama program")
    parser.add_argument("--aud", default="khbs-edc", help="alamat tanda tangan")
    parser.set_defaults(act=enrol)


def _add_block(acts):
    parser = acts.add_parser("block", help="blokir kartu")
    parser.add_argument("card_no", help="nomor kartu")
    parser.add_argument(
        "reason", choices=["lost", "stolen", "found", "fraud", "death"], help="alasan"
    )
    parser.add_argument("--note", default="", help="keterangan")
    parser.add_argument("--offline", action="store_true", help="catat saja")
    parser.set_defaults(act=block)


def main(arguments=None):
    """Run one command; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        options.act(options)
    except TerminalError as error:
        print(f"Gagal: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
