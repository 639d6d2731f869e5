# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The lines of a list of other aid, judged one by one. Knows no Odoo.

A usable line names a NIK or a KK number and a programme that is in use; it may have a
period of its own, else that of the list holds.
"""

import dataclasses
import datetime

from .identity_numbers import SIXTEEN_DIGITS

COLUMNS = ("nik", "no_kk", "program")
# May be missing from the file.
PERIOD_COLUMNS = ("mulai", "selesai")

# code -> (label on the screen, sentence in the reject file)
REFUSALS = {
    "ROW_UNREADABLE": (
        "Row cannot be read",
        "Jumlah sel tidak sama dengan judul kolom.",
    ),
    "NUMBER_MISSING": (
        "Neither NIK nor KK number",
        "NIK dan nomor KK kosong. Isi paling sedikit satu.",
    ),
    "NIK_FORM": (
        "NIK malformed",
        "NIK bukan 16 angka. Perbaiki sesuai KTP-el; isi kolomnya sebagai teks.",
    ),
    "KK_FORM": (
        "KK number malformed",
        "Nomor KK bukan 16 angka. Perbaiki sesuai KK; isi kolomnya sebagai teks.",
    ),
    "PROGRAMME_UNKNOWN": (
        "Unknown programme",
        "Kode program tidak dikenal. Lihat daftar program bantuan.",
    ),
    "PROGRAMME_INACTIVE": (
        "Programme not in use",
        "Program ini tidak diaktifkan sebagai fakta. Hubungi pengelola KHBS.",
    ),
    "PERIOD_IMPOSSIBLE": (
        "Impossible period",
        "Tanggal mulai atau selesai tidak sah. Tulis TTTT-BB-HH, mulai lebih dahulu.",
    ),
}


def sentence(codes):
    """Return the Indonesian text of *codes* for the reject file."""
    return " ".join(REFUSALS[code][1] for code in codes)


@dataclasses.dataclass(frozen=True)
class Fact:
    """A usable line; the two days are None where those of the list hold."""

    nik: str
    kk_number: str
    programme_id: int
    date_from: datetime.date | None = None
    date_to: datetime.date | None = None


class Judge:
    """Says of each line what it tells, or why it is refused.

    :param header: names of the columns as they stand in the file
    :param programmes: {code: id} of the programmes in use
    :param inactive: codes of those that are not
    """

    def __init__(self, header, programmes, inactive=()):
        names = [name.strip().lower() for name in header]
        self._period = [
            names.index(name) if name in names else None for name in PERIOD_COLUMNS
        ]
        self._programmes = programmes
        self._inactive = frozenset(inactive)

    def judge(self, cells, values):
        """Return a :class:`Fact` or the code of a refusal.

        :param cells: all cells of the line
        :param values: those of COLUMNS, or None where the line cannot be read
        """
        if values is None:
            return "ROW_UNREADABLE"
        nik, kk_number, code = values
        if not (nik or kk_number):
            return "NUMBER_MISSING"
        if nik and not SIXTEEN_DIGITS.match(nik):
            return "NIK_FORM"
        if kk_number and not SIXTEEN_DIGITS.match(kk_number):
            return "KK_FORM"
        programme_id = self._programmes.get(code.upper())
        if not programme_id:
            known = code.upper() in self._inactive
            return "PROGRAMME_INACTIVE" if known else "PROGRAMME_UNKNOWN"
        try:
            date_from, date_to = (self._day(cells, place) for place in self._period)
        except ValueError:
            return "PERIOD_IMPOSSIBLE"
        if date_from and date_to and date_to < date_from:
            return "PERIOD_IMPOSSIBLE"
        return Fact(nik, kk_number, programme_id, date_from, date_to)

    def _day(self, cells, place):
        text = cells[place].strip() if place is not None else ""
        return datetime.date.fromisoformat(text) if text else None
