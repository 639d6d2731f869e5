# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Payment lines as a file in the columns that a treasurer's bank or tax tool wants.

Knows no Odoo: a layout, rows of plain values, bytes out.
"""

import csv
import io
from dataclasses import dataclass, field
from datetime import date

from xlsxwriter import Workbook

CSV, FIXED, XLSX = "csv", "fixed", "xlsx"
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
EXTENSIONS = {CSV: "csv", FIXED: "txt", XLSX: "xlsx"}
DATES = {"iso": "%Y-%m-%d", "slash": "%d/%m/%Y", "dash": "%d-%m-%Y", "plain": "%Y%m%d"}
# Kind of each value that a column may hold; the others are text.
AMOUNTS = frozenset({"gross", "base", "tax", "net"})
NUMBERS = frozenset({"number"})
# A spreadsheet would take such a text for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class LayoutError(ValueError):
    """A value does not fit its column; it says how long it is, never the value.

    :ivar column: header of the column
    :ivar row: number of the row, from one; 0 where the column itself has no width
    :ivar length: characters of the value
    """

    def __init__(self, column, row=0, length=0):
        super().__init__(f"{column}: row {row}, {length} characters")
        self.column = column
        self.row = row
        self.length = length


@dataclass(frozen=True)
class Column:
    """One column.

    :ivar key: key of the value in a row, or ``constant``
    :ivar width: most characters of a text; exactly so many in a fixed file
    :ivar constant: what stands in every row of a constant column
    """

    key: str
    header: str = ""
    width: int = 0
    constant: str = ""


@dataclass(frozen=True)
class Layout:
    file_type: str = CSV
    delimiter: str = "comma"
    with_header: bool = True
    date_format: str = "iso"
    amount_format: str = "plain"
    columns: list[Column] = field(default_factory=list)


def amount(value, form):
    """Return whole rupiah as *form* writes them.

    plain 750000, dots 750.000, point 750000.00, comma 750000,00
    """
    if form == "dots":
        return f"{value:,}".replace(",", ".")
    return f"{value}" + {"plain": "", "point": ".00", "comma": ",00"}[form]


def content(layout, rows):
    """Return the bytes of the file over *rows*, dicts of plain values.

    :raises LayoutError: a number is longer than its column
    """
    if layout.file_type == XLSX:
        return _workbook(layout, rows)
    lines = [
        [_text(layout, column, row, number) for column in layout.columns]
        for number, row in enumerate(rows, start=1)
    ]
    head = [column.header for column in layout.columns]
    if layout.file_type == FIXED:
        return _fixed(layout, [head] * layout.with_header, lines)
    file = io.StringIO()
    writer = csv.writer(file, delimiter=DELIMITERS[layout.delimiter])
    if layout.with_header:
        writer.writerow(head)
    writer.writerows(
        [
            _harmless(cell, column)
            for cell, column in zip(line, layout.columns, strict=True)
        ]
        for line in lines
    )
    return file.getvalue().encode()


def _harmless(cell, column):
    """Return a text that no spreadsheet runs as a formula."""
    if column.key in AMOUNTS or not cell.startswith(_FORMULA):
        return cell
    return f"'{cell}"


def _text(layout, column, row, number):
    value = column.constant if column.key == "constant" else row.get(column.key)
    if value is None or value is False:
        text = ""
    elif isinstance(value, date):
        text = value.strftime(DATES[layout.date_format])
    elif column.key in AMOUNTS:
        text = amount(value, layout.amount_format)
    else:
        text = " ".join(str(value).split())
    if column.width and len(text) > column.width:
        if column.key not in ("name", "account_name", "area", "role", "decree"):
            # Half a number is another number.
            raise LayoutError(column.header or column.key, number, len(text))
        text = text[: column.width].rstrip()
    return text


def _fixed(layout, heads, lines):
    for column in layout.columns:
        if not column.width:
            raise LayoutError(column.header or column.key)

    def padded(cells, head=False):
        for cell, column in zip(cells, layout.columns, strict=True):
            right = not head and column.key in AMOUNTS | NUMBERS
            cell = cell[: column.width]
            yield cell.rjust(column.width) if right else cell.ljust(column.width)

    text = [
        *("".join(padded(head, head=True)) for head in heads),
        *("".join(padded(line)) for line in lines),
    ]
    return "".join(f"{line}\r\n" for line in text).encode()


def _workbook(layout, rows):
    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet()
    money = book.add_format({"num_format": "#,##0"})
    first = 0
    if layout.with_header:
        bold = book.add_format({"bold": True})
        for place, column in enumerate(layout.columns):
            sheet.write_string(0, place, column.header, bold)
        first = 1
    for number, row in enumerate(rows, start=first):
        for place, column in enumerate(layout.columns):
            if column.key in AMOUNTS and layout.amount_format in ("plain", "dots"):
                form = money if layout.amount_format == "dots" else None
                sheet.write_number(number, place, row[column.key], form)
            else:
                # An account number is a text: its zeros and last digits stay.
                text = _text(layout, column, row, number - first + 1)
                sheet.write_string(number, place, text)
    for place, column in enumerate(layout.columns):
        sheet.set_column(place, place, column.width or max(12, len(column.header) + 2))
    book.close()
    return file.getvalue()
