# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The lease: which family's aid this terminal, and no other, may give offline."""

import dataclasses
import re

from . import shape
from .errors import VerificationError
from .identifiers import parse_card_no

_NUMBER = re.compile(r"[A-Z0-9-]{1,24}")
_BENEFIT = re.compile(r"[A-Z0-9_.]{1,16}")
_ROUND = re.compile(r"[A-Z0-9-]{1,16}")
_KEY_HASH = re.compile(r"[A-Za-z0-9_-]{22}")
MAX_ROWS = 1000


@dataclasses.dataclass(frozen=True)
class Line:
    """One entitlement: its number, benefit, round and amount in rupiah."""

    e: str
    b: str
    p: str
    a: int

    def item(self):
        """Return the line as it stands in a claim."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class Row:
    """One card of the lease.

    :ivar handover: the card is shipped and may be handed over here
    """

    card_no: str
    kh9e: str
    name: str
    handover: bool
    lines: tuple


@dataclasses.dataclass(frozen=True)
class Lease:
    """A verified lease; immutable, a change comes as a successor."""

    id: str
    iat: int
    nbf: int
    exp: int
    lst_min: int
    max_claims: int
    max_sum: int
    max_lines: int
    rounds: dict
    benefits: dict
    rows: dict

    @classmethod
    def from_message(cls, message, tid):
        """Return the lease in a verified khbs-lease message.

        :param tid: this terminal; a lease of another one is refused
        """
        payload = message.payload
        shape.require(payload.get("tid") == tid, "sewa milik terminal lain")
        limits = shape.field(payload, "lim", lambda v: isinstance(v, dict), "sewa")
        rows = shape.field(
            payload,
            "rows",
            lambda v: isinstance(v, list) and len(v) <= MAX_ROWS,
            "sewa",
        )
        lease = cls(
            id=shape.text(payload, "id", "sewa"),
            iat=shape.integer(payload, "iat", "sewa"),
            nbf=shape.integer(payload, "nbf", "sewa"),
            exp=shape.integer(payload, "exp", "sewa"),
            lst_min=shape.integer(payload, "lst_min", "sewa"),
            max_claims=shape.integer(limits, "claims", "sewa"),
            max_sum=shape.integer(limits, "sum", "sewa"),
            max_lines=shape.integer(limits, "lines", "sewa"),
            rounds=_rounds(payload.get("rnd")),
            benefits=_benefits(payload.get("ben")),
            rows={row.card_no: row for row in map(_row, rows)},
        )
        shape.require(len(lease.rows) == len(rows), "sewa: kartu ganda")
        for row in lease.rows.values():
            for line in row.lines:
                shape.require(
                    line.p in lease.rounds and line.b in lease.benefits,
                    "sewa: periode atau bantuan tanpa keterangan",
                )
        return lease

    def cards_sharing(self, row):
        """Return the other rows of the household, known by a common entitlement."""
        numbers = {line.e for line in row.lines}
        return [
            other
            for other in self.rows.values()
            if other.card_no != row.card_no
            and any(line.e in numbers for line in other.lines)
        ]


def _rounds(value):
    shape.require(
        isinstance(value, dict) and all(map(shape.is_integer, value.values())),
        "sewa: rnd tidak sah",
    )
    return value


def _benefits(value):
    shape.require(isinstance(value, dict), "sewa: ben tidak sah")
    for benefit in value.values():
        shape.require(
            isinstance(benefit, dict)
            and shape.is_text(benefit.get("label"))
            and benefit.get("cvm") in ("none", "id", "pin")
            and isinstance(benefit.get("goods"), list)
            and all(map(_is_commodity, benefit["goods"])),
            "sewa: ben tidak sah",
        )
    return value


def _is_commodity(value):
    """Tell whether *value* is {code, name, unit, qty}."""
    return (
        isinstance(value, dict)
        and shape.is_text(value.get("name"))
        and shape.is_text(value.get("unit"))
        and shape.is_integer(value.get("qty"))
    )


def _row(value):
    shape.require(isinstance(value, list) and len(value) == 6, "sewa: baris tidak sah")
    card_no, kh9e, kh9c, name, handover, lines = value
    parse_card_no(card_no)
    shape.require(
        _is_key_hash(kh9e)
        and (kh9c is None or _is_key_hash(kh9c))
        and isinstance(name, str)
        and handover in (0, 1)
        and isinstance(lines, list),
        "sewa: baris tidak sah",
    )
    return Row(card_no, kh9e, name, bool(handover), tuple(map(read_line, lines)))


def _is_key_hash(value):
    return isinstance(value, str) and bool(_KEY_HASH.fullmatch(value))


def read_line(value):
    """Return the Line of an [e, b, p, a] array."""
    if not isinstance(value, list) or len(value) != 4:
        raise VerificationError("baris hak tidak sah")
    e, b, p, a = value
    shape.require(
        all(isinstance(part, str) for part in (e, b, p))
        and _NUMBER.fullmatch(e)
        and _BENEFIT.fullmatch(b)
        and _ROUND.fullmatch(p)
        and shape.is_integer(a),
        "baris hak tidak sah",
    )
    return Line(e, b, p, a)
