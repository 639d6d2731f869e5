# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""From the texts of a push to rows: parsed, verified, or rejected with a reason."""

import hashlib
from dataclasses import dataclass, field

from odoo.addons.khbs_cards.protocol import base64url, jws, types

from ..rpc import params
from . import events

MAX_ENTRY = 8192
MAX_LINES = 6
MAX_NUMBER = 2**31 - 1
ENTRY_TYP = "khbs-jrn+jwt"
# Members of every entry.
NUMBERS = ("seq", "at", "mono", "boot", "lst")
FRAME = (*NUMBERS, "prev", "lse", "ev")
# Members of ``d`` that are kept in columns, with the events whose form checks them:
# elsewhere a member of that name may be anything.
KEPT = {
    "jti": ("intent", "deny"),
    "card_no": ("intent", "deny", "block"),
    "op": ("open", "close", "claim", "activate", "block"),
}


class Rejected(Exception):
    """The entry is not stored in the journal (row 0 of the settlement table).

    :param seq: as it says itself, or None
    :param sha: its identity, or the hash of an unreadable text, in base64url
    """

    def __init__(self, reason, text, seq=None, sha=None):
        super().__init__(reason)
        self.reason = reason[:200].replace("\0", "")
        self.text = str(text)[:MAX_ENTRY].replace("\0", "")
        self.seq = seq
        self.sha = sha


@dataclass(slots=True)
class Read:
    """A well-signed entry of the caller's own chain.

    :param valid: its event is known and has its form
    :param claim_check: '' of a good claim, else the code of settlement row 5
    :param lines: [[e, b, p, a], ..] of a good claim
    """

    text: str
    seq: int
    identity: str
    prev: str
    kid: str
    at: int
    mono: int
    boot: int
    lst: int
    lse: str | None
    ev: str
    details: dict
    valid: bool = True
    jti: str | None = None
    card_no: str | None = None
    document: str | None = None
    operator: str | None = None
    mode: str | None = None
    signed_at: int | None = None
    sync_now: int | None = None
    sync_rtt: int | None = None
    claim_check: str | None = None
    with_pin: bool = False
    lines: list | None = None
    claim_jws: str | None = None
    inner: object = field(default=None, repr=False)


def read_entry(text, tid, prg, public_keys):
    """Return the :class:`Read` of *text*.

    :param public_keys: kid to public key, of the caller's own keys
    :raises Rejected: unreadable, oversize, not its own or not well signed
    """
    if not isinstance(text, str) or len(text) > MAX_ENTRY:
        raise Rejected("oversize or not a text", text, sha=_sha(text))
    try:
        token = jws.parse(text)
    except jws.JwsError as error:
        raise Rejected(str(error), text, sha=_sha(text)) from error
    payload = token.payload
    identity = base64url.encode(token.identity_sha256)
    seq = payload.get("seq")
    seq = seq if params.is_integer(seq) else None
    try:
        types.expect(token, ENTRY_TYP, prg)
        if token.kid not in public_keys or payload.get("tid") != tid:
            raise jws.JwsError("not of this terminal")
        jws.verify(token, public_keys[token.kid])
        _check_frame(payload)
    except jws.JwsError as error:
        raise Rejected(str(error), text, seq, identity) from error
    return _read(text, token, identity)


def _sha(text):
    return base64url.encode(hashlib.sha256(str(text).encode()).digest())


def _check_frame(payload):
    """Refuse an entry that could not even be placed in a chain."""
    if not all([params.is_integer(payload.get(name)) for name in NUMBERS]):
        raise jws.JwsError("seq, at, mono, boot and lst are integers")
    if not 1 <= payload["seq"] <= MAX_NUMBER or payload["mono"] < 0:
        raise jws.JwsError("seq or mono out of range")
    if not (0 <= payload["lst"] <= MAX_NUMBER and 0 <= payload["boot"] <= MAX_NUMBER):
        raise jws.JwsError("lst or boot out of range")
    lse = payload.get("lse")
    if lse is not None and not _is_short(lse, 64):
        raise jws.JwsError("lse is the id of a lease or null")
    if not _is_short(payload.get("ev"), 32):
        raise jws.JwsError("ev is a short text")
    if not isinstance(payload.get("d"), dict):
        raise jws.JwsError("d is an object")
    prev = payload.get("prev")
    if not isinstance(prev, str) or len(prev) != 43 or "\0" in prev:
        raise jws.JwsError("prev is a SHA-256 in base64url")


def _is_short(value, max_length):
    return isinstance(value, str) and len(value) <= max_length and "\0" not in value


