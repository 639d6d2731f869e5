# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Command line of the card station.

::

    python -m khbs_station enrol --url https://... --tid S0001 --code ... --root ...
    python -m khbs_station status
    python -m khbs_station batch 2026-1 --atr 3BD5... --key-file transport.txt
    python -m khbs_station slip --command "lp -d slip -o raw"
    python -m khbs_station run --reader 0
    python -m khbs_station check --reader 1
    python -m khbs_station pin --reader 0
"""

import argparse
import contextlib
import dataclasses
import getpass
import re
import resource
import shlex
import shutil
import signal
import sys
import urllib.parse
from pathlib import Path

from . import jose, personalise, screen
from .check import Check
from .keystore import (
    Batch,
    KeyStore,
    RenewingTrust,
    Settings,
    StationError,
    Trust,
)
from .pin import PinReset
from .piv import KEY_LENGTHS
from .server import Offline, RpcError, Server
from .shift import Shift
from .slip import SlipError, SlipPrinter

LOOPBACK = ("127.0.0.1", "::1", "localhost")
DEFAULT_FOLDER = Path.home() / ".khbs-station"


def main(arguments=None):
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    # No memory of ours, with the secrets of a card, is left behind by a crash.
    resource.setrlimit(
        resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1])
    )
    # A job started in the background by a shell inherits an ignored Ctrl-C.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        return options.action(KeyStore(options.folder), options)
    except (StationError, jose.JoseError) as error:
        print(error, file=sys.stderr)
        return 1
    except RpcError as error:
        print(f"Server menolak: {error}. {error.advice}", file=sys.stderr)
        return 2
    except Offline as error:
        print(
            f"Server tidak terjangkau: {error}. Periksa jaringan, lalu jalankan lagi; "
            "kartu yang sedang dikerjakan dimasukkan lagi dan dilanjutkan.",
            file=sys.stderr,
        )
        return 3
    except KeyboardInterrupt:
        print(
            "Berhenti. Pekerjaan yang belum selesai menunggu di server. Bila sebuah "
            "kartu sedang dikerjakan, masukkan kartu itu lebih dahulu pada giliran "
            "berikutnya.",
            file=sys.stderr,
        )
        return 130


def _parser():
    parser = argparse.ArgumentParser(
        prog="khbs_station", description="Stasiun personalisasi kartu KHBS"
    )
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    actions = parser.add_subparsers(required=True)

    enrol = actions.add_parser("enrol", help="daftarkan stasiun ini")
    enrol.add_argument("--url", required=True, help="alamat server")
    enrol.add_argument("--tid", required=True, help="kode stasiun, S0001")
    enrol.add_argument("--code", required=True, help="kode sekali pakai")
    enrol.add_argument("--root", required=True, help="sidik kunci akar (64 heksa)")
    enrol.add_argument("--prg", default="KHBS", help="nama program")
    enrol.add_argument("--aud", default="khbs-edc", help="audiens permintaan")
    enrol.set_defaults(action=_enrol)

    status = actions.add_parser("status", help="keadaan stasiun di server")
    status.set_defaults(action=_status)

    batch = actions.add_parser("batch", help="simpan kunci transpor gelombang kartu")
    batch.add_argument("reference", help="nama gelombang, seperti pada pekerjaan")
    batch.add_argument("--atr", action="append", required=True, help="ATR kartu, heksa")
    batch.add_argument("--algorithm", choices=KEY_LENGTHS, default="3DES")
    batch.add_argument(
        "--key-file",
        type=argparse.FileType(),
        default="-",
        help="berkas berisi kunci transpor dalam heksa, lalu PIN dan PUK transpor, "
        "satu per baris; tanpa ini ditanyakan, atau dibaca dari masukan baku",
    )
    batch.add_argument("--own", choices=KEY_LENGTHS, default="AES256")
    batch.set_defaults(action=_batch)

    slip = actions.add_parser("slip", help="tetapkan dan uji pencetak slip PIN")
    printer = slip.add_mutually_exclusive_group(required=True)
    printer.add_argument("--command", default="", help="perintah cetak")
    printer.add_argument("--device", default="", help="berkas perangkat, /dev/usb/lp0")
    slip.set_defaults(action=_slip)

    run = actions.add_parser("run", help="kerjakan kartu")
    run.set_defaults(action=_run)
    check = actions.add_parser("check", help="cocokkan nomor tercetak dengan chip")
    check.set_defaults(action=_check)
    pin = actions.add_parser("pin", help="pasang PIN baru atas perintah kantor")
    pin.set_defaults(action=_pin)
    for action in (run, check, pin):
        action.add_argument(
            "--reader", default="0", help="nomor pembaca, atau bagian namanya"
        )
        action.add_argument(
            "--count", type=_count, help="berhenti setelah sekian kartu"
        )
        action.add_argument("--plain", action="store_true", help="baris biasa saja")
    return parser


def _count(text):
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _enrol(store, options):
    address = urllib.parse.urlsplit(options.url)
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        # What opens a card comes over this line.
        raise StationError("Alamat server harus https.")
    if not re.fullmatch(r"S[0-9]{4}", options.tid):
        raise StationError("Kode stasiun terdiri atas S dan empat angka.")
    if not re.fullmatch(r"[0-9a-fA-F]{64}", options.root):
        raise StationError("Sidik kunci akar terdiri atas 64 angka heksadesimal.")
    settings = Settings(
        options.url, options.tid, options.root.lower(), options.prg, options.aud
    )
    key = store.device_key()
    answer = Server(settings, key).enrol(options.code, store.csr(options.tid))
    fingerprint = jose.fingerprint(settings.tid, key.public_key())
    if answer["fp"] != fingerprint:
        raise StationError(
            f"Server menunjukkan sidik {answer['fp']}, seharusnya {fingerprint}: "
            "jangan disetujui, laporkan."
        )
    store.save_settings(settings)
    print(f"Sidik kunci stasiun: {fingerprint}")
    print("Minta petugas mencocokkan dan menyetujuinya, lalu jalankan perintah status.")
    return 0


def _status(store, _options):
    settings = store.settings()
    state, trust = refresh(store, Server(settings, store.device_key()))
    print(f"{settings.tid}: {state}")
    print(f"Daftar kunci tepercaya: {trust.version if trust else 'belum ada'}")
    return 0


def _batch(store, options):
    with options.key_file as file:
        key, pin, puk = _ask_secrets() if file.isatty() else _read_secrets(file)
    batch = Batch(options.atr, options.algorithm, key, options.own)
    for name, given in (("pin", pin), ("puk", puk)):
        if given and not re.fullmatch(r"[0-9]{6,8}", given):
            raise StationError(
                f"{name.upper()} transpor terdiri atas enam sampai delapan angka."
            )
    batch = dataclasses.replace(batch, pin=pin or batch.pin, puk=puk or batch.puk)
    store.save_batch(options.reference, batch)
    print(f"Gelombang {options.reference} disimpan.")
    return 0


def _ask_secrets():
    """Ask for key, PIN and PUK without showing them; an empty one is the maker's."""
    return (
        getpass.getpass("Kunci transpor (heksa): ").strip(),
        getpass.getpass("PIN transpor (kosong = bawaan pabrik): ").strip(),
        getpass.getpass("PUK transpor (kosong = bawaan pabrik): ").strip(),
    )


