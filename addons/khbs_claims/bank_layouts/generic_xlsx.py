# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The generic layout as XLSX: numbers of accounts are text, amounts are numbers."""

import zipfile

import openpyxl
import xlsxwriter

from . import tables
from .records import LayoutError

CODE = "xlsx"
LABEL = "XLSX"
EXTENSION = "xlsx"
MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = ("opening", "transfer")


def write_order(order, lines, file):
    with xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_numbers": False}
    ) as book:
        sheet = book.add_worksheet("KHBS")
        text = book.add_format({"num_format": "@"})
        for row, cells in enumerate(tables.order_rows(order, lines)):
            for column, cell in enumerate(cells):
                if isinstance(cell, int):
                    sheet.write_number(row, column, cell)
                elif cell:
                    sheet.write_string(row, column, cell, text)


def read_order(file):
    return tables.parse_order(_rows(file))


def read_result(file):
    return tables.parse_result(_rows(file))


def _rows(file):
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise LayoutError("workbook") from error
    sheet = book.worksheets[0]
    # A written dimension may be wrong; without it openpyxl reads what is there.
    sheet.reset_dimensions()
    width = max(len(tables.ORDER_COLUMNS), len(tables.RESULT_COLUMNS))
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [_text(value, number, column) for column, value in enumerate(row)]
        yield cells + [""] * (width - len(cells))


def _text(value, row, column):
    """Return a cell as text.

    Only amounts and counts may be numbers: a spreadsheet that took an account number
    for one has lost digits of it.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if row > 2 and column != tables.ORDER_COLUMNS.index("amount"):
            raise LayoutError("number", row=row, column=column + 1)
        return str(value)
    raise LayoutError("text", row=row, column=column + 1)
