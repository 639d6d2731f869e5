# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What travels between the server and the root's machine, and how it is signed.

A request carries public keys, each proved by a signature of its own; back come the
next trust bundle and the certificates of new card authorities. Nothing secret is in
either. ``docs/operations.md`` says who does what.
"""

import json
import time
from datetime import UTC, datetime

from .. import certificate, jws, keys
from .base import CARD_CA, LIST, ROOT, SERVER_USES, KeyStoreError, number_of, use_of
from .base import kid as name_of
from .bundle import (
    DAY,
    TRUST_DAYS,
    TYP,
    Bundle,
    authority_entry,
    key_entry,
    public_key,
    spki_hex,
)
from .development import CARD_CA_YEARS, ROOT_YEARS, SIGNER_YEARS

REQUEST_TYP = "khbs-key-request+jwt"
# Clocks of devices are not exact.
MARGIN = 3600


def next_name(keyring, use):
    """Return the kid of the next key of *use*: a number is never used twice."""
    taken = set(keyring.store.names())
    if keyring.has_bundle():
        taken |= set(keyring.bundle().keys)
    same = [number_of(name) for name in taken if use_of(name) == use]
    return name_of(use, max(same, default=0) + 1)


def request(keyring, prg, start=None, list_version=None, now=None):
    """Return the request (text) for all keys here that no bundle lists yet.

    :param start: Unix time from which the new keys are to sign; now without it
    :param list_version: of list 01 in force; terminals take none before it
    :raises KeyStoreError: of another programme, or a new list key without the version
    """
    now = int(time.time()) if now is None else now
    held = keyring.bundle() if keyring.has_bundle() else None
    if held and held.prg != prg:
        raise KeyStoreError(f"The keys here are of the programme {held.prg}.", "trust")
    left = keyring.bundle_left()
    known = held.keys if held else left.revoked if left else ()
    proofs = []
    for name in keyring.store.names():
        if name in known or use_of(name) not in SERVER_USES:
            continue
        key = keyring.store.private_key(name)
        if use_of(name) == LIST and list_version is None and (held or left):
            raise KeyStoreError(
                f"{name} is a new list key: say from which version of the status list "
                "it signs (--list-version, docs/operations.md, Key ceremony). Else "
                "terminals take older lists of the key before it.",
                "settings",
            )
        payload = {"prg": prg, "iat": now, "jwk": keys.jwk(key.public_key())}
        proofs.append(jws.sign(key, name, REQUEST_TYP, payload))
    content = {
        "prg": prg,
        "at": now,
        "start": max(start or now, now),
        "held": held.ver if held else 0,
        "min": {"01": list_version or 0},
        "keys": proofs,
    }
    return json.dumps(content, indent=1) + "\n"


def read_request(text, prg):
    """Return (request, {kid: public key}) of a request's text, every proof checked.

    :raises KeyStoreError: damaged, or of another programme
    """
    try:
        asked = json.loads(text)
        if asked["prg"] != prg:
            raise KeyStoreError(
                f"The request is of the programme {asked['prg']}, this root of {prg}.",
                "trust",
            )
        numbers = {name: asked[name] for name in ("at", "start", "held")}
        numbers |= asked["min"]
        for name, number in numbers.items():
            if type(number) is not int or number < 0:
                raise ValueError(f"{name} is no number")
        wanted = {}
        for proof in asked["keys"]:
            parsed = jws.parse(proof)
            key = public_key(parsed.payload["jwk"])
            jws.verify(parsed, key)
            if parsed.typ != REQUEST_TYP or parsed.payload["prg"] != prg:
                raise ValueError("a proof of something else")
            if use_of(parsed.kid) not in SERVER_USES or parsed.kid in wanted:
                raise ValueError(f"{parsed.kid} is not to be asked for")
            wanted[parsed.kid] = key
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise KeyStoreError(f"This request is damaged: {error}", "trust") from error
    return asked, wanted


def next_payload(root, root_key, held, asked, wanted, revoke=(), new_root=None):
    """Return the payload of the bundle after *held*.

    :param root: the :class:`RootFolder` that signs, with *root_key*
    :param held: the last :class:`Bundle` of this root, or None
    :param revoke: kids that are believed no more
    :param new_root: the :class:`RootFolder` that takes over, or None
    """
    now = int(time.time())
    old = held.payload if held else {"keys": [], "ca": [], "min": {}, "rev": []}
    known = held.keys if held else {}
    _check_clock(now, asked["at"], held.iat if held else 0)
    _check_roots(held, root, new_root)
    _check_may_follow(held, asked, wanted, revoke)
    listed, authorities = list(old["keys"]), list(old["ca"])
    for folder in filter(None, (root, new_root)):
        if folder.name not in known:
            public = folder.certificate().public_key()
            exp = now + ROOT_YEARS * 365 * DAY
            listed.append(key_entry(folder.name, ROOT, public, now - MARGIN, exp))
    start = max(asked["start"], now)
    for name, key in sorted(wanted.items()):
        use = use_of(name)
        if use == CARD_CA:
            issued = _authority(root, root_key, name, key, start)
            authorities.append(authority_entry(name, issued))
        else:
            exp = start + SIGNER_YEARS[use] * 365 * DAY
            listed.append(key_entry(name, use, key, start - MARGIN, exp))
    minimum = {
        number: max(old["min"].get(number, 0), asked["min"].get(number, 0))
        for number in {**old["min"], **asked["min"]}
    }
    return {
        "prg": root.prg,
        "ver": held.ver + 1 if held else 1,
        "iat": now,
        "exp": now + TRUST_DAYS * DAY,
        "keys": listed,
        "ca": authorities,
        "min": minimum,
        "rev": sorted({*old["rev"], *revoke}),
    }


def _check_clock(now, *known):
    """Refuse to date a bundle by a clock that is behind what is known."""
    if max(known) > now + DAY:
        raise KeyStoreError(
            f"This machine says that it is {day(now)}, but the request or the last "
            f"bundle is of {day(max(known))}: set its clock.",
            "settings",
        )


def _check_roots(held, root, new_root):
    """Refuse signatures that devices would not follow."""
    if new_root and new_root.prg != root.prg:
        raise KeyStoreError(
            f"The new root is of the programme {new_root.prg}, this root of "
            f"{root.prg}.",
            "trust",
        )
    if new_root and new_root.name <= root.name:
        raise KeyStoreError(
            f"{new_root.name} cannot follow {root.name}: devices believe the root of "
            "the higher number. Make the new one with a higher --number.",
            "settings",
        )
    signing = {
        spki_hex(each.certificate().public_key())
        for each in filter(None, (root, new_root))
    }
    if held and held.roots[-1] not in signing:
        raise KeyStoreError(
            f"A newer root than {(new_root or root).name} has signed: whoever has "
            "learnt it believes nothing without it. Sign with it.",
            "trust",
        )


def _check_may_follow(held, asked, wanted, revoke):
    version = held.ver if held else 0
    if asked["held"] > version:
        raise KeyStoreError(
            f"The server has bundle {asked['held']}, this root last signed {version}: "
            "this folder is an old copy. Bring the newest one.",
            "trust",
        )
    known = held.keys if held else {}
    for name in wanted:
        if name in known:
            raise KeyStoreError(f"{name} was signed before: make another.", "trust")
    for name in revoke:
        if name not in known:
            raise KeyStoreError(f"{name} is in no bundle: nothing to revoke.", "trust")


def _authority(root, root_key, name, key, start):
    return certificate.issue_authority(
        root_key,
        certificate.root_name(number_of(root.name)),
        key,
        certificate.authority_name(number_of(name)),
        0,
        CARD_CA_YEARS,
        datetime.fromtimestamp(start, UTC),
    )


def sign(payload, signers):
    """Return the :class:`Bundle` of *payload* signed by each of *signers*, in order.

    :param signers: list of (kid, root key): one, or two at a change of root
    :raises KeyStoreError: no server could sign under it; nothing was signed for good
    """
    bundle = Bundle([jws.sign(key, name, TYP, payload) for name, key in signers])
    for use in SERVER_USES:
        bundle.signing(use, bundle.iat)
    return bundle


def check_before_install(keyring, bundle, root_sha256=None):
    """Refuse a bundle that this server could not sign under, or must not take.

    :param root_sha256: of the minutes; without a bundle yet nothing else says whose
        root it is
    """
    if keyring.has_bundle():
        bundle.check_follows(keyring.bundle())
    elif not root_sha256:
        raise KeyStoreError(
            "The first bundle needs --root with the root's SHA-256 of the minutes.",
            "settings",
        )
    if root_sha256 and bundle.roots[-1] != root_sha256.lower():
        raise KeyStoreError(
            f"This bundle is of the root {bundle.roots[-1]}, not of {root_sha256}.",
            "trust",
        )
    now = int(time.time())
    for use in SERVER_USES:
        for at in {now, *(e.nbf for e in bundle.keys.values() if e.use == use)}:
            if at < now:
                continue
            entry = bundle.signing(use, at)
            here = keyring.store.private_key(entry.kid)
            if here.public_key() != entry.public_key:
                raise KeyStoreError(
                    f"{entry.kid} of the bundle is another key than the one here.",
                    "unlisted",
                )
    keyring.store.master()


def describe(bundle):
    """Return the lines about *bundle* that go into the minutes."""
    lines = [
        f"Programme      {bundle.prg}",
        f"Trust bundle   {bundle.ver}, until {day(bundle.exp)}",
    ]
    lines += [f"Root           {digest}" for digest in bundle.roots]
    for entry in sorted(bundle.keys.values(), key=lambda entry: (entry.use, entry.kid)):
        state = "REVOKED" if entry.kid in bundle.revoked else ""
        lines.append(
            f"{entry.kid}  {entry.use:<6} {day(entry.nbf)} .. {day(entry.exp)}  "
            f"{spki_hex(entry.public_key)} {state}".rstrip()
        )
    lowest = ", ".join(
        f"list {n} from {v}" for n, v in sorted(bundle.payload["min"].items())
    )
    return [*lines, f"Lists          {lowest}"]


def day(seconds):
    """Return the day (UTC) of a Unix time."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
