# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The paper of a delivery: what it does, by regency. Knows no Odoo."""

from .document import Column, Document

UNKNOWN_REGENCY = "Wilayah tidak dikenal"


def preview(subtitle, rows, as_of, closing):
    """Return the families of a delivery by what becomes of them.

    :param rows: callable yielding dicts regency, new, changed, unchanged, gone,
        rejected, decile_moved, village_moved, excluded, held
    """
    numbers = (
        ("new", "Baru"),
        ("changed", "Berubah"),
        ("unchanged", "Tetap"),
        ("gone", "Tidak ada lagi"),
        ("rejected", "Ditolak"),
        ("decile_moved", "Desil berubah"),
        ("village_moved", "Pindah desa"),
        ("excluded", "Kini dikecualikan"),
        ("held", "Nilai lokal ditahan"),
    )
    return Document(
        title="PRATINJAU KIRIMAN DTSEN PER KABUPATEN/KOTA",
        subtitle=subtitle,
        columns=[
            Column("regency", "Kabupaten/Kota", 56),
            *(
                Column(key, label, 24, kind="integer", total=True)
                for key, label in numbers
            ),
        ],
        rows=rows,
        landscape=True,
        as_of=as_of,
        closing=closing,
    )
