# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""All keys of a programme in one folder, for development and demonstration."""

import re
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from .. import certificate, jws
from .base import ACK, CARD_CA, LEASE, LIST, ROOT, KeyStoreError, kid
from .bundle import DAY, TRUST_DAYS, TYP, Bundle, authority_entry, key_entry
from .files import FileStore, write
from .keyring import Keyring

ROOT_YEARS = 20
# An authority outlives every card that it signs in its first years.
CARD_CA_YEARS = 10
# Keys of the trust bundle and the years that each may sign.
SIGNER_YEARS = {ROOT: ROOT_YEARS, LEASE: 2, LIST: 2, ACK: 2}
_PRG = re.compile(r"KHBS(-[A-Za-z0-9]{1,16})?")


def check_prg(prg):
    """Refuse what is no name of a programme."""
    if not _PRG.fullmatch(prg):
        raise KeyStoreError(
            f"{prg!r} is no name of a programme: KHBS, or KHBS-<name> elsewhere.",
            "settings",
        )


def create(path, prg, now=None):
    """Make every key of the programme *prg* in the new folder *path*.

    Keys are never overwritten: what they signed would be worth nothing.

    :param now: Unix time
    :raises KeyStoreError: the folder has something in it
    """
    check_prg(prg)
    target = Path(path)
    if target.exists() and any(target.iterdir()):
        raise KeyStoreError(f"{target} is not empty; keys are never overwritten.")
    # Made beside and renamed whole: a folder of this name is never half-made.
    path = target.with_name(f".{target.name}.part")
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True, mode=0o700)
    _write_all(path, prg, int(time.time()) if now is None else now)
    path.rename(target)
    return Keyring(target)


def _write_all(path, prg, now):
    store = FileStore(path)
    public = {use: store.make(kid(use, 1)) for use in SIGNER_YEARS}
    public[CARD_CA] = store.make(kid(CARD_CA, 1))
    store.make_master()
    root_key = store.private_key(kid(ROOT, 1))
    start = datetime.fromtimestamp(now, UTC)
    root_name = certificate.root_name(1)
    root = certificate.issue_authority(
        root_key, root_name, public[ROOT], root_name, 1, ROOT_YEARS, start
    )
    ca = certificate.issue_authority(
        root_key,
        root_name,
        public[CARD_CA],
        certificate.authority_name(1),
        0,
        CARD_CA_YEARS,
        start,
    )
    write(path / "R01.crt", certificate.to_pem(root))
    payload = {
        "prg": prg,
        "ver": 1,
        "iat": now,
        "exp": now + TRUST_DAYS * DAY,
        "keys": [
            key_entry(
                kid(use, 1), use, public[use], now - 3600, now + years * 365 * DAY
            )
            for use, years in SIGNER_YEARS.items()
        ],
        "ca": [authority_entry(kid(CARD_CA, 1), ca)],
        "min": {"01": 0},
        "rev": [],
    }
    text = jws.sign(root_key, kid(ROOT, 1), TYP, payload)
    Keyring(path, store).install(Bundle([text]))
