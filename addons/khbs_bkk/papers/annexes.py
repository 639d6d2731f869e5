# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The annexes of the decree: I by regency and role, II by name, III what changed."""

from odoo.addons.khbs_registry.papers import words
from odoo.addons.khbs_registry.papers.document import Column, Document

_RECAP = "REKAPITULASI PENERIMA DAN BESARAN BANTUAN KEUANGAN KHUSUS MENURUT"
_NAMES = "DAFTAR NAMA PENERIMA DAN BESARAN BANTUAN KEUANGAN KHUSUS"
# Months are named on each line of a long list: short, so that they fit.
_SHORT = tuple(name[:3] for name in words.MONTHS)


def recap_annex(rows, period, as_of, villages=False):
    """Annex I: per regency and role, so many people and so much money.

    :param rows: callable yielding dicts regency, role, people, months, amount, and
        district and payee where the money goes to villages
    :param villages: the treasuries of villages are paid
    """
    columns = [
        Column("role", "Peran", 70),
        Column("people", "Jumlah Orang", 26, "integer", total=True),
        Column("months", "Jumlah Bulan", 26, "integer", total=True),
        Column("amount", "Jumlah", 40, "rupiah", total=True),
    ]
    if villages:
        columns.insert(0, Column("payee", "Desa Penerima", 50))
    return Document(
        title=f"{_RECAP} {'DESA' if villages else 'KABUPATEN/KOTA'} DAN PERAN",
        subtitle=[period],
        columns=columns,
        rows=rows,
        group_key="regency",
        subgroup_key="district" if villages else None,
        as_of=as_of,
    )


def name_annex(rows, period, as_of):
    """Annex II: every holder by name, as verified.

    :param rows: callable yielding dicts regency, district, name, role, area, letter,
        rate, span, months, amount
    """
    return Document(
        title=_NAMES,
        subtitle=[period],
        columns=[
            Column("name", "Nama", 58),
            Column("role", "Peran", 36),
            Column("area", "Wilayah Tugas", 46),
            Column("letter", "Dasar Penugasan", 46),
            Column("rate", "Besaran per Bulan", 26, "rupiah"),
            Column("span", "Masa", 22),
            Column("months", "Jumlah Bulan", 16, "integer"),
            Column("amount", "Jumlah", 28, "rupiah", total=True),
        ],
        rows=rows,
        group_key="regency",
        subgroup_key="district",
        landscape=True,
        as_of=as_of,
    )


def change_annex(rows, period, as_of):
    """Annex III of an amendment: what the annexes said, and what they say now.

    Why stays with the correction: it may say of a person what is nobody's business.

    :param rows: callable yielding dicts regency, name, role, kind, before, after
    """
    return Document(
        title="DAFTAR PERUBAHAN PENERIMA DAN BESARAN BANTUAN KEUANGAN KHUSUS",
        subtitle=[period],
        columns=[
            Column("name", "Nama", 52),
            Column("role", "Peran", 34),
            Column("kind", "Yang Diubah", 30),
            Column("before", "Semula", 70),
            Column("after", "Menjadi", 70),
        ],
        rows=rows,
        group_key="regency",
        landscape=True,
        as_of=as_of,
    )


def name_row(line):
    """Return the row of annex II of *line*, a dict of the kept columns."""
    district = line["district_name"]
    return {
        "regency": line["regency"],
        "district": f"Kecamatan {district}" if district else "Tingkat kabupaten/kota",
        "area_code": line["area_code"],
        "name": line["name"],
        "role": line["role_name"],
        "area": line["area_names"],
        "letter": line["letter"],
        "rate": line["rate_amount"],
        "span": short_span(line["month_from"], line["months"]),
        "months": line["months"],
        "amount": line["amount"],
    }


def short_span(first, count):
    """Return the months of a line as Jan s.d. Mar."""
    begins = f"{_SHORT[first.month - 1]} s.d. " if count > 1 else ""
    return begins + _SHORT[first.month + count - 2]
