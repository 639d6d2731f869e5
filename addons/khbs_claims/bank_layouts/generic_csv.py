# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The generic layout as CSV: UTF-8, semicolons, as Indonesian spreadsheets open it."""

import csv
import io

from . import tables
from .records import LayoutError

CODE = "csv"
LABEL = "CSV"
EXTENSION = "csv"
MIMETYPE = "text/csv"
KINDS = ("opening", "transfer")


def write_order(order, lines, file):
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows(tables.order_rows(order, lines))
    text.detach()


def read_order(file):
    return tables.parse_order(_rows(file))


def read_result(file):
    return tables.parse_result(_rows(file))


def _rows(file):
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=";", strict=True)
    try:
        yield from reader
    except UnicodeDecodeError as error:
        raise LayoutError("encoding") from error
    except csv.Error as error:
        raise LayoutError("csv", row=reader.line_num) from error
