# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Report 27 (people and rupiah by regency and role) and the printed budget.

Legal papers are written in Indonesian directly (DESIGN 7).
"""

from odoo.addons.khbs_registry.papers import words
from odoo.addons.khbs_registry.papers.document import Column, Document

from ..terms import LETTERHEAD

REPORT_STATES = {
    "draft": "belum disampaikan",
    "submitted": "disampaikan",
    "accepted": "diterima",
}
BUDGET_FIGURES = (
    ("dpa", "Pagu DPA"),
    ("ceiling", "Plafon"),
    ("proposed", "Diusulkan"),
    ("approved", "Disetujui"),
    ("decreed", "Ditetapkan"),
    ("disbursed", "SP2D"),
    ("returned", "Retur"),
    ("accounted", "LPJ"),
    ("refunded", "STS"),
    ("free", "Sisa DPA"),
)


def recap(rows, subtitle, closing, signature, as_of):
    """Report 27 of DOMAIN 10.

    :param rows: callable yielding dicts regency, course, role, people, months,
        decreed, paid, tax, net, left; sorted by regency and course
    """
    return Document(
        title="REKAPITULASI BANTUAN KEUANGAN KHUSUS MENURUT KABUPATEN/KOTA DAN PERAN",
        subtitle=subtitle,
        columns=[
            Column("role", "Peran", 58),
            Column("people", "Orang", 18, "integer", total=True),
            Column("months", "Bulan", 18, "integer", total=True),
            Column("decreed", "Ditetapkan", 34, "rupiah", total=True),
            Column("paid", "Dibayarkan", 34, "rupiah", total=True),
            Column("tax", "PPh 21", 28, "rupiah", total=True),
            Column("net", "Neto", 34, "rupiah", total=True),
            Column("left", "Belum/Tidak Dibayarkan", 30, "rupiah", total=True),
        ],
        rows=rows,
        group_key="regency",
        subgroup_key="course",
        letterhead=LETTERHEAD,
        landscape=True,
        closing=closing,
        signature=signature,
        as_of=as_of,
    )


def course(proposal, payments, received, refunded, report):
    """Return one line on the way of a proposal's money.

    :param proposal: name of the period
    :param payments: (number, date) of each SP2D
    :param report: state of the LPJ, or none
    """
    numbers = ", ".join(f"{number} ({words.date(day)})" for number, day in payments)
    parts = [
        f"{proposal}: SP2D {numbers}" if numbers else f"{proposal}: belum ada SP2D"
    ]
    if numbers:
        parts.append(f"diterima {words.rupiah(received)}")
    if refunded:
        parts.append(f"disetor kembali {words.rupiah(refunded)}")
    parts.append(f"LPJ {REPORT_STATES.get(report, 'belum wajib')}")
    return "; ".join(parts)


def budget(rows, subtitle, closing, signature, as_of):
    """The budget screen on paper: by account code and regency.

    :param rows: callable yielding dicts account, regency and the budget figures
    """
    return Document(
        title="PAGU, PENETAPAN DAN PENCAIRAN BANTUAN KEUANGAN KHUSUS",
        subtitle=subtitle,
        columns=[
            Column("regency", "Kabupaten/Kota", 38),
            *(
                Column(key, label, 33, "rupiah", total=True)
                for key, label in BUDGET_FIGURES
            ),
        ],
        rows=rows,
        group_key="account",
        numbered=False,
        letterhead=LETTERHEAD,
        landscape=True,
        closing=closing,
        signature=signature,
        as_of=as_of,
    )
