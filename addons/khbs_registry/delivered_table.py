# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Tables that others deliver, CSV (also zipped) or XLSX, read in constant memory."""

import csv
import datetime
import io
import itertools
import zipfile
from contextlib import contextmanager

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

DELIMITERS = ";,"
ZIP_MAGIC = b"PK\x03\x04"
# A workbook is a ZIP too; this part every one of them has.
XLSX_PART = "[Content_Types].xml"


class TableError(Exception):
    """The file cannot be read as the table it should be.

    :ivar code: "empty", "encoding", "columns", "archive", "broken"
    :ivar detail: what was met: names of columns, a line number
    """

    def __init__(self, code, detail=""):
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class DeliveredTable:
    """The rows of one file under its own header.

    :ivar header: the names in the file's first line, as they stand there
    """

    def __init__(self, rows, columns):
        self._rows = rows
        first = next(rows, None)
        if first is None:
            raise TableError("empty")
        self.header = first[1]
        names = [name.strip().lower() for name in self.header]
        missing = [name for name in columns if name not in names]
        if missing:
            raise TableError("columns", ", ".join(missing))
        self._places = [names.index(name) for name in columns]

    def rows(self):
        """Yield (line, every cell as it stands, the asked columns or None).

        The asked columns are None where the row has not as many cells as the header.
        """
        width = len(self.header)
        for line, cells in self._rows:
            if not any(cells):
                continue
            if len(cells) != width:
                yield line, cells, None
            else:
                yield line, cells, [cells[place].strip() for place in self._places]


@contextmanager
def open_table(path, columns):
    """Open the table at *path*; *columns* are the names it must have, in any order.

    :raises TableError: it is no such table
    """
    with open(path, "rb") as file:
        rows = _rows_of(file)
        try:
            yield DeliveredTable(rows, columns)
        except UnicodeDecodeError as error:
            raise TableError("encoding") from error
        except (csv.Error, zipfile.BadZipFile, InvalidFileException) as error:
            raise TableError("broken", str(error)) from error
        finally:
            rows.close()


def _rows_of(file):
    """Yield (line, cells) of a CSV, of a CSV alone in a ZIP, or of an XLSX."""
    packed = file.read(len(ZIP_MAGIC)) == ZIP_MAGIC
    file.seek(0)
    if not packed:
        yield from _csv_rows(file)
        return
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        if XLSX_PART in names:
            yield from _xlsx_rows(file)
        elif len(names) != 1:
            raise TableError("archive", ", ".join(names[:5]))
        else:
            with archive.open(names[0]) as member:
                yield from _csv_rows(member)


def _csv_rows(file):
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        head = text.readline()
        if not head:
            return
        delimiter = max(DELIMITERS, key=head.count)
        lines = itertools.chain([head], text)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        for cells in reader:
            yield reader.line_num, cells
    finally:
        text.detach()


def _xlsx_rows(file):
    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        width = 0
        for line, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = [_as_text(value) for value in row]
            width = width or len(cells)
            # A sheet does not store the empty cells at the end of a row.
            cells += [""] * (width - len(cells))
            yield line, cells
    finally:
        book.close()


def _as_text(value):
    """Return a cell as a person would have typed it into a CSV file.

    A number too long for a spreadsheet is written as the power of ten that the
    spreadsheet shows: its last digits are gone, and the checks must see that.
    """
    if value is None:
        return ""
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()[:10]
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        if abs(value) >= 1e11:
            return f"{value:.14E}"
        return str(int(value)) if value == int(value) else repr(value)
    return str(value)
