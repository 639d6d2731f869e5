# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The pages of a decree, and several files as one."""

import io

import pytest
from papers import decree, prose
from papers.join import join, page_count
from pypdf import PdfReader

TEXT = {
    "title": "Penetapan <Penerima> & Besaran",
    "year": 2026,
    "considering": ["bahwa satu;", "bahwa dua;"],
    "recalling": ["Undang-Undang Nomor 14 Tahun 2023;"],
    "observing": [],
    "operative": [f"Diktum nomor {number}." for number in range(1, 13)],
    "copies": ["Menteri Dalam Negeri;"],
    "office": ("a.n. GUBERNUR KALIMANTAN TENGAH", "SEKRETARIS DAERAH,"),
    "name": "NAMA CONTOH",
}


def pages_of(**changes):
    file = io.BytesIO()
    decree.render(decree.DecreeText(**{**TEXT, **changes}), file)
    return PdfReader(file).pages


def test_parts_stand_in_their_order():
    text = "\n".join(page.extract_text() for page in pages_of())
    parts = [
        "KEPUTUSAN GUBERNUR KALIMANTAN TENGAH",
        "188.44/ ...",
        "Menimbang",
        "bahwa dua",
        "Mengingat",
        "MEMUTUSKAN",
        "KESATU",
        "KESEPULUH",
        "KEDUA BELAS",
        "Ditetapkan di Palangka Raya",
        "SEKRETARIS DAERAH",
        "NAMA CONTOH",
        "Tembusan",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "Memperhatikan" not in text


def test_text_is_no_markup():
    text = "\n".join(page.extract_text() for page in pages_of())
    assert "<PENERIMA> & BESARAN" in text.replace("\n", " ")


def test_code_stands_on_every_page():
    pages = pages_of(
        considering=["bahwa " + "panjang " * 800],
        code="ABCD-EFGH",
        verify_url="https://khbs.example/khbs/verify/ABCDEFGH",
    )
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        text = page.extract_text()
        assert "ABCD-EFGH" in text
        assert f"Halaman {number} dari {len(pages)}" in text


def test_nothing_is_fetched():
    for html in (
        '<img src="http://127.0.0.1:9/x.png">',
        '<img src="file:///etc/passwd">',
        '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">',
    ):
        with pytest.raises(ValueError, match="may not load"):
            prose.render(html, io.BytesIO())


def test_join_keeps_order_and_pages():
    first, second, whole = io.BytesIO(), io.BytesIO(), io.BytesIO()
    decree.render(decree.DecreeText(**TEXT), first)
    decree.render(decree.DecreeText(**{**TEXT, "title": "Kedua"}), second)
    first.seek(0)
    second.seek(0)
    pages = join([first, second], whole, title="Gabungan")
    whole.seek(0)
    assert page_count(whole) == pages
    reader = PdfReader(whole)
    assert reader.metadata.title == "Gabungan"
    assert "KEDUA" in reader.pages[pages // 2].extract_text()