def _read_secrets(file):
    """Return key, PIN and PUK: the lines of *file*, of which the last may be wanting.

    They come by file or keyboard alone: a command line is kept by shells and shown to
    everybody by ps.
    """
    lines = [line.strip() for line in file.read().strip().splitlines()]
    if not 1 <= len(lines) <= 3:
        raise StationError(
            "Berkas kunci memuat kunci transpor, lalu PIN dan PUK, satu per baris."
        )
    return (*lines, "", "")[:3]


def _slip(store, options):
    settings = store.settings()
    if options.command:
        # Quotes that do not match are told here, not at the first card.
        try:
            program = shlex.split(options.command)[0]
        except (ValueError, IndexError):
            raise StationError("Perintah cetak tidak dapat dibaca.") from None
        if not shutil.which(program):
            raise StationError(f"Program {program} tidak ada di komputer ini.")
    try:
        SlipPrinter(settings.tid, options.command, options.device).trial()
    except SlipError as error:
        raise StationError(str(error)) from error
    store.save_slip(options.command, options.device)
    print("Slip percobaan dikirim. Pastikan terbaca di dalam dan tidak di luar segel.")
    return 0


def _run(store, options):
    with _at_work(store, options, "lock") as (server, trust, reader, shown):
        worker = personalise.Personaliser(
            server, store, trust, _steps(shown), _printer(store, server)
        )
        Shift(server, worker, reader, shown).run(options.count)
    return 0


