# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""PDF and XLSX of one document: same figures, embedded fonts, valid files."""

import io
import re
import subprocess
import sys
from datetime import date, datetime

import openpyxl
import pytest
from papers import document as documents
from papers import pdf, pdf_text, source, xlsx
from papers.document import (
    Column,
    Document,
    Letterhead,
    Signature,
    Summary,
    digest,
    walk,
)
from pypdf import PdfReader
from reportlab.pdfbase import pdfmetrics

COLUMNS = [
    Column("name", "Nama Kepala Keluarga", 50),
    Column("born", "Tanggal Lahir", 25, kind="date"),
    Column("members", "Anggota", 15, kind="integer", total=True),
    Column("amount", "Besaran", 30, kind="rupiah", total=True),
]


def families(count, regencies=("Katingan", "Seruyan")):
    """Yield *count* made-up rows, sorted by regency."""
    for number in range(count):
        yield {
            "regency": regencies[number * len(regencies) // count],
            "name": f"WARGA CONTOH {number}",
            "born": date(1980, 1, 1),
            "members": number % 5 + 1,
            "amount": 250_000 + number,
        }


def a_document(count=3, **changes):
    values = {
        "title": "DAFTAR PENERIMA",
        "columns": COLUMNS,
        "rows": lambda: families(count),
        "as_of": datetime(2026, 11, 22, 1, 5),
        "group_key": "regency",
    }
    return Document(**{**values, **changes})


def rendered(engine, document):
    file = io.BytesIO()
    summary = engine.render(document, file)
    file.seek(0)
    return summary, file


def text_of(file):
    return "\n".join(page.extract_text() for page in PdfReader(file).pages)


def cells(file):
    book = openpyxl.load_workbook(file, read_only=True)
    return [row for row in book["Data"].values if any(v is not None for v in row)]


def test_lines_with_subtotals_and_numbers_that_restart():
    lines = list(walk(a_document(4)))
    assert [line.kind for line in lines] == (
        ["group", "row", "row", "subtotal"] * 2 + ["total"]
    )
    assert [line.number for line in lines if line.kind == "row"] == [1, 2, 1, 2]
    subtotals = [line.values["amount"] for line in lines if line.kind == "subtotal"]
    assert sum(subtotals) == lines[-1].values["amount"] == 1_000_006


def test_pdf_and_workbook_hold_the_same_figures():
    document = a_document(200)
    pdf_summary, pdf_file = rendered(pdf, document)
    xlsx_summary, book = rendered(xlsx, document)
    assert pdf_summary == xlsx_summary == documents.digest(document)
    total = sum(row["amount"] for row in families(200))
    assert pdf_summary.totals["amount"] == total
    assert f"{total:,}".replace(",", ".") in text_of(pdf_file)
    *rows, last = cells(book)
    assert last[-1] == total
    assert sum(row[-1] for row in rows if isinstance(row[0], int)) == total


def test_changed_row_changes_the_fingerprint():
    first = documents.digest(a_document(3))
    rows = [*families(2), {**list(families(3))[2], "name": "LAIN"}]
    second = documents.digest(a_document(rows=lambda: rows))
    assert first.totals != second.totals or first.content_sha256 != (
        second.content_sha256
    )
    assert documents.totals_sha256(first) == documents.totals_sha256(
        documents.digest(a_document(3))
    )


def test_every_page_has_header_group_and_its_number_of_all():
    _summary, file = rendered(pdf, a_document(150))
    pages = [page.extract_text() for page in PdfReader(file).pages]
    assert len(pages) > 2
    for number, page in enumerate(pages[:-1], 1):
        assert "Nama Kepala" in page
        assert f"Halaman {number} dari" in page
        assert str(len(pages)) in page
    assert "Katingan (lanjutan)" in pages[1]


def test_head_of_the_paper():
    signature = Signature(
        place_and_date="Palangka Raya, 22 November 2026",
        office=("Plt. KEPALA DINAS CONTOH,",),
        name="NAMA CONTOH",
        below=("NIP 19720112 199703 1 004",),
    )
    document = a_document(
        letterhead=Letterhead(("PEMERINTAH CONTOH", "DINAS CONTOH"), ("Jalan Satu",)),
        subtitle=["TAHAP I"],
        heading=["LAMPIRAN I"],
        code="ABCD-EFGH",
        verify_url="https://khbs.example/khbs/verify/ABCDEFGH",
        closing=["Terbilang: satu rupiah"],
        signature=signature,
    )
    text = text_of(rendered(pdf, document)[1])
    for part in (
        "DINAS CONTOH",
        "Jalan Satu",
        "TAHAP I",
        "LAMPIRAN I",
        "Kode verifikasi: ABCD-EFGH",
        "https://khbs.example/khbs/verify/ABCDEFGH",
        "Keadaan data per 22 November 2026 pukul 08.05 WIB",
        "Besaran (Rp)",
        "Terbilang: satu rupiah",
        "Plt. KEPALA DINAS CONTOH",
        "NAMA CONTOH",
    ):
        assert part in text


def test_nobody_signs_a_page_without_lines():
    signature = Signature("Palangka Raya, 1 Januari 2026", ("GUBERNUR,",), "NAMA")
    for count in range(20, 75):
        document = a_document(count, signature=signature, closing=["Terbilang: satu"])
        pages = PdfReader(rendered(pdf, document)[1]).pages
        last = pages[-1].extract_text()
        assert "GUBERNUR," in last and "Terbilang" in last
        assert "WARGA CONTOH" in last, count


def test_empty_table():
    summary, file = rendered(pdf, a_document(rows=lambda: iter(())))
    assert summary == Summary(
        row_count=0,
        totals={"members": 0, "amount": 0},
        content_sha256=summary.content_sha256,
    )
    assert "Nihil" in text_of(file)
    assert rendered(xlsx, a_document(rows=lambda: iter(())))[0] == summary


def test_long_text_goes_on_over_pages_and_nothing_is_lost():
    words = [f"kata{number}" for number in range(6000)]
    rows = [{**next(families(1)), "name": " ".join(words)}]
    text = text_of(rendered(pdf, a_document(rows=lambda: rows))[1])
    assert all(f"{word}\n" in text or f"{word} " in text for word in words)


def test_wide_sum_stays_in_one_piece():
    rows = [{**next(families(1)), "amount": 999_999_999_999_999}]
    text = text_of(rendered(pdf, a_document(rows=lambda: rows))[1])
    assert "999.999.999.999.999" in text


def test_text_never_becomes_a_formula():
    rows = [{**next(families(1)), "name": '=HYPERLINK("http://x")'}]
    _summary, file = rendered(xlsx, a_document(rows=lambda: rows))
    book = openpyxl.load_workbook(file)
    cell = next(c for row in book["Data"].rows for c in row if "HYPER" in str(c.value))
    assert cell.data_type == "s"


@pytest.mark.parametrize("paper", ["F4", "A4"])
@pytest.mark.parametrize("landscape", [False, True])
def test_paper_sizes(paper, landscape):
    document = a_document(paper=paper, landscape=landscape)
    box = PdfReader(rendered(pdf, document)[1]).pages[0].mediabox
    size = {"F4": (215, 330), "A4": (210, 297)}[paper]
    found = (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4))
    assert found == (size[::-1] if landscape else size)


