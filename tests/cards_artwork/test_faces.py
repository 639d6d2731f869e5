# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a press and a reader find in a print file."""

import io
import re

import pytest
from artwork import layout, motif, picture, print_file
from artwork.fit import fit
from hypothesis import given
from hypothesis import strategies as st
from papers import fonts
from PIL import Image
from pypdf import PdfReader
from reportlab.graphics.barcode import qrencoder
from reportlab.pdfbase.pdfmetrics import stringWidth

FONTS = fonts.find("sans")
POINTS_PER_MM = 72 / 25.4
FACE = layout.Face("KH01000123442", "SITI CONTOH", "Desa Contoh")
LONG = "CHRISTIAN YOSEPH ALEXANDER MANGKUBUMI PRAWIRANEGARA KUSUMADININGRAT"


def printed(faces=(FACE,), design=None):
    """Return the bytes of a print file."""
    file = io.BytesIO()
    count = print_file.render(design or layout.Design(), faces, file, FONTS)
    assert count == len(faces)
    return file.getvalue()


def pages_of(content):
    return PdfReader(io.BytesIO(content)).pages


def in_mm(box):
    return [round(float(side) / POINTS_PER_MM, 2) for side in box]


def a_picture(bleed=2.0, kind="PNG", mode="RGB", factor=1, grey=128):
    size = [side * factor for side in layout.least_pixels(bleed)]
    file = io.BytesIO()
    Image.new(mode, size, grey if len(mode) == 1 else (grey,) * len(mode)).save(
        file, kind
    )
    return file.getvalue()


@pytest.mark.parametrize("bleed", [0.0, 2.0, 3.5])
def test_a_page_is_the_card_with_its_bleed(bleed):
    pages = pages_of(printed(design=layout.Design(bleed=bleed)))
    assert len(pages) == 2
    for page in pages:
        whole = [0, 0, round(85.60 + 2 * bleed, 2), round(53.98 + 2 * bleed, 2)]
        assert in_mm(page.mediabox) == whole
        assert in_mm(page.bleedbox) == whole
        left, bottom, right, top = in_mm(page.trimbox)
        assert (left, bottom) == (bleed, bleed)
        assert round(right - left, 2) == 85.60
        assert round(top - bottom, 2) == 53.98


def test_front_and_back_follow_each_other():
    faces = [layout.Face(f"KH010000000{n:02d}", f"NAMA {n}") for n in range(3)]
    pages = pages_of(printed(faces))
    for number, face in enumerate(faces):
        front = pages[2 * number].extract_text()
        back = pages[2 * number + 1].extract_text()
        assert face.name in front
        assert face.name not in back
        for side in (front, back):
            assert layout.grouped(face.card_no) in side


def test_a_design_without_village_shows_none():
    design = layout.Design(shows_village=False)
    [front, _back] = pages_of(printed(design=design))
    assert FACE.village not in front.extract_text()


def test_fonts_are_embedded():
    reader = PdfReader(io.BytesIO(printed()))
    fonts_of = reader.pages[0]["/Resources"]["/Font"]
    used = [font.get_object() for font in fonts_of.values()]
    embedded = [font for font in used if font["/Subtype"] == "/TrueType"]
    assert len(embedded) == 2
    for font in embedded:
        assert "/FontFile2" in font["/FontDescriptor"]
    # reportlab names Helvetica in every page; nothing is written in it.
    shown = set(re.findall(r"/(F[0-9+]+) ", _operators(reader.pages[0])))
    assert all(fonts_of[f"/{name}"]["/Subtype"] == "/TrueType" for name in shown)


def _operators(page):
    return page.get_contents().get_data().decode("latin-1")


def test_pictures_are_in_the_file_once():
    design = layout.Design(front=a_picture(), back=a_picture(grey=200))
    one = printed([FACE], design)
    faces = [layout.Face(f"KH0100000{n:04d}", "NAMA CONTOH") for n in range(50)]
    many = printed(faces, design)
    reader = PdfReader(io.BytesIO(many))
    images = {
        number
        for number in range(1, len(reader.xref[0]) + 1)
        if _is_image(reader, number)
    }
    assert len(images) == 2
    assert len(many) < len(one) + 50 * 6000


def _is_image(reader, number):
    found = reader.get_object(number)
    return hasattr(found, "get") and found.get("/Subtype") == "/Image"


def test_the_same_faces_give_the_same_bytes():
    assert printed() == printed()