def _check(store, options):
    with _at_work(store, options, "lock-check") as (server, trust, reader, shown):
        Check(server, trust, reader, shown).run(options.count)
    return 0


def _pin(store, options):
    with _at_work(store, options, "lock-pin") as (server, trust, reader, shown):
        printer = _printer(store, server)
        if printer is None:
            raise StationError(
                "Pencetak slip belum ditetapkan: jalankan perintah slip dahulu."
            )
        PinReset(server, trust, reader, printer, shown).run(options.count)
    return 0


@contextlib.contextmanager
def _at_work(store, options, lock):
    """Yield (server, trust, reader, screen) of an active station.

    Only one program of a kind works in a folder.
    """
    # The only commands that need pyscard.
    from .transport import Reader, ReaderError

    shown = screen.choose(options.plain)
    with store.locked(lock):
        server = Server(store.settings(), store.device_key(), notice=_offline(shown))
        state, trust = refresh(store, server)
        if state != "ACTIVE" or trust is None:
            raise StationError(
                f"Stasiun belum boleh bekerja: {state}. Hubungi petugas EDC."
            )
        try:
            reader = Reader(options.reader)
            print(f"Pembaca: {reader.name}", flush=True)
            trusted = RenewingTrust(trust, lambda: refresh(store, server)[1])
            yield server, trusted, reader, shown
        except ReaderError as error:
            raise StationError(str(error)) from error


def _printer(store, server):
    kept = store.slip()
    return SlipPrinter(server.settings.tid, **kept) if kept else None


def _steps(shown):
    total = len(personalise.STEPS)
    return lambda step: shown.step(step, total, personalise.STEPS[step])


def _offline(shown):
    def tell(seconds):
        shown.show(
            "offline",
            f"Server tidak menjawab atau sibuk; dicoba lagi dalam {seconds} detik. "
            "Biarkan kartu di pembaca.",
        )

    return tell


def refresh(store, server):
    """Ask the server for this device's state and the newest trust bundle.

    :return: (state, ``Trust`` or None)
    """
    answer = server.status()
    held = _verified(store.trust(), server.settings)
    if held:
        # Also after a stop between keeping a bundle and believing its root.
        server.settings = store.believe(held)
    offered = answer.get("trust") or []
    offered = offered if isinstance(offered, list) else [offered]
    try:
        newest = _verified(offered, server.settings)
    except jose.JoseError as error:
        if held is None:
            raise StationError(
                "Daftar kunci dari server tidak ditandatangani oleh kunci akar pada "
                "lembar pendaftaran. Laporkan."
            ) from error
        newest = None
    if newest and (held is None or newest.version >= held.version):
        store.save_trust(newest)
        server.settings = store.believe(newest)
        return answer["state"], newest
    return answer["state"], held


def _verified(texts, settings):
    return Trust.verify(texts, settings) if texts else None


if __name__ == "__main__":
    sys.exit(main())
