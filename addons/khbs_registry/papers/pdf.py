# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A table paper as PDF, drawn row by row on reportlab's canvas.

Rows are read once and nothing is kept of them; finished pages wait on disk. The
number of pages is known only at the end: each footer refers to a form drawn last.
"""

import contextlib
from collections import deque
from itertools import takewhile

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics

from . import qr, words
from .document import Summary, walk
from .letterhead import resolve
from .pdf_text import (
    BOLD,
    LEADING,
    NUMBERS,
    PADDING,
    REGULAR,
    SIZE,
    balanced,
    cell_lines,
    formatted,
    heading_lines,
    over_hand,
    register_fonts,
    under_hand,
    wrap,
    write_number,
)
from .spool import SpooledCanvas

PAGE_SIZES = {"A4": A4, "F4": (215 * mm, 330 * mm)}
# DOMAIN 6; the left margin leaves room for punching.
TOP, BOTTOM, LEFT, RIGHT = 20 * mm, 30 * mm, 30 * mm, 20 * mm
AUTHOR = "Pemerintah Provinsi Kalimantan Tengah"
_PAGE_COUNT = "page_count"
_QR = "qr"
# So many of the last lines go to the page of the signature.
_TAIL = 4


def render(document, fileobj):
    """Write *document* as PDF into *fileobj* and return its :class:`Summary`."""
    register_fonts()
    width, height = PAGE_SIZES[document.paper]
    if document.landscape:
        width, height = height, width
    canvas = SpooledCanvas(
        fileobj,
        pagesize=(width, height),
        invariant=1,
        lang="id-ID",
        initialFontName=REGULAR,
    )
    canvas.setTitle(document.title)
    canvas.setAuthor(AUTHOR)
    canvas.setCreator("KHBS")
    summary = Summary()
    with contextlib.closing(canvas):
        painter = _Painter(canvas, document, width, height)
        painter.draw_head()
        tail = deque()
        for line in walk(document, summary):
            tail.append(line)
            if len(tail) > _TAIL:
                painter.draw_line(tail.popleft(), tail)
        painter.keep_with_signature(tail)
        if not summary.row_count:
            painter.draw_nothing()
        while tail:
            painter.draw_line(tail.popleft(), tail)
        painter.draw_closing()
        painter.finish()
    return summary


class _Painter:
    """The pen: knows where on which page it stands."""

    def __init__(self, canvas, document, width, height):
        self.canvas = canvas
        self.document = document
        self.width = width
        self.height = height
        self.left = LEFT
        self.right = width - RIGHT
        self.y = height - TOP
        self.page = 1
        self.group = self.subgroup = None
        self.in_table = False
        # The upright rules of lines that follow each other are drawn once for all.
        self.ruled = None
        self.ruled_from = 0
        self.columns = self._lay_out_columns()
        self.header = [
            heading_lines(label, x2 - x1) for label, _kind, _key, x1, x2 in self.columns
        ]
        self.edges = [x1 for *_rest, x1, _x2 in self.columns] + [self.right]
        if document.verify_url:
            self.qr_side, self.qr_dark = qr.runs(document.verify_url)

    def _lay_out_columns(self):
        """Return (label, kind, key, x1, x2) of each column, the number first."""
        columns = [(c.heading, c.kind, c.key, c.width) for c in self.document.columns]
        if self.document.numbered:
            total = sum(width for *_rest, width in columns)
            columns.insert(0, ("No", "integer", None, max(9, total * 0.055)))
        share = (self.right - self.left) / sum(width for *_rest, width in columns)
        laid_out = []
        x = self.left
        for label, kind, key, width in columns:
            laid_out.append((label, kind, key, x, x + width * share))
            x += width * share
        return laid_out

    # The first page

    def draw_head(self):
        """Draw letterhead, annex heading, title and the first table header."""
        self._draw_letterhead(resolve(self.document.letterhead))
        self._draw_heading()
        middle = (self.left + self.right) / 2
        for text in balanced(self.document.title, BOLD, 12, self.right - self.left):
            self._draw_centred(text, middle, BOLD, 12)
        for line in self.document.subtitle:
            for text in wrap(line, REGULAR, 10, self.right - self.left):
                self._draw_centred(text, middle, REGULAR, 10)
        self.y -= 8
        self._draw_table_header()

    def _draw_letterhead(self, letterhead):
        if letterhead is None:
            return
        middle = self.width / 2
        *upper, last = letterhead.lines
        for line in upper:
            self._draw_centred(line, middle, REGULAR, 12)
        self._draw_centred(last, middle, BOLD, 15)
        for line in letterhead.address:
            self._draw_centred(line, middle, REGULAR, 8.5)
        self.y -= 5
        self.canvas.setLineWidth(2)
        self.canvas.line(self.left, self.y, self.right, self.y)
        self.canvas.setLineWidth(0.5)
        self.canvas.line(self.left, self.y - 2.5, self.right, self.y - 2.5)
        self.y -= 16

    def _draw_heading(self):
        if not self.document.heading:
            return
        share = 0.58 if self.document.landscape else 0.46
        x = self.left + (self.right - self.left) * share
        for line in self.document.heading:
            label, text = line if isinstance(line, tuple) else (None, line)
            self._draw_heading_line(x, label, text)
        self.y -= 14

    def _draw_heading_line(self, x, label, text):
        """Draw *text* at *x*, behind *label* and a colon if it has one."""
        indent = 0
        self.canvas.setFont(REGULAR, 9.5)
        if label:
            indent = 58
            self.canvas.drawString(x, self.y - 12, label)
            self.canvas.drawString(x + indent - 8, self.y - 12, ":")
        for piece in wrap(text, REGULAR, 9.5, self.right - x - indent):
            self.y -= 12
            self.canvas.drawString(x + indent, self.y, piece)

    def _draw_centred(self, text, x, font, size):
        self.y -= size * 1.25
        self.canvas.setFont(font, size)
        self.canvas.drawCentredString(x, self.y, text)

    # The table

    def draw_line(self, line, following=()):
        """Draw one line of the table, on a new page where this one is full.

        :param following: the next lines, as far as they are known
        """
        if line.kind == "row":
            self._draw_row(line, self._height_of_sums(following))
        elif line.kind == "group":
            self.group = self.subgroup = None
            self._begin_with_a_row(line, following)
            self.group = line.label
            self._draw_band(line.label)
        elif line.kind == "subgroup":
            self.subgroup = None
            self._begin_with_a_row(line, following)
            self.subgroup = line.label
            self._draw_band(line.label, REGULAR)
        else:
            self.subgroup = None
            if line.kind == "total":
                self.group = None
            self._draw_sum(line)

    def draw_nothing(self):
        """Say that the table is empty."""
        self._draw_band("Nihil")

    def _draw_table_header(self):
        self.in_table = True
        lines = max(len(cell) for _size, cell in self.header)
        height = lines * LEADING + 2 * PADDING
        self.canvas.setFillGray(0.9)
        self.canvas.rect(
            self.left, self.y - height, self.right - self.left, height, 0, 1
        )
        self.canvas.setFillGray(0)
        for (size, cell), (_label, _kind, _key, x1, x2) in zip(
            self.header, self.columns, strict=True
        ):
            self.canvas.setFont(BOLD, size)
            y = self.y - PADDING - SIZE - (lines - len(cell)) * LEADING / 2
            for text in cell:
                self.canvas.drawCentredString((x1 + x2) / 2, y, text)
                y -= LEADING
        self._draw_frame(height, self.edges)

    def _begin_with_a_row(self, line, following):
        """Begin a page where heading *line* and the first row under it do not fit in.

        No heading is the last line of a page; a row of more than a page has no place
        to wait for.
        """
        following = iter(following)
        lines = [line]
        for following_line in following:
            lines.append(following_line)
            if following_line.kind == "row":
                break
        height = sum(map(self._height_of, lines)) + self._height_of_sums(following)
        if height > self._lines_of_full_page() * LEADING:
            height = 6 * LEADING
        if self.y - height < BOTTOM:
            self._new_page()

    def _height_of_sums(self, following):
        """Return what the sums take that follow at once: none stands without a row."""
        sums = takewhile(lambda line: line.kind in ("subtotal", "total"), following)
        return sum(map(self._height_of, sums))

    def _draw_row(self, line, sums=0):
        cells = []
        for _label, kind, key, x1, x2 in self.columns:
            value = line.number if key is None else line.values.get(key)
            text = formatted(kind, value)
            cells.append(cell_lines(kind, text, REGULAR, x2 - x1))
        count = max(len(cell) for cell in cells)
        height = count * LEADING + 2 * PADDING
        if self.y - height - sums < BOTTOM and count < self._lines_of_full_page():
            self._new_page()
        drawn = 0
        while drawn < count:
            room = int((self.y - BOTTOM - 2 * PADDING) // LEADING)
            if room < min(count - drawn, self._lines_of_full_page()):
                self._new_page()
                continue
            piece = [cell[drawn : drawn + room] for cell in cells]
            self._draw_cells(piece, REGULAR, self.columns, self.edges)
            drawn += room

    def _lines_of_full_page(self):
        """Return how many lines of one row fit on a page of its own.

        A row that is longer than that goes on over several pages.
        """
        header = max(len(cell) for _size, cell in self.header) * LEADING
        return int((self.height - TOP - BOTTOM - header) // LEADING) - 6

    def _draw_sum(self, line):
        """Draw a sum: its label over the columns before the first summed one."""
        columns = []
        cells = []
        for column in self.columns:
            _label, kind, key, x1, x2 = column
            if key in line.values:
                columns.append((None, kind, key, x1, x2))
                cells.append([formatted(kind, line.values[key])])
            elif columns and columns[-1][2] is None:
                label, _kind, _key, left, _right = columns[-1]
                columns[-1] = (label, "text", None, left, x2)
            else:
                label = None if columns else line.label
                columns.append((label, "text", None, x1, x2))
                cells.append([])
        first = columns[0]
        if first[0]:
            cells[0] = wrap(first[0], BOLD, SIZE, first[4] - first[3] - 2 * PADDING)
        height = max(len(cell) for cell in cells) * LEADING + 2 * PADDING
        if self.y - height < BOTTOM:
            self._new_page()
        self._draw_cells(cells, BOLD, columns, self._edges_of(columns))

    def _draw_band(self, text, font=BOLD):
        column = (None, "text", None, self.left, self.right)
        lines = wrap(text, font, SIZE, self.right - self.left - 2 * PADDING)
        self._draw_cells([lines], font, [column], self._edges_of([column]))

    def _edges_of(self, columns):
        return [x1 for *_rest, x1, _x2 in columns] + [self.right]

    def _draw_cells(self, cells, font, columns, edges):
        height = max(len(cell) for cell in cells) * LEADING + 2 * PADDING
        pen = self.canvas.beginText()
        pen.setFont(font, SIZE, LEADING)
        y = self.y - PADDING - SIZE
        for cell, (_label, kind, _key, x1, x2) in zip(cells, columns, strict=True):
            if not cell:
                continue
            if kind in NUMBERS:
                write_number(pen, cell[0], font, x1, x2, y)
                continue
            pen.setTextOrigin(x1 + PADDING, y)
            for text in cell:
                pen.textLine(text)
        self.canvas.drawText(pen)
        self._draw_frame(height, edges)

    def _draw_frame(self, height, edges):
        """Rule the line just drawn and go below it."""
        self.canvas.setLineWidth(0.4)
        if edges != self.ruled:
            self._draw_upright_rules()
            self.ruled, self.ruled_from = edges, self.y
            self.canvas.line(self.left, self.y, self.right, self.y)
        self.y -= height
        self.canvas.line(self.left, self.y, self.right, self.y)

    def _draw_upright_rules(self):
        """Rule between the columns of the lines since those of other columns."""
        if self.ruled:
            self.canvas.lines([(x, self.ruled_from, x, self.y) for x in self.ruled])
        self.ruled = None

    # The end of a page and of the paper

    def keep_with_signature(self, lines):
        """Begin a page where *lines*, the last, and the signature do not fit in.

        Nobody signs on a page that bears nothing of what is signed.
        """
        if not (self.document.signatures and lines):
            return
        height = sum(map(self._height_of, lines)) + self._height_of_closing()
        whole = self._lines_of_full_page() * LEADING
        if self.y - height < BOTTOM and height <= whole:
            if lines[0].kind in ("group", "total"):
                self.group = None
            if lines[0].kind != "row":
                self.subgroup = None
            self._new_page()

    def _height_of(self, line):
        """Return what *line* takes at most."""
        count = 2
        if line.kind == "row":
            cells = [
                cell_lines(
                    kind, formatted(kind, line.values.get(key)), REGULAR, x2 - x1
                )
                for _label, kind, key, x1, x2 in self.columns
            ]
            count = max(len(cell) for cell in cells)
        return count * LEADING + 2 * PADDING

    def _height_of_closing(self):
        signatures = self.document.signatures
        if not signatures:
            return 0
        width = self._width_of_signature()
        lines = max(
            len([*over_hand(one, width), *under_hand(one, width)]) for one in signatures
        )
        for line in self.document.closing:
            lines += len(wrap(line, REGULAR, 9.5, self.right - self.left))
        return lines * 13 + 76

    def draw_closing(self):
        """Draw the closing lines and the signature block, kept together."""
        self._draw_upright_rules()
        self.in_table = False
        if self.y - self._height_of_closing() < BOTTOM:
            self._new_page()
        self.y -= 6
        for line in self.document.closing:
            for text in wrap(line, REGULAR, 9.5, self.right - self.left):
                if self.y - 14 < BOTTOM:
                    self._new_page()
                self.y -= 13
                self.canvas.setFont(REGULAR, 9.5)
                self.canvas.drawString(self.left, self.y, text)
        if self.document.parties:
            self._draw_parties(self.document.parties)
        elif self.document.signature:
            width, signature = self._width_of_signature(), self.document.signature
            over = over_hand(signature, width)
            self._draw_signature(signature, self.right - width / 2, width, over)

    def _width_of_signature(self):
        """Return how wide the block of one who signs may be."""
        width = self.right - self.left
        if self.document.parties:
            return width / len(self.document.parties) - 8
        return width * (0.44 if self.document.landscape else 0.54)

    def _draw_parties(self, parties):
        """Draw the blocks side by side, the hands on one line."""
        top, lowest = self.y, self.y
        share = (self.right - self.left) / len(parties)
        width = self._width_of_signature()
        overs = [over_hand(party, width) for party in parties]
        most = max(map(len, overs))
        for index, (party, over) in enumerate(zip(parties, overs, strict=True)):
            self.y = top
            over += [""] * (most - len(over))
            middle = self.left + share * (index + 0.5)
            self._draw_signature(party, middle, width, over)
            lowest = min(lowest, self.y)
        self.y = lowest

    def _draw_signature(self, signature, middle, width, over):
        self.y -= 10
        for line in over:
            self._draw_centred(line, middle, REGULAR, 10)
        self.y -= 50
        for line, font in under_hand(signature, width):
            self._draw_centred(line, middle, font, 10)

    def finish(self):
        """End the last page, say how many there are and write the file."""
        self._draw_footer()
        self.canvas.showPage()
        self.canvas.beginForm(_PAGE_COUNT, 0, -5, 60, 15)
        self.canvas.setFont(REGULAR, 8)
        self.canvas.drawString(0, 0, str(self.page))
        self.canvas.endForm()
        if self.document.verify_url:
            self._define_qr()
        self.canvas.save()

    def _define_qr(self):
        self.canvas.beginForm(_QR, 0, 0, self.qr_side, self.qr_side)
        for y, x, length in self.qr_dark:
            self.canvas.rect(x, self.qr_side - y - 1, length, 1, 0, 1)
        self.canvas.endForm()

    def _new_page(self):
        self._draw_upright_rules()
        self._draw_footer()
        self.canvas.showPage()
        self.page += 1
        self.y = self.height - TOP
        if self.in_table:
            self._draw_table_header()
            present = [text for text in (self.group, self.subgroup) if text is not None]
            if present:
                self._draw_band(f"{', '.join(present)} (lanjutan)")

    def _draw_footer(self):
        canvas, document = self.canvas, self.document
        x = self.left
        if document.verify_url:
            side = 15 * mm
            canvas.saveState()
            canvas.translate(x, 9 * mm)
            canvas.scale(side / self.qr_side, side / self.qr_side)
            canvas.doForm(_QR)
            canvas.restoreState()
            x += side + 3 * mm
        lines = [f"Keadaan data per {words.moment(document.as_of)}"]
        if document.code:
            lines.append(f"Kode verifikasi: {document.code}")
        if document.verify_url:
            lines.append(f"Keaslian dapat diperiksa di {document.verify_url}")
        canvas.setFont(REGULAR, 8)
        y = 9 * mm + 11 * (len(lines) - 1) + 4
        for line in lines:
            canvas.drawString(x, y, line)
            y -= 11
        label = f"Halaman {self.page} dari "
        widest = pdfmetrics.stringWidth(label + str(self.page), REGULAR, 8)
        x = self.right - widest - 4 * 1
        y = 9 * mm + 11 * (len(lines) - 1) + 4
        canvas.drawString(x, y, label)
        canvas.saveState()
        canvas.translate(x + pdfmetrics.stringWidth(label, REGULAR, 8), y)
        canvas.doForm(_PAGE_COUNT)
        canvas.restoreState()