def test_same_document_gives_the_same_bytes():
    assert rendered(pdf, a_document(60))[1].read() == (
        rendered(pdf, a_document(60))[1].read()
    )


def test_fonts_are_embedded():
    _summary, file = rendered(pdf, a_document(60))
    fonts = [
        font.get_object()
        for page in PdfReader(file).pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


@pytest.mark.parametrize(
    "change",
    [
        {"paper": "A5"},
        {"columns": []},
    ],
)
def test_wrong_documents_are_refused(change):
    with pytest.raises(ValueError):
        a_document(**change)


def test_wrong_columns_are_refused():
    with pytest.raises(ValueError):
        Column("name", "Nama", 10, total=True)
    with pytest.raises(ValueError):
        Column("name", "Nama", 10, kind="float")


def test_the_digest_says_under_which_heading_a_line_stands():
    """The same lines for another regency are another annex."""

    def under(name):
        rows = [{**row, "regency": name} for row in families(3)]
        return digest(a_document(rows=lambda: rows)).content_sha256

    assert under("Kabupaten Katingan") == under("Kabupaten Katingan")
    assert under("Kabupaten Katingan") != under("Kabupaten Kapuas")


@pytest.mark.parametrize("count", range(36, 48))
def test_no_sum_stands_on_a_page_without_a_line(count):
    """A page does not begin with the Jumlah of what stands on the one before."""
    rows = [*families(count, ["Katingan"]), *families(20, ["Seruyan"])]
    file = rendered(pdf, a_document(rows=lambda: rows))[1]
    for page in PdfReader(file).pages[1:]:
        lines = page.extract_text().splitlines()
        [place] = [i for i, line in enumerate(lines) if "(lanjutan)" in line][:1] or [
            -1
        ]
        assert not lines[place + 1].startswith("Jumlah"), lines[: place + 3]


@pytest.mark.parametrize("width", [120, 200, 300, 350, 468, 900])
def test_a_long_title_leaves_no_word_alone(width):
    pdf_text.register_fonts()
    title = "BERITA ACARA SERAH TERIMA KARTU HUMA BETANG SEJAHTERA (KHBS)"
    plain = pdf_text.wrap(title, pdf_text.BOLD, 12, width)
    lines = pdf_text.balanced(title, pdf_text.BOLD, 12, width)
    assert len(lines) == len(plain) and " ".join(lines) == title
    assert all(pdf_text.text_width(x, pdf_text.BOLD, 12) <= width for x in lines)
    if width == 468:
        assert lines[-1] != "(KHBS)" == plain[-1]


def test_who_signs_side_by_side_stays_in_his_column():
    name = "Dr. Hj. SITI NURHALIZAH BINTI ABDURRAHMAN, S.Sos., M.Si."
    office = "Kepala Seksi Kesejahteraan Sosial Kecamatan Kamipang Hulu,"
    pdf_text.register_fonts()
    party = Signature("Yang menerima,", (office,), name, below=("NIP 1",))
    over, under = pdf_text.over_hand(party, 150), pdf_text.under_hand(party, 150)
    lines = [(line, pdf_text.REGULAR) for line in over] + under
    assert max(pdf_text.text_width(line, font, 10) for line, font in lines) <= 150
    assert " ".join(over) == f"Yang menerima, {office}"
    assert " ".join(line for line, _font in under) == f"{name} NIP 1"
    assert {font for line, font in under if line != "NIP 1"} == {pdf_text.BOLD}


def test_the_number_of_a_letter_is_broken_behind_its_marks():
    pdf_text.register_fonts()
    lines = pdf_text.wrap("400.10.2.2/117/SK-RT/IV/2026", pdf_text.REGULAR, 8.5, 60)
    assert "".join(lines) == "400.10.2.2/117/SK-RT/IV/2026"
    assert all(line[-1] in "/.-" for line in lines[:-1])
    [*full, last] = pdf_text.wrap("W" * 40, pdf_text.REGULAR, 8.5, 60)
    assert full
    assert last
    widths = [
        pdfmetrics.stringWidth(line, pdf_text.REGULAR, 8.5) for line in [*lines, *full]
    ]
    assert max(widths) <= 60
    assert pdf_text.text_width("Ma'ruf D'Áto", pdf_text.BOLD, 8.5) == pytest.approx(
        pdfmetrics.stringWidth("Ma'ruf D'Áto", pdf_text.BOLD, 8.5)
    )


PEAK = """
import io, resource, sys
sys.path[:0] = sys.argv[2:]
from test_table_papers import a_document, pdf
with open("/dev/null", "wb") as file:
    pdf.render(a_document(int(sys.argv[1])), file)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_lines():
    """DESIGN 6: at most 1.2 x that at a tenth of the lines."""

    def peak(count):
        paths = [path for path in sys.path if path]
        done = subprocess.run(
            [sys.executable, "-c", PEAK, str(count), *paths],
            capture_output=True,
            check=True,
            text=True,
        )
        return int(done.stdout)

    assert peak(45_000) <= 1.2 * peak(4_500)


def test_subgroups_head_lines_and_numbers_go_on():
    """Kecamatan and desa within a kabupaten (DOMAIN 6)."""

    def rows():
        for number, row in enumerate(families(90)):
            yield {**row, "village": f"Desa {number // 15}"}

    document = a_document(rows=rows, subgroup_key="village")
    lines = list(walk(document))
    assert [line.kind for line in lines[:3]] == ["group", "subgroup", "row"]
    assert [line.number for line in lines if line.kind == "row"][:45] == list(
        range(1, 46)
    )
    pages = [
        page.extract_text() for page in PdfReader(rendered(pdf, document)[1]).pages
    ]
    assert "Katingan, Desa 2 (lanjutan)" in "\n".join(pages)


@pytest.mark.parametrize("lines", [1, 2, 3, 5])
def test_no_heading_is_the_last_line_of_a_page(lines):
    """However high the row below it is, and wherever on the page it falls."""

    def rows():
        for number, row in enumerate(families(120)):
            name = "Pambelum " * 4 * lines
            yield {**row, "name": name, "village": f"Desa {number // 3}"}

    pages = PdfReader(rendered(pdf, a_document(rows=rows, subgroup_key="village"))[1])
    for page in pages.pages:
        table, foot, _rest = page.extract_text().partition("Keadaan data per")
        assert foot
        table = table.rstrip()
        assert not re.search(r"(Desa \d+|Katingan|Seruyan)$", table)


def test_rows_are_kept_to_be_drawn_once_more():
    document = a_document(7)
    kept = io.BytesIO()
    source.dump(document, kept)
    again = source.load(kept.getvalue())
    assert documents.digest(again) == documents.digest(document)
    one = source.load(kept.getvalue(), lambda number, row, group: number == 2)
    numbers = [line.number for line in walk(one) if line.kind == "row"]
    assert numbers == [2, 2]


def test_a_workbook_leaves_no_row_out_in_silence(monkeypatch):
    monkeypatch.setattr(xlsx, "MOST_ROWS", 12)
    rendered(xlsx, a_document(count=2))
    with pytest.raises(ValueError, match="more rows"):
        rendered(xlsx, a_document(count=20))
