# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The annexes of the decree: I by regency and role, II by name."""

from odoo.addons.khbs_registry.papers.document import Column, Document


def recap_annex(rows, period, as_of):
    """Annex I: per regency and role, so many people and so much money.

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
    """Annex II: every holder by name, as verified.

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
