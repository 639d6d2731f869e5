# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Which keys are in force, and what has to be done before one runs out."""

import time
from typing import NamedTuple

from .base import CARD_CA, ROOT, SERVER_USES, KeyStoreError
from .bundle import DAY, spki_hex

# Days ahead in which a follower should have been signed.
WARN_DAYS = 60
# An authority issues for a year; the next takes over.
ISSUING_DAYS = 365
ROOT_WARN_DAYS = 730


class Row(NamedTuple):
    """A key: ``state`` is waiting, signing, verifying, over or revoked."""

    kid: str
    use: str
    nbf: int
    exp: int
    state: str
    is_here: bool
    sha256: str


def rows(keyring, now=None):
    """Return a :class:`Row` for each key of the bundle, by use and number."""
    now = int(time.time()) if now is None else now
    bundle = keyring.bundle()
    here = set(keyring.store.names())
    signing = {_signing(bundle, use, now) for use in (*SERVER_USES, ROOT)}

    def state(entry):
        if entry.kid in bundle.revoked:
            return "revoked"
        if entry.nbf > now:
            return "waiting"
        if entry.exp < now:
            return "over"
        return "signing" if entry.kid in signing else "verifying"

    return [
        Row(
            entry.kid,
            entry.use,
            entry.nbf,
            entry.exp,
            state(entry),
            entry.kid in here,
            spki_hex(entry.public_key),
        )
        for entry in sorted(bundle.keys.values(), key=lambda e: (e.use, e.kid))
    ]


def _signing(bundle, use, at):
    try:
        return bundle.signing(use, at).kid
    except KeyStoreError:
        return None


def warnings(keyring, now=None, days=WARN_DAYS):
    """Return what has to be done within *days*, as sentences; none if all is well."""
    now = int(time.time()) if now is None else now
    bundle = keyring.bundle()
    soon = now + days * DAY
    found = []
    if bundle.exp < soon:
        found.append(
            f"The trust bundle {bundle.ver} ends in {_days(bundle.exp, now)} days: let "
            "the root sign the next one."
        )
    for use in SERVER_USES:
        found += _of_use(bundle, use, now, soon)
    root = bundle.signing(ROOT, now)
    if root.exp < now + ROOT_WARN_DAYS * DAY:
        found.append(f"The root {root.kid} ends in {_days(root.exp, now)} days.")
    here = set(keyring.store.names())
    for at in (now, soon):
        name = [_signing(bundle, use, at) for use in SERVER_USES]
        found += [
            f"{kid} is in the bundle, but its private half is not here."
            for kid in name
            if kid and kid not in here
        ]
    if not keyring.store.has_master():
        found.append("The master of the cards' secrets is not here.")
    return list(dict.fromkeys(found))


def _of_use(bundle, use, now, soon):
    kid = _signing(bundle, use, now)
    if kid is None:
        return [f"No key for {use!r} is in force: nothing of it can be signed."]
    if _signing(bundle, use, soon) is None:
        end = bundle.keys[kid].exp
        return [f"{kid} ends in {_days(end, now)} days and nothing follows it."]
    follower = bundle.keys[_signing(bundle, use, soon)]
    if use == CARD_CA and follower.nbf + ISSUING_DAYS * DAY < soon:
        return [
            f"{follower.kid} issues since {_days(now, follower.nbf)} days: an "
            "authority issues for a year, make the next."
        ]
    return []


def _days(later, earlier):
    return (later - earlier) // DAY
