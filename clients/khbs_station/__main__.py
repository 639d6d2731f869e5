# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Command line of the card station.

::

    python -m khbs_station enrol --url https://... --tid S0001 --code ... --root ...
    python -m khbs_station status
    python -m khbs_station batch 2026-1 --atr 3BD5... --key-file transport.hex
    python -m khbs_station run --reader 0
"""

import argparse
import re
import signal
import sys
import urllib.parse
from pathlib import Path

from . import jose, personalise
from .keystore import Batch, KeyStore, Settings, StationError, Trust
from .piv import KEY_LENGTHS
from .server import Offline, RpcError, Server
from .shift import Shift

LOOPBACK = ("127.0.0.1", "::1", "localhost")
DEFAULT_FOLDER = Path.home() / ".khbs-station"


def main(arguments=None):
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    # A job started in the background by a shell inherits an ignored Ctrl-C.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        return options.action(KeyStore(options.folder), options)
    except (StationError, jose.JoseError) as error:
        print(error, file=sys.stderr)
        return 1
    except RpcError as error:
        print(f"Server menolak: {error}", file=sys.stderr)
        return 2
    except Offline as error:
        print(f"Server tidak terjangkau: {error}. Ulangi nanti.", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print(
            "Berhenti. Pekerjaan yang belum selesai menunggu di server.",
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
        help="berkas berisi kunci transpor dalam heksa; tanpa ini dari masukan baku",
    )
    batch.add_argument("--own", choices=KEY_LENGTHS, default="AES256")
    batch.add_argument("--pin", default="123456", help="PIN transpor")
    batch.add_argument("--puk", default="12345678", help="PUK transpor")
    batch.set_defaults(action=_batch)

    run = actions.add_parser("run", help="kerjakan kartu")
    run.add_argument("--reader", type=int, default=0, help="nomor pembaca")
    run.add_argument("--count", type=int, help="berhenti setelah sekian kartu")
    run.set_defaults(action=_run)
    return parser


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
        key = file.read().strip()
    store.save_batch(
        options.reference,
        Batch(
            options.atr, options.algorithm, key, options.own, options.pin, options.puk
        ),
    )
    print(f"Gelombang {options.reference} disimpan.")
    return 0


def _run(store, options):
    # The only command that needs pyscard.
    from .transport import Reader, ReaderError

    with store.locked():
        server = Server(store.settings(), store.device_key())
        state, trust = refresh(store, server)
        if state != "ACTIVE" or trust is None:
            raise StationError(f"Stasiun belum boleh bekerja: {state}.")
        try:
            reader = Reader(options.reader)
            print(f"Pembaca: {reader.name}", flush=True)
            worker = personalise.Personaliser(server, store, trust, _show_step)
            Shift(server, worker, reader, _say).run(options.count)
        except ReaderError as error:
            raise StationError(str(error)) from error
    return 0


def refresh(store, server):
    """Ask the server for this device's state and the newest trust bundle.

    :return: (state, ``Trust`` or None)
    """
    answer = server.status()
    held = _verified(store.trust(), server.settings)
    offered = answer.get("trust")
    # At a change of root the same bundle comes twice, signed by the old and the new.
    for text in offered if isinstance(offered, list) else [offered]:
        try:
            newest = _verified(text, server.settings)
        except jose.JoseError:
            continue
        if newest and (held is None or newest.version >= held.version):
            store.save_trust(text)
            return answer["state"], newest
    if offered and held is None:
        raise StationError(
            "Daftar kunci dari server tidak ditandatangani oleh kunci akar pada "
            "lembar pendaftaran. Laporkan."
        )
    return answer["state"], held


def _verified(text, settings):
    return Trust.verify(text, settings) if text else None


def _show_step(step):
    if sys.stdout.isatty():
        print(f"  {step}/9 {personalise.STEPS[step]:<32}", end="\r", flush=True)


def _say(text):
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
