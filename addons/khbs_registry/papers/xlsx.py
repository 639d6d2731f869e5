# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A table paper as an Excel workbook, written row by row.

Every text is written as text: a cell never becomes a formula.
"""

import xlsxwriter

from . import words
from .document import Summary, walk

# Excel's numbers of the paper sizes; 14 is Folio, 8.5 x 13 inch, which is F4.
_PAPER_INDEX = {"A4": 9, "F4": 14}
_SHEET_NAME = "Data"
# A sheet drops in silence what is written below its last row.
MOST_ROWS = 1 << 20


def render(document, fileobj):
    """Write *document* as XLSX into *fileobj* and return its :class:`Summary`."""
    summary = Summary()
    book = xlsxwriter.Workbook(fileobj, {"constant_memory": True})
    created = words.utc(document.as_of).replace(tzinfo=None)
    book.set_properties({"title": document.title, "created": created})
    sheet = book.add_worksheet(_SHEET_NAME)
    sheet.set_paper(_PAPER_INDEX[document.paper])
    if document.landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&RHalaman &P dari &N")
    formats = _formats(book)
    header_row = _write_head(sheet, document, formats)
    sheet.repeat_rows(header_row)
    sheet.freeze_panes(header_row + 1, 0)
    row_index = header_row
    for line in walk(document, summary):
        row_index += 1
        if row_index >= MOST_ROWS:
            raise ValueError(f"{document.title}: more rows than a sheet holds")
        _write_line(sheet, row_index, document, line, formats)
    book.close()
    return summary


def _formats(book):
    cell = {"border": 1, "valign": "top"}
    sum_cell = {**cell, "bold": True, "bg_color": "#E8E8E8"}
    return {
        "title": book.add_format({"bold": True, "font_size": 13}),
        "note": book.add_format({"font_color": "#444444"}),
        "header": book.add_format(
            {**cell, "bold": True, "text_wrap": True, "align": "center"}
        ),
        "group": book.add_format({**cell, "bold": True}),
        "text": book.add_format(cell),
        "integer": book.add_format({**cell, "num_format": "#,##0"}),
        "rupiah": book.add_format({**cell, "num_format": "#,##0"}),
        "date": book.add_format({**cell, "num_format": "dd/mm/yyyy"}),
        "share": book.add_format({**cell, "align": "right"}),
        "sum_text": book.add_format(sum_cell),
        "sum_number": book.add_format({**sum_cell, "num_format": "#,##0"}),
    }


def _write_head(sheet, document, formats):
    offset = 1 if document.numbered else 0
    if offset:
        sheet.set_column(0, 0, 6)
    for index, column in enumerate(document.columns, offset):
        sheet.set_column(index, index, max(8, column.width * 0.55))
    heading = [
        " : ".join(line) if isinstance(line, tuple) else line
        for line in document.heading
    ]
    lines = [*heading, document.title, *document.subtitle]
    for index, line in enumerate(lines):
        style = "title" if line == document.title else "note"
        sheet.write_string(index, 0, line, formats[style])
    index = len(lines)
    note = f"Keadaan data per {words.moment(document.as_of)}"
    sheet.write_string(index, 0, note, formats["note"])
    if document.code:
        index += 1
        note = f"Kode verifikasi: {document.code}"
        sheet.write_string(index, 0, note, formats["note"])
    index += 2
    if offset:
        sheet.write_string(index, 0, "No", formats["header"])
    for column_index, column in enumerate(document.columns, offset):
        sheet.write_string(index, column_index, column.heading, formats["header"])
    return index


def _write_line(sheet, index, document, line, formats):
    offset = 1 if document.numbered else 0
    if line.kind == "row":
        if offset:
            sheet.write_number(index, 0, line.number, formats["integer"])
        for column_index, column in enumerate(document.columns, offset):
            value = line.values.get(column.key)
            _write_cell(sheet, index, column_index, column.kind, value, formats)
        return
    style = "group" if line.kind in ("group", "subgroup") else "sum_text"
    for column_index in range(len(document.columns) + offset):
        sheet.write_blank(index, column_index, None, formats[style])
    sheet.write_string(index, 0, line.label, formats[style])
    for column_index, column in enumerate(document.columns, offset):
        if column.key in line.values:
            value = line.values[column.key]
            sheet.write_number(index, column_index, value, formats["sum_number"])


def _write_cell(sheet, index, column_index, kind, value, formats):
    style = formats[kind]
    if value is None or value is False or value == "":
        sheet.write_blank(index, column_index, None, style)
    elif kind in ("text", "share"):
        sheet.write_string(index, column_index, str(value), style)
    elif kind == "date":
        sheet.write_datetime(index, column_index, value, style)
    else:
        sheet.write_number(index, column_index, value, style)
