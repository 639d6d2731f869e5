# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime

from odoo.addons.khbs_registry.papers.document import Column, Document

ROWS = (
    {"regency": "Katingan", "name": "WARGA CONTOH 1", "members": 3, "amount": 250000},
    {"regency": "Katingan", "name": "WARGA CONTOH 2", "members": 5, "amount": 250000},
    {"regency": "Seruyan", "name": "=1+1", "members": 1, "amount": 400000},
)
COLUMNS = [
    Column("name", "Nama Kepala Keluarga", 60),
    Column("members", "Anggota", 20, kind="integer", total=True),
    Column("amount", "Besaran", 30, kind="rupiah", total=True),
]
CLAUSES = {
    "menimbang": ["bahwa keluarga miskin perlu dibantu;"],
    "mengingat": ["Undang-Undang Nomor 14 Tahun 2023;"],
    "memperhatikan": ["Berita Acara Verifikasi;"],
    "diktum": [
        "Penerima sebagaimana tercantum dalam Lampiran.",
        "Keputusan Gubernur ini mulai berlaku pada tanggal ditetapkan.",
    ],
    "tembusan": ["Menteri Dalam Negeri;"],
}


def a_document(rows=ROWS, **changes):
    """Return a small table paper, by regency, with sums."""
    values = {
        "title": "DAFTAR PENERIMA KHBS",
        "columns": COLUMNS,
        "rows": lambda: iter(rows),
        "as_of": datetime(2026, 11, 22, 1, 5),
        "group_key": "regency",
    }
    return Document(**{**values, **changes})
