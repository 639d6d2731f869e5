# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The neutral design, drawn: a longhouse over a band of diamonds.

It stands in for the artwork that the province orders, so that a run can be made
before there is one.
"""

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth

from .layout import HEIGHT, WIDTH

PAPER, GREEN, GOLD = HexColor("#f6f1e4"), HexColor("#1f4d3a"), HexColor("#c49a3c")
TINT, INK = HexColor("#e6dac0"), HexColor("#1b1b1b")
BAND = 14.0
RIGHT = 5.0
TITLE = "KARTU HUMA BETANG SEJAHTERA"
PROVINCE = "PEMERINTAH PROVINSI KALIMANTAN TENGAH"
BACK_LINES = (
    "Kartu ini dipakai keluarga yang namanya tercetak",
    "di muka untuk menerima bantuan Pemerintah",
    "Provinsi Kalimantan Tengah.",
    "",
    "Bukan kartu ATM. Tidak dapat dipindahtangankan.",
    "PIN tidak boleh diberitahukan kepada siapa pun,",
    "juga tidak kepada petugas.",
    "",
    "Kartu hilang, dicuri, atau ditemukan: laporkan ke",
    "kantor desa/kelurahan atau petugas KHBS.",
)


def draw_front(pen, bleed, regular, bold):
    """Draw the front into *pen*, whose origin is the corner of the cut card."""
    _paper(pen, bleed)
    _longhouse(pen, 30 * mm, 23.5 * mm, 50 * mm)
    _band(pen, bleed)
    pen.setFillColor(PAPER)
    _line(pen, PROVINCE, regular, 6.6, 6, 46.6)
    _line(pen, TITLE, bold, 12, 6, 41.5)


def draw_back(pen, bleed, regular, bold):
    """Draw the back: what the card is, and what it is not."""
    _paper(pen, bleed)
    _band(pen, bleed)
    pen.setFillColor(PAPER)
    _line(pen, TITLE, bold, 9, 6, 44.2)
    pen.setFillColor(INK)
    # All lines as large as the longest may be.
    room = (WIDTH - 33 - RIGHT) * mm
    widest = max(stringWidth(line, regular, 1) for line in BACK_LINES)
    size = min(5.8, room / widest)
    for number, line in enumerate(BACK_LINES):
        _line(pen, line, regular, size, 33, 33.4 - 2.75 * number)


def _line(pen, text, font, largest, x, y):
    """Draw one line at *x*, *y* (mm), as large as it may be up to the right margin."""
    room = (WIDTH - x - RIGHT) * mm
    pen.setFont(font, min(largest, room / max(stringWidth(text, font, 1), 1)))
    pen.drawString(x * mm, y * mm, text)


def _paper(pen, bleed):
    pen.setFillColor(PAPER)
    pen.rect(
        -bleed * mm,
        -bleed * mm,
        (WIDTH + 2 * bleed) * mm,
        (HEIGHT + 2 * bleed) * mm,
        stroke=0,
        fill=1,
    )


def _band(pen, bleed):
    """Draw the green head with its chain of diamonds."""
    foot = (HEIGHT - BAND) * mm
    pen.setFillColor(GREEN)
    pen.rect(
        -bleed * mm,
        foot,
        (WIDTH + 2 * bleed) * mm,
        (BAND + bleed) * mm,
        stroke=0,
        fill=1,
    )
    pen.setFillColor(GOLD)
    half = 1.1 * mm
    x = -bleed * mm
    while x < (WIDTH + bleed) * mm:
        path = pen.beginPath()
        path.moveTo(x, foot - half)
        path.lineTo(x + half, foot)
        path.lineTo(x + 2 * half, foot - half)
        path.lineTo(x + half, foot - 2 * half)
        path.close()
        pen.drawPath(path, stroke=0, fill=1)
        x += 2 * half


def _longhouse(pen, x, y, width):
    """Draw a longhouse on its posts, *width* points long, in the tint of the paper."""
    pen.setFillColor(TINT)
    posts, floor = 9, 3.2 * mm
    for post in range(posts):
        pen.rect(x + (width - mm) * post / (posts - 1), y, mm, floor, stroke=0, fill=1)
    pen.rect(x - mm, y + floor, width + 2 * mm, 0.9 * mm, stroke=0, fill=1)
    wall = y + floor + 0.9 * mm
    pen.rect(x, wall, width, 3 * mm, stroke=0, fill=1)
    roof = pen.beginPath()
    eaves = wall + 3 * mm
    roof.moveTo(x - 2 * mm, eaves)
    roof.lineTo(x + 3 * mm, eaves + 5.2 * mm)
    roof.lineTo(x + width - 3 * mm, eaves + 5.2 * mm)
    roof.lineTo(x + width + 2 * mm, eaves)
    roof.close()
    pen.drawPath(roof, stroke=0, fill=1)
    pen.setFillColor(PAPER)
    for door in range(6):
        left = x + 3 * mm + door * (width - 8 * mm) / 5
        pen.rect(left, wall, 2 * mm, 2.1 * mm, stroke=0, fill=1)
