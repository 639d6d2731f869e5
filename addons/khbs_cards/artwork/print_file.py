# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The print file: front and back of each card in turn, one page a side.

The page is the bleed box; the trim box is the card. The artwork is once in the file,
and every page shows it.
"""

import io

import qrcode
from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from . import motif
from .fit import fit
from .layout import HEIGHT, WIDTH, grouped

REGULAR, BOLD = "KhbsCard", "KhbsCard-Bold"
_FRONT, _BACK = "front", "back"
NAME_SIZES = (10.5, 7.0)
VILLAGE_SIZES = (7.0, 5.5)
NUMBER_SIZE, BACK_NUMBER_SIZE = 11.5, 6.5
# Free modules around a QR code (ISO/IEC 18004).
_QUIET = 4


def render(design, faces, fileobj, fonts):
    """Write the faces as PDF into *fileobj* and return how many cards it has.

    :param design: :class:`~.layout.Design`
    :param faces: iterable of :class:`~.layout.Face`, in the order of printing
    :param fonts: paths of a regular and a bold TrueType font, which are embedded
    """
    _register(fonts)
    width, height = (side * mm for side in design.page)
    # The same cards give the same file, byte by byte.
    pen = Canvas(
        fileobj,
        pagesize=(width, height),
        pageCompression=1,
        invariant=1,
        lang="id-ID",
        initialFontName=REGULAR,
    )
    pen.setTitle(motif.TITLE)
    pen.setAuthor("Pemerintah Provinsi Kalimantan Tengah")
    pen.setCreator("KHBS")
    _draw_artwork(pen, design)
    printer = _Printer(pen, design)
    count = 0
    for face in faces:
        printer.draw_front(face)
        printer.draw_back(face)
        count += 1
    pen.save()
    return count


def _register(fonts):
    if REGULAR not in pdfmetrics.getRegisteredFontNames():
        for name, path in zip((REGULAR, BOLD), fonts, strict=True):
            pdfmetrics.registerFont(TTFont(name, str(path)))


def _draw_artwork(pen, design):
    """Put both sides into the file, once, as forms that the pages show."""
    width, height = (side * mm for side in design.page)
    bleed = design.bleed * mm
    for form, picture, draw in (
        (_FRONT, design.front, motif.draw_front),
        (_BACK, design.back, motif.draw_back),
    ):
        pen.beginForm(form, 0, 0, width, height)
        if picture:
            pen.drawImage(ImageReader(io.BytesIO(picture)), 0, 0, width, height)
        else:
            pen.translate(bleed, bleed)
            draw(pen, design.bleed, REGULAR, BOLD)
        pen.endForm()


class _Printer:
    """Draws page after page; what all cards share is worked out once."""

    def __init__(self, pen, design):
        self.pen = pen
        self.design = design
        self.bleed = design.bleed * mm
        self.front_colour = HexColor(design.text_colour)
        self.back_colour = HexColor(design.back_colour)
        self.boxes = (
            self.bleed,
            self.bleed,
            self.bleed + WIDTH * mm,
            self.bleed + HEIGHT * mm,
        )

    def draw_front(self, face):
        """Draw the side with the name."""
        design, pen = self.design, self.pen
        self._begin(_FRONT)
        pen.setFillColor(self.front_colour)
        width = design.text_width * mm
        y = design.text_bottom * mm
        size, [number] = fit(grouped(face.card_no), BOLD, width, NUMBER_SIZE, 1)
        pen.setFont(BOLD, size)
        pen.drawString(design.text_left * mm, y, number)
        y += 4.8 * mm
        if design.shows_village and face.village:
            y = self._draw_lines(face.village, REGULAR, VILLAGE_SIZES, y)
        self._draw_lines(face.name, BOLD, NAME_SIZES, y)
        pen.showPage()

    def _draw_lines(self, text, font, sizes, y):
        """Draw *text* upwards from *y*; return where the next one may stand."""
        size, lines = fit(text, font, self.design.text_width * mm, *sizes)
        self.pen.setFont(font, size)
        for line in reversed(lines):
            self.pen.drawString(self.design.text_left * mm, y, line)
            y += size * 1.15
        return y + 0.6 * mm

    def draw_back(self, face):
        """Draw the side with the QR of the number."""
        design, pen = self.design, self.pen
        self._begin(_BACK)
        left, side = design.qr_left * mm, design.qr_size * mm
        self._draw_qr(face.card_no, left, design.qr_bottom * mm, side)
        pen.setFillColor(self.back_colour)
        number = grouped(face.card_no)
        size, [number] = fit(number, REGULAR, side, BACK_NUMBER_SIZE, 1)
        pen.setFont(REGULAR, size)
        pen.drawCentredString(
            left + side / 2, design.qr_bottom * mm - size * 1.2, number
        )
        pen.showPage()

    def _begin(self, form):
        pen = self.pen
        pen.setTrimBox(self.boxes)
        pen.setBleedBox((0, 0, *(side * mm for side in self.design.page)))
        pen.doForm(form)
        pen.translate(self.bleed, self.bleed)

    def _draw_qr(self, text, left, bottom, side):
        """Draw the code on white, whatever the artwork is there."""
        rows = qr_rows(text)
        module = side / (len(rows) + 2 * _QUIET)
        pen = self.pen
        pen.setFillColor(white)
        pen.rect(left, bottom, side, side, stroke=0, fill=1)
        pen.setFillColor(black)
        path = pen.beginPath()
        top = bottom + side - (_QUIET + 1) * module
        for y, row in enumerate(rows):
            for x, length in _runs(row):
                path.rect(
                    left + (_QUIET + x) * module,
                    top - y * module,
                    length * module,
                    module,
                )
        pen.drawPath(path, stroke=0, fill=1)


def qr_rows(text):
    """Return the modules of the QR of *text*, row by row from the top.

    With a fixed mask: choosing one takes most of the time, and readers take it from
    the code.
    """
    code = qrcode.QRCode(
        version=1,
        border=0,
        error_correction=qrcode.constants.ERROR_CORRECT_M,
        mask_pattern=3,
    )
    code.add_data(text)
    code.make()
    return code.modules


def _runs(row):
    """Yield (place, length) of the dark runs of a row."""
    start = None
    for x, module in enumerate([*row, False]):
        if module and start is None:
            start = x
        elif not module and start is not None:
            yield start, x - start
            start = None