def _card_no(kid):
    """Return the card number in *kid*, or None: a stranger may write anything there."""
    number = kid.removesuffix(".9C")
    return number if params.CARD_NO.fullmatch(number) else None


def _read(text, token, identity):
    payload = token.payload
    details = payload["d"]
    read = Read(
        text=text,
        identity=identity,
        kid=token.kid,
        details=details,
        **{name: payload.get(name) for name in FRAME},
    )
    read.valid = events.is_wellformed(read.ev, details)
    if not read.valid:
        return read
    kept = {name: details.get(name) for name, evs in KEPT.items() if read.ev in evs}
    read.jti, read.card_no = kept.get("jti"), kept.get("card_no")
    read.operator = kept.get("op")
    if read.ev in ("lists", "cfg"):
        read.document = str(details["ver"])
    elif read.ev == "lease":
        read.document = details["id"]
    elif read.ev in ("claim", "activate", "sync"):
        _read_inner(read)
    return read


def _read_inner(read):
    """Parse the JWS that the entry carries; who signed it is checked later."""
    try:
        read.inner = jws.parse(read.details["jws"])
    except jws.JwsError:
        read.inner = None
    if read.ev == "claim":
        _read_claim(read)
    elif read.ev == "activate" and read.inner:
        read.card_no = _card_no(read.inner.kid)


def _read_claim(read):
    read.claim_check = "BAD_CARD_SIG"
    read.mode = read.details["mode"]
    read.claim_jws = read.details["jws"]
    if not read.inner:
        return
    payload = read.inner.payload
    read.card_no = _card_no(read.inner.kid)
    read.with_pin = read.inner.kid.endswith(".9C")
    if is_claim(payload):
        read.jti = payload["jti"]
        read.signed_at = payload["iat"]
        read.lines = [[it[name] for name in "ebpa"] for it in payload["it"]]


def is_claim(payload):
    """Tell whether a claim's payload has its form."""
    jti, items = payload.get("jti"), payload.get("it")
    return (
        isinstance(jti, str)
        and bool(params.ULID.fullmatch(jti))
        and params.is_integer(payload.get("iat"))
        and 0 <= payload["iat"] < 2**33
        and isinstance(items, list)
        and 1 <= len(items) <= MAX_LINES
        and all(_is_line(item) for item in items)
        and len({item["e"] for item in items}) == len(items)
    )


def _is_line(item):
    return (
        isinstance(item, dict)
        and set(item) == {"e", "b", "p", "a"}
        and all(isinstance(item[name], str) for name in "ebp")
        and bool(params.ENTITLEMENT.fullmatch(item["e"]))
        and bool(params.BENEFIT.fullmatch(item["b"]))
        and bool(params.ROUND.fullmatch(item["p"]))
        and params.is_integer(item["a"])
        and 0 <= item["a"]
    )


def verify_claim(read, tid, prg, card_key):
    """Set ``claim_check`` of a claim entry (settlement row 5).

    :param card_key: function of (card_no, slot) to the stored public key or None
    """
    if read.lines is None:
        return
    slot = "9C" if read.with_pin else "9E"
    if not _is_signed_by(read.inner, "khbs-claim+jwt", prg, card_key, slot):
        read.lines = None
        return
    foreign = read.inner.payload.get("tid") != tid
    read.claim_check = "WRONG_TERMINAL" if foreign else ""
    if foreign:
        read.lines = None


def verify_activation(read, tid, prg, card_key):
    """Unset ``valid`` of an activation that its card did not sign for this terminal."""
    signed = read.inner and _is_signed_by(
        read.inner, "khbs-activate+jwt", prg, card_key, "9E"
    )
    if not signed or read.inner.payload.get("tid") != tid:
        read.valid = False


def verify_sync(read, prg, server_key):
    """Set the proven time of a sync entry, if its answer proves one.

    :param server_key: function of (kid, use, Unix time) to the public key that the
        server might sign with then, or None; the answer may be older than its key
    """
    token = read.inner
    now = token.payload.get("now") if token else None
    if not params.is_integer(now):
        return
    try:
        types.expect(token, "khbs-time+jwt", prg)
        key = server_key(token.kid, "ack", now)
        if key is None:
            return
        jws.verify(token, key)
    except jws.JwsError:
        return
    if token.payload.get("nonce") == read.prev:
        read.sync_now = now
        read.sync_rtt = min(read.details["rtt"], 2**31 - 1)


def _is_signed_by(token, typ, prg, card_key, slot):
    try:
        types.expect(token, typ, prg)
        key = card_key(token.kid.removesuffix(".9C"), slot)
        if key is None:
            return False
        jws.verify(token, key)
    except jws.JwsError:
        return False
    return True
