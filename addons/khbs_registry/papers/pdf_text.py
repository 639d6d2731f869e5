# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The text of a table paper: its typeface, and what of it fits in a cell."""

import functools
import re

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from . import fonts, words

REGULAR, BOLD = "KhbsSans", "KhbsSans-Bold"
SIZE, SIZE_LEAST, LEADING, PADDING = 8.5, 6, 10.5, 3
NUMBERS = ("integer", "rupiah", "share")
# A long word may be broken behind these: number of a letter, address of a page.
_PARTS = re.compile(r"[^/.,;:_@-]*[/.,;:_@-]+|[^/.,;:_@-]+")


def register_fonts():
    """Make the typeface known to reportlab, once in a process."""
    if REGULAR not in pdfmetrics.getRegisteredFontNames():
        regular, bold = fonts.find("sans")
        pdfmetrics.registerFont(TTFont(REGULAR, str(regular)))
        pdfmetrics.registerFont(TTFont(BOLD, str(bold)))


@functools.lru_cache(maxsize=8)
def _advances(font):
    """Return the advance of each character in thousandths of the size, and of others.

    The typeface has neither kerning nor ligatures here: a text is as wide as its
    characters together.
    """
    face = pdfmetrics.getFont(font).face
    return {chr(code): wide for code, wide in face.charWidths.items()}.get, face


@functools.lru_cache(maxsize=1 << 12)
def _word_width(word, font):
    advance, face = _advances(font)
    return sum(advance(letter, face.defaultWidth) for letter in word)


def text_width(text, font, size):
    """Return the width of *text* in points; words that come again are remembered."""
    words_of = text.split(" ")
    spaces = (len(words_of) - 1) * _word_width(" ", font)
    wide = sum(_word_width(word, font) for word in words_of)
    return (wide + spaces) * size / 1000


def wrap(text, font, size, width):
    """Return *text* as lines no wider than *width* points, broken at spaces.

    A word that is wider by itself is broken behind its marks, or anywhere.
    """
    if "\n" not in text and text_width(text, font, size) <= width:
        return [text]
    space = text_width(" ", font, size)
    lines = []
    for paragraph in text.split("\n"):
        line, used = "", 0
        for word in paragraph.split():
            wide = text_width(word, font, size)
            if line and used + space + wide <= width:
                line, used = f"{line} {word}", used + space + wide
                continue
            if line:
                lines.append(line)
            *full, line = _break_word(word, font, size, width)
            lines.extend(full)
            used = text_width(line, font, size)
        lines.append(line)
    return lines


def balanced(text, font, size, width):
    """Return *text* as :func:`wrap` does, in as few lines, but of like length.

    A title does not leave one word alone on its last line.
    """
    lines = wrap(text, font, size, width)
    # No word is broken for it.
    narrow = max((text_width(word, font, size) for word in text.split()), default=0)
    while len(lines) > 1 and width - narrow > size:
        middle = (narrow + width) / 2
        tried = wrap(text, font, size, middle)
        if len(tried) > len(lines):
            narrow = middle
        else:
            lines, width = tried, middle
    return lines


def heading_lines(label, width):
    """Return (size, lines) of a column's heading: smaller before a word is broken."""
    room = width - 2 * PADDING
    widest = max(text_width(word, BOLD, SIZE) for word in label.split())
    size = max(SIZE_LEAST, SIZE * min(1, room / widest))
    return size, wrap(label, BOLD, size, room)


def _break_word(word, font, size, width):
    """Return *word* in pieces that fit: the number of a letter behind its marks."""
    if text_width(word, font, size) <= width:
        return [word]
    pieces = [""]
    for part in _PARTS.findall(word):
        if text_width(pieces[-1] + part, font, size) <= width:
            pieces[-1] += part
        elif text_width(part, font, size) <= width:
            pieces.append(part)
        else:
            *full, rest = _break_letters(part, font, size, width)
            pieces += [*full, rest]
    return [piece for piece in pieces if piece]


def _break_letters(word, font, size, width):
    pieces = [""]
    for letter in word:
        wider = text_width(pieces[-1] + letter, font, size) > width
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
    width = text_width(text, font, SIZE)
    if width > room:
        pen.setFont(font, SIZE * room / width)
        width = room
    pen.setTextOrigin(x2 - PADDING - width, y)
    pen.textOut(text)
    if width == room:
        pen.setFont(font, SIZE, LEADING)


def formatted(kind, value):
    """Return *value* of a column of *kind* as it is printed."""
    if value is None or value is False:
        return ""
    if kind in ("text", "share"):
        return str(value)
    if kind == "date":
        return f"{value:%d/%m/%Y}"
    return words.number(value)


def over_hand(signature, width):
    """Return the lines over the space for the hand, no wider than *width*."""
    return [
        line
        for text in (signature.place_and_date, *signature.office)
        if text
        for line in balanced(text, REGULAR, 10, width)
    ]


def under_hand(signature, width):
    """Return the lines under it, name first, each with its font."""
    texts = [(signature.name, BOLD), *((text, REGULAR) for text in signature.below)]
    return [
        (line, font) for text, font in texts for line in balanced(text, font, 10, width)
    ]
