# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Tables that others deliver, CSV (also zipped) or XLSX, read in constant memory."""

import codecs
import csv
import io
import itertools
import os
import zipfile
import zlib
from contextlib import contextmanager

from openpyxl.utils.exceptions import InvalidFileException

from .packed_file import Locked, PackedFile, TooLarge
from .sheet_rows import MergedRow, sheet_rows

DELIMITERS = ";,"
ZIP_MAGIC = b"PK\x03\x04"
# A workbook is a ZIP too; this part every one of them has.
XLSX_PART = "[Content_Types].xml"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
PIECE = 1 << 20
# Characters of a line; who has no ends of lines has no table.
LONGEST_LINE = 1 << 20
# Bytes of a row of a person, and how often a ZIP of them has their size.
ROW_BYTES = 140
PACKED = 5


class TableError(Exception):
    """The file cannot be read as the table it should be.

    :ivar code: "empty", "encoding", "columns", "archive", "large", "locked", "broken"
    :ivar detail: what was met: names of columns, a line number
    """

    def __init__(self, code, detail=""):
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class DeliveredTable:
    """The rows of one file under its own header.

    :ivar header: the names in the file's first line, as they stand there
    :ivar encoding: "utf-8", "utf-8-sig", "cp1252" or "xlsx"
    :ivar line_count: lines of a CSV; 0 where only reading all of it would tell
    """

    def __init__(self, rows, encoding, line_count=0, header_line=1):
        self._rows = rows
        self.encoding = encoding
        self.line_count = line_count
        first = next((row for row in rows if row[0] >= header_line), None)
        if first is None:
            raise TableError("empty")
        self.header = list(first[1])
        self._width = len(self.header)
        self._places = []

    def choose(self, columns, heads=None, optional=()):
        """Say which columns are asked for, and under which head each one stands.

        :param heads: dict of a column to its head in the file; its own name otherwise
        :param optional: columns that the file need not have; they read as empty
        :raises TableError: others are missing
        """
        names = [name.strip().lower() for name in self.header]
        wanted = {
            column: ((heads or {}).get(column) or column).strip().lower()
            for column in columns
        }
        missing = [
            head
            for column, head in wanted.items()
            if head not in names and column not in optional
        ]
        if missing:
            raise TableError("columns", ", ".join(missing))
        self._places = [
            names.index(head) if head in names else None for head in wanted.values()
        ]

    def rows(self):
        """Yield (line, every cell as it stands, the asked columns or None).

        The asked columns are None where the row has not as many cells as the header,
        or where an asked cell is covered by a merged range.
        """
        width, places = self._width, self._places
        whole = None not in places
        for line, cells in self._rows:
            if not any(cells):
                continue
            if len(cells) != width or self._is_merged(cells):
                yield line, cells, None
            elif whole:
                yield line, cells, [cells[place].strip() for place in places]
            else:
                yield (
                    line,
                    cells,
                    ["" if place is None else cells[place].strip() for place in places],
                )

    def _is_merged(self, cells):
        return isinstance(cells, MergedRow) and any(
            place in cells.merged for place in self._places
        )

    def guess(self, cells):
        """Return the asked columns of a row that :meth:`rows` gave up, as they seem.

        :return: (whether cells are merged, texts; "" where there is no such cell)
        """
        merged = cells.merged if isinstance(cells, MergedRow) else {}
        texts = []
        for place in self._places:
            seen = place is not None and place < len(cells)
            texts.append(merged.get(place, cells[place]).strip() if seen else "")
        return bool(merged), texts


def estimated_rows(path):
    """Return about how many rows the file at *path* has, without reading it."""
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        if file.read(len(ZIP_MAGIC)) == ZIP_MAGIC:
            size *= PACKED
    return size // ROW_BYTES


@contextmanager
def open_table(path, columns=None, header_line=1):
    """Open the table at *path*.

    :param columns: the names it must have, in any order; None where the caller asks
        for them by :meth:`DeliveredTable.choose`
    :raises TableError: it is no such table
    """
    try:
        with open(path, "rb") as file, _open_rows(file) as (rows, *about):
            table = DeliveredTable(rows, *about, header_line=header_line)
            if columns:
                table.choose(columns)
            yield table
    except UnicodeDecodeError as error:
        raise TableError("encoding") from error
    except TooLarge as error:
        raise TableError("large") from error
    except Locked as error:
        raise TableError("locked") from error
    except (
        csv.Error,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        InvalidFileException,
    ) as error:
        raise TableError("broken", str(error)) from error


@contextmanager
def _open_rows(file):
    """Give ((line, cells)..., encoding, number of lines or 0) of a CSV, of one alone
    in a ZIP, or of an XLSX.
    """
    packed = file.read(len(ZIP_MAGIC)) == ZIP_MAGIC
    file.seek(0)
    if not packed:
        encoding, lines = _encoding_of(file)
        file.seek(0)
        with _csv_rows(file, encoding) as rows:
            yield rows, encoding, lines
        return
    with PackedFile(file) as archive:
        names = archive.namelist()
        if XLSX_PART in names:
            with sheet_rows(archive) as rows:
                yield rows, "xlsx", 0
            return
        if len(names) != 1:
            raise TableError("archive", ", ".join(names[:5]))
        with archive.open(names[0]) as member:
            encoding, lines = _encoding_of(member)
        with archive.open(names[0]) as member, _csv_rows(member, encoding) as rows:
            yield rows, encoding, lines


def _encoding_of(file):
    """Return (what *file* is written in, its lines).

    It is UTF-8 if it can be, else Windows-1252.
    """
    lines = 0
    piece = file.read(PIECE)
    if piece[:2] in UTF_16:
        raise TableError("encoding")
    encoding = "utf-8-sig" if piece.startswith(codecs.BOM_UTF8) else "utf-8"
    decoders = {
        name: codecs.getincrementaldecoder(name)() for name in (encoding, "cp1252")
    }
    while piece:
        lines += piece.count(b"\n")
        for name, decoder in list(decoders.items()):
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                del decoders[name]
        piece = file.read(PIECE)
    if encoding in decoders:
        try:
            decoders[encoding].decode(b"", final=True)
        except UnicodeDecodeError:
            del decoders[encoding]
    if not decoders:
        raise TableError("encoding")
    return next(iter(decoders)), lines


@contextmanager
def _csv_rows(file, encoding):
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield _read_csv(text)
    finally:
        text.detach()


def _read_csv(text):
    lines = _lines(text)
    head = next(lines, None)
    if not head:
        return
    delimiter = max(DELIMITERS, key=head.count)
    lines = itertools.chain([head], lines)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    for cells in reader:
        yield reader.line_num, cells


def _lines(text):
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise csv.Error(f"line {number} has no end")
        yield line
