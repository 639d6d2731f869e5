# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The empty workbook in which a roster is delivered. Knows no Odoo."""

import xlsxwriter

from .roster_lines import COLUMNS, OPTIONAL, RANKS

SHEET = "pemangku"
# Width of a column in characters; the others have that of their head.
WIDTHS = {"nama": 32, "nik": 20, "peran": 22, "kode_wilayah": 30, "nomor_sk": 26}


def write(file, roles, areas):
    """Write the workbook into *file*.

    :param roles: (name, code, whether the rank group is required) of those in use
    :param areas: (code, name, district or "") where holders may serve
    """
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    try:
        # Texts stay texts: a NIK must not become a number while it is typed.
        as_text = book.add_format({"num_format": "@"})
        head = book.add_format(
            {"bold": True, "num_format": "@", "bg_color": "#FFF2CC", "border": 1}
        )
        optional = book.add_format({"bold": True, "num_format": "@", "border": 1})
        sheet = book.add_worksheet(SHEET)
        for place, name in enumerate(COLUMNS):
            width = WIDTHS.get(name, max(14, len(name) + 2))
            sheet.set_column(place, place, width, as_text)
        for place, name in enumerate(COLUMNS):
            sheet.write_string(0, place, name, optional if name in OPTIONAL else head)
        sheet.freeze_panes(1, 0)
        _list(
            book,
            "petunjuk",
            ("kolom", "wajib", "isi"),
            (
                (name, "tidak" if name in OPTIONAL else "ya", text)
                for name, text in COLUMNS.items()
            ),
            head,
        )
        _list(
            book,
            "peran",
            ("peran", "kode", "golongan wajib"),
            ((name, code, "ya" if needed else "") for name, code, needed in roles),
            head,
        )
        _list(book, "golongan", ("golongan",), ((name,) for name in RANKS), head)
        _list(book, "wilayah", ("kode_wilayah", "nama", "kecamatan"), areas, head)
    finally:
        book.close()


def _list(book, name, heads, rows, head):
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, len(heads) - 1, 40)
    for place, text in enumerate(heads):
        sheet.write_string(0, place, text, head)
    for number, row in enumerate(rows, start=1):
        for place, text in enumerate(row):
            sheet.write_string(number, place, text)
    sheet.freeze_panes(1, 0)
