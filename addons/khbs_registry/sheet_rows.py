# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The rows of the first sheet of an XLSX, in constant memory.

openpyxl reads what is small (which part is the sheet, which styles are dates). The
sheet itself goes through expat a piece at a time, and the shared strings, which may be
as large as the sheet, stand in a file.
"""

import array
import datetime
import mmap
import re
import tempfile
import xml.parsers.expat
import zipfile
from contextlib import contextmanager

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel
from openpyxl.xml.constants import SHARED_STRINGS

PIECE = 1 << 16
# A number of more digits than these has lost its last ones in a spreadsheet's cell.
LONG_NUMBER = 1e11
# A sheet of Excel ends there; so many columns no delivery has.
MOST_ROWS = 1 << 20
MOST_COLUMNS = 1 << 10
LETTERS = re.compile(r"[A-Z]+")
MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"'
)


class MergedRow(list):
    """The cells of a row of which some are covered by a merged range.

    :ivar merged: dict of a covered cell's place to the text that the range shows
    """

    merged = {}


class _Head(ExcelReader):
    """Reads what stands around the cells: where they are, which styles are dates."""

    strings_part = None
    sheet_part = None

    def __init__(self, archive):
        super().__init__(archive.fp, read_only=True, keep_links=False, data_only=True)
        self.archive = archive

    def look_around(self):
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)
        sheets = [
            (sheet.state != "visible", rel.target)
            for sheet, rel in self.parser.find_sheets()
            if rel.target in self.valid_files and "chartsheet" not in rel.Type
        ]
        if not sheets:
            raise zipfile.BadZipFile("sheet")
        # The first that whoever opens the workbook sees.
        self.sheet_part = min(sheets, key=lambda sheet: sheet[0])[1]

    def read_strings(self):
        part = self.package.find(SHARED_STRINGS)
        self.strings_part = part and part.PartName[1:]


@contextmanager
def sheet_rows(archive):
    """Give an iterator over (row number, cells as texts) of the first sheet.

    Every row has as many cells as the first one at least; a row with cells of a merged
    range is a :class:`MergedRow`.

    :param archive: PackedFile
    """
    head = _Head(archive)
    try:
        head.look_around()
    except (
        *(AttributeError, KeyError, OSError, TypeError, ValueError),
        SyntaxError,  # of the XML
    ) as error:
        raise zipfile.BadZipFile("workbook") from error
    part = head.sheet_part
    with _shared(archive, head.strings_part) as texts:
        merges = _Merges(_merged_ranges(archive, part))
        parser = _SheetParser(texts, head.wb._date_formats, head.wb.epoch)
        with archive.open(part) as source:
            yield _padded(parser.rows(source), merges)


def _padded(rows, merges):
    width = 0
    for number, cells in rows:
        # A sheet does not store the empty cells at the end of a row.
        width = width or len(cells)
        cells += [""] * (width - len(cells))
        yield number, merges.apply(number, cells)


class _Merges:
    """Says which cells a merged range covers, row by row from above.

    :param ranges: (first row, last row, first column, last column), sorted
    """

    def __init__(self, ranges):
        self._coming = iter(ranges)
        self._next = next(self._coming, None)
        self._open = []

    def apply(self, number, cells):
        while self._next and self._next[0] <= number:
            first_row, last_row, first, last = self._next
            shown = ""
            if first_row == number and first < len(cells):
                shown = cells[first]
            self._open.append((first_row, last_row, first, last, shown))
            self._next = next(self._coming, None)
        if not self._open:
            return cells
        self._open = [one for one in self._open if one[1] >= number]
        merged = {
            place: shown
            for first_row, _last_row, first, last, shown in self._open
            for place in range(first, min(last + 1, len(cells)))
            if number > first_row or place > first
        }
        if not merged:
            return cells
        row = MergedRow(cells)
        row.merged = merged
        return row


def _merged_ranges(archive, part):
    """Return the merged ranges of a sheet, columns counted from 0, in their order."""
    found = []
    rest = b""
    with archive.open(part) as source:
        while piece := source.read(PIECE):
            text = rest + piece
            for match in MERGED.finditer(text):
                left, top, right, bottom = match.groups()
                found.append(
                    (
                        int(top),
                        int(bottom),
                        column_index_from_string(left.decode()) - 1,
                        column_index_from_string(right.decode()) - 1,
                    )
                )
            # A tag may be cut in two by the end of a piece.
            rest = text[text.rfind(b"<") :] if b"<" in text[-200:] else b""
            if MERGED.match(rest):
                rest = b""
    return sorted(found)


class _Parser:
    """Feeds a part of the archive to expat."""

    def __init__(self):
        self._expat = xml.parsers.expat.ParserCreate()
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._data
        self._expat.StartDoctypeDeclHandler = self._refuse_doctype
        self._number = 0
        self._text = []
        self._inside = False
        self._phonetic = False

    def _pieces(self, source):
        while piece := source.read(PIECE):
            self._parse(piece)
            yield
        self._parse(b"", last=True)
        yield

    def _parse(self, piece, last=False):
        try:
            self._expat.Parse(piece, last)
        except xml.parsers.expat.ExpatError as error:
            raise zipfile.BadZipFile(f"XML, line {error.lineno}") from error
        except (ValueError, LookupError, OverflowError) as error:
            raise zipfile.BadZipFile(f"row {self._number}") from error

    def _refuse_doctype(self, *_declared):
        # No workbook has one; entities that grow without end are declared in it.
        raise ValueError("DOCTYPE")

    def _data(self, text):
        if self._inside:
            self._text.append(text)


class _StringParser(_Parser):
    """Writes the shared strings one after another into a file."""

    def __init__(self, file):
        super().__init__()
        self._file = file
        self.ends = array.array("Q", [0])

    def read_all(self, source):
        for _piece in self._pieces(source):
            pass

    def _start(self, name, _attributes):
        name = name.rpartition(":")[2]
        if name == "si":
            self._text = []
        elif name == "rPh":
            self._phonetic = True
        elif name == "t":
            self._inside = not self._phonetic

    def _end(self, name):
        name = name.rpartition(":")[2]
        if name == "t":
            self._inside = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "si":
            content = "".join(self._text).encode()
            self._file.write(content)
            self.ends.append(self.ends[-1] + len(content))


@contextmanager
def _shared(archive, part):
    """Give a function from the number of a shared string to its text."""
    with tempfile.TemporaryFile() as file:
        parser = _StringParser(file)
        if part:
            with archive.open(part) as source:
                parser.read_all(source)
        # A file of nothing cannot be mapped.
        file.write(b"\0")
        file.flush()
        ends = parser.ends

        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as texts:

            def text_of(number):
                if number < 0:
                    raise LookupError(number)
                return texts[ends[number] : ends[number + 1]].decode()

            yield text_of


class _SheetParser(_Parser):
    """Turns the XML of a sheet into rows of texts."""

    def __init__(self, shared, date_styles, epoch):
        super().__init__()
        self._shared = shared
        self._date_styles = date_styles
        self._epoch = epoch
        self._places = {}
        self._rows = []
        self._cells = []
        self._place = -1
        self._kind = "n"
        self._style = 0

    def rows(self, source):
        """Yield (row number, cells) of the rows that the sheet stores."""
        for _piece in self._pieces(source):
            yield from self._rows
            self._rows.clear()

    def _start(self, name, attributes):
        name = name.rpartition(":")[2]
        if name == "c":
            reference = attributes.get("r")
            self._place = self._place_of(reference) if reference else self._place + 1
            self._kind = attributes.get("t", "n")
            self._style = int(attributes.get("s", 0))
            self._text = []
        elif name in ("v", "t"):
            self._inside = not self._phonetic
        elif name == "rPh":
            self._phonetic = True
        elif name == "row":
            number = int(attributes.get("r", self._number + 1))
            # Rows are known by their numbers, and read on behind the last one.
            if not self._number < number <= MOST_ROWS:
                raise ValueError(number)
            self._number = number
            self._cells = []
            self._place = -1

    def _end(self, name):
        name = name.rpartition(":")[2]
        if name in ("v", "t"):
            self._inside = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "c":
            self._add_cell(self._as_text("".join(self._text)))
        elif name == "row":
            self._rows.append((self._number, self._cells))

    def _add_cell(self, text):
        """Add a cell that says something; of the others a sheet may have any number."""
        if not text:
            return
        missing = self._place - len(self._cells)
        if missing < 0 or self._place >= MOST_COLUMNS:
            raise ValueError(self._place)
        self._cells += [""] * missing
        self._cells.append(text)

    def _place_of(self, reference):
        letters = LETTERS.match(reference)
        if not letters:
            raise ValueError(reference)
        letters = letters.group()
        place = self._places.get(letters)
        if place is None:
            place = self._places[letters] = column_index_from_string(letters) - 1
        return place

    def _as_text(self, text):
        """Return a cell as a person would have typed it into a CSV file.

        A number too long for a spreadsheet is written as the power of ten that the
        spreadsheet shows: its last digits are gone, and the checks must see that.
        """
        if not text:
            return ""
        if self._kind == "s":
            return self._shared(int(text))
        if self._kind == "b":
            return str(text == "1")
        if self._kind == "d":
            return text[:10]
        if self._kind != "n":
            return text
        value = float(text)
        if self._style in self._date_styles:
            return self._as_date(value, text)
        if abs(value) >= LONG_NUMBER:
            return f"{value:.14E}"
        return str(int(value)) if value == int(value) else repr(value)

    def _as_date(self, value, text):
        try:
            day = from_excel(value, self._epoch)
        except (OverflowError, ValueError):
            return text
        if isinstance(day, datetime.datetime | datetime.date):
            return day.isoformat()[:10]
        return text
