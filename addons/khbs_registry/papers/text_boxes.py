# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where the words and pictures of a PDF page stand.

It reads what the report engine writes: text shown by ``Tj`` and ``TJ``, in fonts with
one or two bytes to a glyph, images, and forms that hold them. Boxes
are in points, from the lower left corner.
"""

from pypdf import PdfReader
from pypdf.generic import ContentStream

# Of the font size, below and above the line on which the words stand.
_DEPTH, _HEIGHT = 0.25, 0.85
_UNIT = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def boxes(fileobj, index):
    """Return (left, bottom, right, top) of all words and images on page *index*."""
    reader = PdfReader(fileobj)
    page = reader.pages[index]
    return _drawn(page.get_contents(), page["/Resources"], reader, _UNIT)


def _drawn(stream, resources, reader, matrix):
    """Return the boxes of what *stream* draws, moved by *matrix*."""
    found = _named(resources, "/XObject")
    fonts = {name: _Font(one) for name, one in _named(resources, "/Font").items()}
    walk = _Walk(fonts, matrix)
    for operands, operator in ContentStream(stream, reader).operations:
        if operator != b"Do":
            walk.take(operator, operands)
            continue
        drawn = found[operands[0]]
        if drawn["/Subtype"] == "/Form":
            inner = tuple(map(float, drawn.get("/Matrix", _UNIT)))
            moved = _times(inner, walk.page)
            walk.boxes += _drawn(drawn, drawn.get("/Resources", {}), reader, moved)
        else:
            walk.boxes.append(_box(walk.page, (0, 1), (0, 1)))
    return walk.boxes


def _named(resources, kind):
    return {name: one.get_object() for name, one in resources.get(kind, {}).items()}


def _box(matrix, across, up):
    """Return the box around a rectangle that *matrix* moves."""
    a, b, c, d, e, f = matrix
    corners = [(x * a + y * c + e, x * b + y * d + f) for x in across for y in up]
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _times(first, second):
    """Return the matrix that does *first* and then *second*."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


class _Font:
    """How far a font moves on with its glyphs, in thousandths of its size."""

    def __init__(self, font):
        self.bytes_each = 2 if font["/Subtype"] == "/Type0" else 1
        if self.bytes_each == 2:
            font = font["/DescendantFonts"][0].get_object()
            self.default = font.get("/DW", 1000)
            self.widths = dict(self._of_cid(font.get("/W", ())))
        else:
            first = font.get("/FirstChar", 0)
            self.default = 1000
            self.widths = dict(enumerate(map(float, font.get("/Widths", ())), first))

    def _of_cid(self, entries):
        """Yield (glyph, width) of: first [width ..] and first last width."""
        entries = [entry.get_object() for entry in entries]
        while entries:
            first, second = entries[:2]
            if isinstance(second, list):
                yield from enumerate(map(float, second), first)
                del entries[:2]
            else:
                yield from ((glyph, entries[2]) for glyph in range(first, second + 1))
                del entries[:3]

    def advance(self, text):
        step = self.bytes_each
        codes = (text[place : place + step] for place in range(0, len(text), step))
        return sum(
            self.widths.get(int.from_bytes(code), self.default) for code in codes
        )


class _Walk:
    """The state of a page while it is drawn."""

    def __init__(self, fonts, matrix):
        self.fonts = fonts
        self.boxes = []
        self.stack = []
        self.page = matrix
        self.text = self.line = _UNIT
        self.leading = 0.0
        self.font, self.size = None, 0.0

    def take(self, operator, operands):
        name = operator.decode()
        if name == "q":
            self.stack.append((self.page, self.leading, self.font, self.size))
        elif name == "Q" and self.stack:
            self.page, self.leading, self.font, self.size = self.stack.pop()
        elif name == "cm":
            self.page = _times(tuple(map(float, operands)), self.page)
        elif name == "BT":
            self.text = self.line = _UNIT
        elif name == "Tf":
            self.font, self.size = self.fonts[operands[0]], float(operands[1])
        elif name == "TL":
            self.leading = float(operands[0])
        elif name == "Tm":
            self.text = self.line = tuple(map(float, operands))
        elif name in ("Td", "TD", "T*"):
            self._next_line(name, operands)
        elif name in ("Tj", "TJ"):
            self._show(operands[0] if name == "TJ" else operands)

    def _next_line(self, name, operands):
        right, up = map(float, operands) if operands else (0.0, -self.leading)
        if name == "TD":
            self.leading = -up
        self.text = self.line = _times((1, 0, 0, 1, right, up), self.line)

    def _show(self, parts):
        thousandths = sum(
            self.font.advance(part.original_bytes)
            if hasattr(part, "original_bytes")
            else -float(part)
            for part in parts
        )
        width = thousandths * self.size / 1000
        if width:
            place = _times(self.text, self.page)
            up = (-_DEPTH * self.size, _HEIGHT * self.size)
            self.boxes.append(_box(place, (0, width), up))
        self.text = _times((1, 0, 0, 1, width, 0), self.text)
