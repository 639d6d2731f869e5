# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Annexes I and II as decrees had them that were frozen before 19.0.1.1.0.

They are drawn no more, for a frozen decree is never rendered again; but their digest
is compared with the list that is paid, and a digest is of a form.
"""

from odoo.addons.khbs_registry.papers.document import Column, Document


def recap_annex(rows, period, as_of):
    """Annex I: by regency and role.

    :param rows: callable yielding dicts regency, role, people, months, amount
    """
    return Document(
        title="REKAPITULASI PENERIMA DAN BESARAN BANTUAN KEUANGAN KHUSUS "
        "MENURUT KABUPATEN/KOTA DAN PERAN",
        subtitle=[period],
        columns=[
            Column("role", "Peran", 70),
            Column("people", "Jumlah Orang", 26, "integer", total=True),
            Column("months", "Jumlah Bulan", 26, "integer", total=True),
            Column("amount", "Jumlah", 40, "rupiah", total=True),
        ],
        rows=rows,
        group_key="regency",
        as_of=as_of,
    )


def name_annex(rows, period, as_of):
    """Annex II: by name, with the number of months and not which.

    :param rows: callable yielding dicts regency, name, role, area, letter, rate,
        months, amount
    """
    return Document(
        title="DAFTAR NAMA PENERIMA DAN BESARAN BANTUAN KEUANGAN KHUSUS",
        subtitle=[period],
        columns=[
            Column("name", "Nama", 56),
            Column("role", "Peran", 36),
            Column("area", "Wilayah Tugas", 52),
            Column("letter", "Dasar Penugasan", 46),
            Column("rate", "Besaran per Bulan", 28, "rupiah"),
            Column("months", "Bulan", 14, "integer"),
            Column("amount", "Jumlah", 32, "rupiah", total=True),
        ],
        rows=rows,
        group_key="regency",
        landscape=True,
        as_of=as_of,
    )
