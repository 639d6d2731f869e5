# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The text of a table paper: its typeface, and what of it fits in a cell."""

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from . import fonts, words

REGULAR, BOLD = "KhbsSans", "KhbsSans-Bold"
SIZE, SIZE_LEAST, LEADING, PADDING = 8.5, 6, 10.5, 3
NUMBERS = ("integer", "rupiah", "share")


def register_fonts():
    """Make the typeface known to reportlab, once in a process."""
    if REGULAR not in pdfmetrics.getRegisteredFontNames():
        regular, bold = fonts.find("sans")
        pdfmetrics.registerFont(TTFont(REGULAR, str(regular)))
        pdfmetrics.registerFont(TTFont(BOLD, str(bold)))


def wrap(text, font, size, width):
    """Return *text* as lines no wider than *width* points, broken at spaces.

    A word that is wider by itself is broken anywhere.
    """
    if pdfmetrics.stringWidth(text, font, size) <= width and "\n" not in text:
        return [text]
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            candidate = f"{line} {word}" if line else word
            if pdfmetrics.stringWidth(candidate, font, size) <= width:
                line = candidate
                continue
            if line:
                lines.append(line)
            *full, line = _break_word(word, font, size, width)
            lines.extend(full)
        lines.append(line)
    return lines


def heading_lines(label, width):
    """Return (size, lines) of a column's heading: smaller before a word is broken."""
    room = width - 2 * PADDING
    widest = max(pdfmetrics.stringWidth(word, BOLD, SIZE) for word in label.split())
    size = max(SIZE_LEAST, SIZE * min(1, room / widest))
    return size, wrap(label, BOLD, size, room)


def _break_word(word, font, size, width):
    pieces = [""]
    for letter in word:
        wider = pdfmetrics.stringWidth(pieces[-1] + letter, font, size) > width
        if wider and pieces[-1]:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def cell_lines(kind, text, font, width):
    """Return the lines of a cell; a number is never broken."""
    if kind in NUMBERS:
        return [text]
    return wrap(text, font, SIZE, width - 2 * PADDING)


def write_number(pen, text, font, x1, x2, y):
    """Write a number at the right of its cell, smaller where it is too wide."""
    room = x2 - x1 - 2 * PADDING
    width = pdfmetrics.stringWidth(text, font, SIZE)
    if width > room:
        pen.setFont(font, SIZE * room / width)
        width = room
    pen.setTextOrigin(x2 - PADDING - width, y)
    pen.textOut(text)
    if width == room:
        pen.setFont(font, SIZE)


def formatted(kind, value):
    """Return *value* of a column of *kind* as it is printed."""
    if value is None or value is False:
        return ""
    if kind in ("text", "share"):
        return str(value)
    if kind == "date":
        return f"{value:%d/%m/%Y}"
    return words.number(value)
