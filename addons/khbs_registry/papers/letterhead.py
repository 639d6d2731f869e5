# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The letterheads that hold until the province sets its own."""

from .document import Letterhead

DEFAULTS = {
    "governor": Letterhead(lines=("GUBERNUR KALIMANTAN TENGAH",)),
    "opd": Letterhead(
        lines=("PEMERINTAH PROVINSI KALIMANTAN TENGAH", "DINAS SOSIAL"),
        address=("Palangka Raya",),
    ),
    "finance": Letterhead(
        lines=(
            "PEMERINTAH PROVINSI KALIMANTAN TENGAH",
            "BADAN KEUANGAN DAN ASET DAERAH",
        ),
        address=("Palangka Raya",),
    ),
}


def resolve(letterhead):
    """Return the :class:`Letterhead` that a document's field names, or none."""
    if isinstance(letterhead, str):
        return DEFAULTS[letterhead]
    return letterhead
