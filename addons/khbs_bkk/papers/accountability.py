# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The LPJ of a regency (DOMAIN 10 no. 26), as a letter and as a workbook.

Bupati or Wali Kota accounts to the Governor, c.q. the head of finance, for what was
received, paid, left and refunded. Legal papers are written in Indonesian directly.
"""

from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup

from odoo.addons.khbs_registry.papers import letter, words
from odoo.addons.khbs_registry.papers.document import (
    Column,
    Document,
    Letterhead,
    Signature,
)

PROGRAMME = "BANTUAN KEUANGAN KHUSUS PROGRAM KARTU HUMA BETANG SEJAHTERA"


@dataclass(frozen=True)
class Money:
    """What an LPJ comes to, in rupiah."""

    decreed: int
    received: int
    paid: int
    tax: int
    net: int
    left: int
    refunded: int

    def lines(self):
        """Return (words, rupiah) as the paper lists them."""
        return [
            ("Pagu menurut Keputusan Gubernur", self.decreed),
            ("Diterima dari RKUD Provinsi", self.received),
            ("Dibayarkan kepada penerima (bruto)", self.paid),
            ("   PPh Pasal 21 yang dipotong", self.tax),
            ("   Diterima oleh penerima (neto)", self.net),
            ("Sisa yang tidak dibayarkan", self.left),
            ("Disetor kembali ke RKUD Provinsi", self.refunded),
        ]


@dataclass(frozen=True)
class Transfer:
    """A transfer from the province, with the number that moved it."""

    number: str
    day: date
    kind: str
    amount: int


@dataclass(frozen=True)
class Role:
    """What the holders of a role received."""

    name: str
    decreed_people: int
    people: int
    paid: int
    tax: int
    net: int


@dataclass(frozen=True)
class Refund:
    """An STS."""

    number: str
    day: date
    reason: str
    amount: int


@dataclass(frozen=True)
class Report:
    """One LPJ.

    :param head: who signs, as in ``Bupati Katingan``
    :param decrees: (number, date) of the decree and of its amendments
    :param version: 1, or more for what moved after an accepted LPJ
    """

    regency: str
    head: str
    period: str
    version: int
    number: str
    day: date | None
    decrees: tuple[tuple[str, date], ...]
    money: Money
    transfers: tuple[Transfer, ...]
    roles: tuple[Role, ...]
    refunds: tuple[Refund, ...]
    note: str
    as_of: datetime

    @property
    def heading(self):
        """Return the lines under the kop."""
        further = f" TAMBAHAN KE-{self.version - 1}" if self.version > 1 else ""
        return (
            f"LAPORAN PERTANGGUNGJAWABAN{further}",
            PROGRAMME,
            self.period.upper(),
            f"NOMOR {self.number or '.' * 36}",
        )


def build(report, code=None, verify_url=None):
    """Return the LPJ as a letter."""
    return letter.Letter(
        title=f"LPJ BKK {report.regency} {report.period}",
        heading=report.heading,
        letterhead=Letterhead(
            lines=(f"PEMERINTAH {report.regency.upper()}", report.head.upper())
        ),
        body=_opening(report) + _tables(report),
        ending=_ending(report),
        parties=(_signature(report),),
        code=code,
        verify_url=verify_url,
    )


def _opening(report):
    bases = "; ".join(
        f"Nomor {number or '.' * 20} tanggal {words.date(day) if day else '.' * 20}"
        for number, day in report.decrees
    )
    return letter.facts(
        [
            (
                "Kepada Yth.",
                "Gubernur Kalimantan Tengah c.q. Kepala Badan Keuangan dan Aset "
                "Daerah Provinsi Kalimantan Tengah di Palangka Raya",
            )
        ]
    ) + letter.paragraph(
        f"Berdasarkan Keputusan Gubernur Kalimantan Tengah {bases}, dengan ini "
        f"disampaikan pertanggungjawaban Bantuan Keuangan Khusus kepada "
        f"{report.regency} {report.period} sebagai berikut."
    )


def _tables(report):
    parts = [
        _headed("A. Penerimaan dan penggunaan", _money(report.money)),
        _headed("B. Penerimaan menurut SP2D", _transfers(report)),
        _headed("C. Pembayaran menurut peran", _roles(report)),
        _headed("D. Penyetoran kembali (STS)", _refunds(report)),
    ]
    if report.note:
        parts.append(_headed("E. Penjelasan", letter.paragraph(report.note)))
    return Markup().join(parts)


def _headed(title, part):
    return Markup('<h2 style="margin: 2mm 0 1mm">{}</h2>{}').format(title, part)


def _money(money):
    return letter.grid(
        ["Uraian", "Jumlah (Rp)"],
        [[label, words.number(amount)] for label, amount in money.lines()],
        numbers=(1,),
    )


def _transfers(report):
    rows = [
        [one.number, words.date(one.day), one.kind, words.number(one.amount)]
        for one in report.transfers
    ]
    rows.append(["Jumlah", "", "", words.number(_sum(report.transfers, "amount"))])
    return letter.grid(
        ["Nomor", "Tanggal", "Uraian", "Jumlah (Rp)"], rows, numbers=(3,)
    )


def _roles(report):
    keys = ("decreed_people", "people", "paid", "tax", "net")
    rows = [
        [role.name, *(words.number(getattr(role, key)) for key in keys)]
        for role in report.roles
    ]
    rows.append(["Jumlah", *(words.number(_sum(report.roles, key)) for key in keys)])
    return letter.grid(
        [
            "Peran",
            "Orang dalam keputusan",
            "Orang dibayar",
            "Bruto (Rp)",
            "PPh 21 (Rp)",
            "Neto (Rp)",
        ],
        rows,
        numbers=(1, 2, 3, 4, 5),
    )


def _refunds(report):
    if not report.refunds:
        return letter.paragraph("Tidak ada sisa yang disetor kembali.")
    rows = [
        [one.number, words.date(one.day), one.reason, words.number(one.amount)]
        for one in report.refunds
    ]
    rows.append(["Jumlah", "", "", words.number(_sum(report.refunds, "amount"))])
    return letter.grid(
        ["Nomor STS", "Tanggal", "Sebab", "Jumlah (Rp)"], rows, numbers=(3,)
    )


def _ending(report):
    return letter.paragraph(
        "Bukti-bukti pengeluaran disimpan sesuai dengan ketentuan peraturan "
        "perundang-undangan untuk kelengkapan administrasi dan pemeriksaan. Kami "
        "bertanggung jawab penuh atas kebenaran formal dan material laporan ini."
    )


def _signature(report):
    day = words.date(report.day) if report.day else "." * 28
    return Signature(
        place_and_date=f"{'.' * 24}, {day}",
        office=(f"{report.head.upper()},",),
        name=letter.DOTS,
    )


def _sum(rows, key):
    return sum(getattr(row, key) for row in rows)


def table(report):
    """Return the figures of the LPJ as a table paper, for the workbook."""
    return Document(
        title=" ".join(report.heading[:2]),
        subtitle=[report.regency, report.period, report.heading[3]],
        columns=[
            Column("text", "Uraian", 60),
            Column("day", "Tanggal", 24, "date"),
            Column("remark", "Keterangan", 44),
            Column("decreed_people", "Orang dalam keputusan", 20, "integer"),
            Column("people", "Orang dibayar", 18, "integer"),
            Column("amount", "Jumlah", 32, "rupiah"),
            Column("tax", "PPh 21", 28, "rupiah"),
            Column("net", "Neto", 32, "rupiah"),
        ],
        rows=lambda: _table_rows(report),
        group_key="part",
        # The sums stand among the rows, as in the letter: nothing is counted.
        numbered=False,
        letterhead=None,
        as_of=report.as_of,
    )


def _table_rows(report):
    for label, amount in report.money.lines():
        yield {
            "part": "A. Penerimaan dan penggunaan",
            "text": label.strip(),
            "amount": amount,
        }
    yield from _summed(
        "B. Penerimaan menurut SP2D",
        [
            {
                "text": one.number,
                "day": one.day,
                "remark": one.kind,
                "amount": one.amount,
            }
            for one in report.transfers
        ],
        "amount",
    )
    yield from _summed(
        "C. Pembayaran menurut peran",
        [
            {
                "text": role.name,
                "decreed_people": role.decreed_people,
                "people": role.people,
                "amount": role.paid,
                "tax": role.tax,
                "net": role.net,
            }
            for role in report.roles
        ],
        *("decreed_people", "people", "amount", "tax", "net"),
    )
    yield from _summed(
        "D. Penyetoran kembali (STS)",
        [
            {
                "text": one.number,
                "day": one.day,
                "remark": one.reason,
                "amount": one.amount,
            }
            for one in report.refunds
        ],
        "amount",
    )


def _summed(part, rows, *keys):
    """Yield *rows* of a part of the workbook and their sum, as the letter has it."""
    for row in rows:
        yield {"part": part, **row}
    if rows:
        sums = {key: sum(row[key] for row in rows) for key in keys}
        yield {"part": part, "text": "Jumlah", **sums}
