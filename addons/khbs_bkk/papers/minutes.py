# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The minutes of verification (DOMAIN 10 no. 22)."""

from odoo.addons.khbs_registry.papers.document import Column, Document

VERDICT_WORDS = {
    "accepted": "Disetujui",
    "cut": "Dikurangi",
    "rejected": "Ditolak",
    "returned": "Dikembalikan",
    "pending": "-",
}


def minutes(rows, subtitle, closing, signature, as_of):
    """Minutes of verification (DOMAIN 10 no. 22): what was asked and what is left.

    :param rows: callable yielding dicts name, role, area, proposed, approved,
        verdict, reason
    """
    return Document(
        title="BERITA ACARA VERIFIKASI USULAN BANTUAN KEUANGAN KHUSUS",
        subtitle=subtitle,
        columns=[
            Column("name", "Nama", 54),
            Column("role", "Peran", 36),
            Column("area", "Wilayah Tugas", 48),
            Column("proposed", "Diusulkan", 30, "rupiah", total=True),
            Column("approved", "Disetujui", 30, "rupiah", total=True),
            Column("verdict", "Hasil", 20),
            Column("reason", "Alasan", 46),
        ],
        rows=rows,
        landscape=True,
        closing=closing,
        signature=signature,
        as_of=as_of,
    )