def test_the_code_on_the_page_is_the_number():
    """What is drawn, module by module, is what another encoder makes of the number."""
    encoder = qrencoder.QRCode(1, qrencoder.QRErrorCorrectLevel.M)
    encoder.addData(qrencoder.QRAlphaNum(FACE.card_no))
    encoder.makeImpl(False, 3)
    design = layout.Design()
    assert drawn_modules(pages_of(printed())[1], design) == [
        [bool(module) for module in row] for row in encoder.modules
    ]


def drawn_modules(page, design):
    """Return the rows of the code on a back, read from its rectangles."""
    module = design.qr_size * POINTS_PER_MM / 29
    left = design.qr_left * POINTS_PER_MM + 4 * module
    top = (design.qr_bottom + design.qr_size) * POINTS_PER_MM - 4 * module
    rows = [[False] * 21 for _row in range(21)]
    for x, y, width, height in re.findall(
        r"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re", _operators(page)
    ):
        if abs(float(height) - module) > 0.01:
            continue
        row = round((top - float(y)) / module) - 1
        first = round((float(x) - left) / module)
        for column in range(first, first + round(float(width) / module)):
            rows[row][column] = True
    return rows


@given(
    st.text(
        alphabet=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ '.-"),
        min_size=1,
        max_size=120,
    )
)
def test_a_name_is_never_cut(name):
    print_file._register(FONTS)
    width = layout.Design().text_width * POINTS_PER_MM
    size, lines = fit(name, print_file.BOLD, width, *print_file.NAME_SIZES)
    assert "".join("".join(lines).split()) == "".join(name.split())
    assert len(lines) <= 2
    for line in lines:
        assert stringWidth(line, print_file.BOLD, size) <= width + 0.01


def test_a_long_name_breaks_between_words():
    print_file._register(FONTS)
    width = layout.Design().text_width * POINTS_PER_MM
    size, lines = fit(LONG, print_file.BOLD, width, *print_file.NAME_SIZES)
    assert len(lines) == 2
    assert " ".join(lines) == LONG
    assert size >= 5
    short, [line] = fit("BUDI", print_file.BOLD, width, *print_file.NAME_SIZES)
    assert (line, short) == ("BUDI", print_file.NAME_SIZES[0])


def test_lines_stand_clear_of_the_chip_and_the_edges():
    design = layout.Design()
    assert min(design.text_left, design.text_bottom) >= layout.MARGIN
    left, bottom, width, height = layout.CHIP
    # Number, village, two lines of a name: the highest line ends below the chip.
    top = design.text_bottom + 4.8 + (7 * 1.15 + 2 * 10.5 * 1.15) / POINTS_PER_MM + 0.6
    assert top <= bottom
    assert left + width <= layout.WIDTH
    assert bottom + height <= layout.HEIGHT


def test_numbers_are_grouped_for_reading():
    assert layout.grouped("KH01000012345") == "KH01 000 012 345"
    assert layout.grouped("KH") == "KH"


def test_pictures_that_a_press_can_use_pass():
    for kind, mode in (("PNG", "RGB"), ("JPEG", "CMYK"), ("PNG", "L")):
        assert picture.check(a_picture(kind=kind, mode=mode), 2.0) == (
            layout.least_pixels(2.0)
        )
    assert layout.least_pixels(2.0) == (1059, 685)
    # A colour print of the press's own resolution.
    assert picture.check(a_picture(factor=4), 2.0)[0] == 4 * 1059


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "kind"),
        (b"%PDF-1.7", "kind"),
        (a_picture()[:-30], "kind"),
        (a_picture(kind="JPEG")[:-2], "kind"),
        (a_picture(kind="BMP"), "kind"),
        (a_picture(mode="P"), "colours"),
        (a_picture(mode="RGBA"), "colours"),
        (a_picture(bleed=1.0), "pixels"),
        (a_picture(factor=10), "huge"),
        (b"\0" * (picture.MOST_BYTES + 1), "bytes"),
    ],
)
def test_pictures_that_a_press_cannot_use_are_refused(content, code):
    with pytest.raises(picture.BadPicture) as refusal:
        picture.check(content, 2.0)
    assert refusal.value.code == code


def test_a_picture_of_another_shape_is_refused():
    file = io.BytesIO()
    Image.new("RGB", (1059, 1059)).save(file, "PNG")
    with pytest.raises(picture.BadPicture) as refusal:
        picture.check(file.getvalue(), 2.0)
    assert refusal.value.code == "shape"


def test_the_neutral_design_says_what_the_card_is():
    [front, back] = (page.extract_text() for page in pages_of(printed()))
    assert motif.TITLE in front
    assert motif.PROVINCE in front
    assert "Bukan kartu ATM" in back
