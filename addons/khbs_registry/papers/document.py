# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a table paper is, before anyone decides how it looks.

A :class:`Document` names its columns and a callable that yields the rows anew each
time it is called. :func:`walk` turns it into the lines that stand on paper, so that
PDF and XLSX cannot come to different figures.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

# A share is a text ("98,5"), written at the right like the numbers beside it.
KINDS = ("text", "integer", "rupiah", "share", "date")
PAPERS = ("F4", "A4")
# Key of the number that a row keeps where others of its group are left out.
NUMBER = "_number"


@dataclass(frozen=True)
class Letterhead:
    """The kop: lines over a double rule.

    :param lines: from the government down; the last one is set largest
    :param address: small lines under them
    """

    lines: tuple[str, ...]
    address: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signature:
    """The block a paper is signed in.

    :param place_and_date: ``Palangka Raya, 20 Februari 2026``; dots where unknown,
        empty in an annex, whose decree says both
    :param office: lines over the space for the hand, ``a.n.`` and the like included
    :param name: in capitals
    :param below: rank and NIP
    :param mark: what stands where the hand signs: ``cap jempol``, ``materai``
    """

    place_and_date: str
    office: tuple[str, ...]
    name: str
    below: tuple[str, ...] = ()
    mark: str = ""


@dataclass(frozen=True)
class Column:
    """One column.

    :param key: key of the value in a row
    :param width: share of the page's width; millimetres are a good measure
    :param total: sum the column in group and grand totals
    """

    key: str
    label: str
    width: float
    kind: str = "text"
    total: bool = False

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"column {self.key}: kind {self.kind} is not {KINDS}")
        if self.total and self.kind not in ("integer", "rupiah"):
            raise ValueError(f"column {self.key}: only numbers can be summed")

    @property
    def heading(self):
        """Return the label, which for money says that it is in rupiah."""
        if self.kind == "rupiah" and "Rp" not in self.label:
            return f"{self.label} (Rp)"
        return self.label


@dataclass(frozen=True)
class Document:
    """A table paper.

    :param rows: called once per rendering; yields dicts, sorted by *group_key*; a
        cell without a value is none
    :param group_key: key of the text that heads a group; numbering restarts in it
    :param subgroup_key: key of the text that heads lines within a group; numbering
        goes on in it and nothing is summed
    :param as_of: moment the figures are true for; without a zone it is UTC
    :param code: verification code, printed with *verify_url* and a QR
    :param heading: lines at the right above the title, as annexes have them; one
        with a label is a pair (label, text)
    :param signature: the one who signs, at the right
    :param parties: those who sign side by side, from the left, instead of one
    :param letterhead: ``opd``, ``finance``, ``governor``, a :class:`Letterhead` or
        none
    """

    title: str
    columns: list[Column]
    rows: Callable[[], Iterable[dict]]
    as_of: datetime
    subtitle: list[str] = field(default_factory=list)
    letterhead: str | Letterhead | None = "opd"
    paper: str = "F4"
    landscape: bool = False
    group_key: str | None = None
    subgroup_key: str | None = None
    code: str | None = None
    verify_url: str | None = None
    heading: list[str | tuple[str, str]] = field(default_factory=list)
    numbered: bool = True
    closing: list[str] = field(default_factory=list)
    signature: Signature | None = None
    parties: tuple[Signature, ...] = ()

    def __post_init__(self):
        if self.paper not in PAPERS:
            raise ValueError(f"paper {self.paper} is not one of {PAPERS}")
        if not self.columns:
            raise ValueError(f"{self.title}: a table needs a column")

    @property
    def signatures(self):
        """Return the blocks at the end, from the left."""
        return self.parties or ((self.signature,) if self.signature else ())

    @property
    def total_keys(self):
        return [column.key for column in self.columns if column.total]


@dataclass
class Summary:
    """What stood on the paper: enough to compare two renderings."""

    row_count: int = 0
    totals: dict[str, int] = field(default_factory=dict)
    content_sha256: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the table.

    :param kind: ``group``, ``subgroup``, ``row``, ``subtotal`` or ``total``
    :param label: text of a group, a subgroup or a sum
    :param values: values by column key
    """

    kind: str
    values: dict
    number: int = 0
    label: str = ""


def walk(document, summary=None, headings=True):
    """Yield the :class:`Line` objects of *document*, sums included.

    :param summary: a :class:`Summary` to fill while walking
    :param headings: the digest covers under which heading a line stands, which is
        part of what it says; older digests did not
    """
    keys = document.total_keys
    shown = [column.key for column in document.columns]
    if headings:
        shown = [*filter(None, (document.group_key, document.subgroup_key)), *shown]
    summary = summary if summary is not None else Summary()
    digest = hashlib.sha256(_canonical(_frame(document)))
    totals = dict.fromkeys(keys, 0)
    group, subgroup, sums, number, count = None, None, None, 0, 0
    for row in document.rows():
        if document.group_key:
            label = row[document.group_key]
            if label != group:
                if group is not None and keys:
                    yield Line("subtotal", sums, label=f"Jumlah {group}")
                group, subgroup = label, None
                sums, number = dict.fromkeys(keys, 0), 0
                yield Line("group", {}, label=label)
        if document.subgroup_key and row[document.subgroup_key] != subgroup:
            subgroup = row[document.subgroup_key]
            yield Line("subgroup", {}, label=subgroup)
        for key in keys:
            totals[key] += row[key] or 0
            if sums is not None:
                sums[key] += row[key] or 0
        number += 1
        count += 1
        digest.update(_canonical([row.get(key) for key in shown]))
        yield Line("row", row, number=row.get(NUMBER, number))
    if group is not None and keys:
        yield Line("subtotal", sums, label=f"Jumlah {group}")
    summary.row_count = count
    summary.totals = totals
    summary.content_sha256 = digest.hexdigest()
    if keys:
        yield Line("total", totals, label="JUMLAH TOTAL" if group else "JUMLAH")


def digest(document, headings=True):
    """Return the :class:`Summary` of *document* without rendering it.

    :param headings: see :func:`walk`
    """
    summary = Summary()
    for _line in walk(document, summary, headings):
        pass
    return summary


def totals_sha256(summary):
    """Return the SHA-256 of the count and the sums of a paper."""
    return hashlib.sha256(
        _canonical([summary.row_count, sorted(summary.totals.items())])
    ).hexdigest()


def _frame(document):
    return [
        document.title,
        document.subtitle,
        [[column.key, column.label, column.kind] for column in document.columns],
    ]


def _canonical(value):
    return (
        json.dumps(value, ensure_ascii=False, default=_plain, separators=(",", ":"))
        + "\n"
    ).encode()


def _plain(value):
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is not a value of a paper")
