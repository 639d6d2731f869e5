# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from papers import code, decree, words


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "Rp0"),
        (1000, "Rp1.000"),
        (1_234_567, "Rp1.234.567"),
        (111_773_600_000, "Rp111.773.600.000"),
        (-250_000, "-Rp250.000"),
    ],
)
def test_rupiah(amount, text):
    assert words.rupiah(amount) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Siti Nurhaliza, S.Sos., M.Si.", "SITI NURHALIZA, S.Sos., M.Si."),
        ("dr. Hj. Ma'rimba bin Haji Ali", "dr. Hj. MA'RIMBA BIN HAJI ALI"),
        ("Moh. Ali", "MOH. ALI"),
        ("." * 30, "." * 30),
    ],
)
def test_a_title_keeps_its_letters_where_a_name_is_in_capitals(name, text):
    assert words.capitals(name) == text


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([], ""),
        (["Katingan"], "Katingan"),
        (["Katingan", "Kapuas"], "Katingan dan Kapuas"),
        (["Katingan", "Kapuas", "Seruyan"], "Katingan, Kapuas, dan Seruyan"),
    ],
)
def test_a_list_in_a_sentence(items, text):
    assert words.listed(items) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "nol"),
        (11, "sebelas"),
        (100, "seratus"),
        (1000, "seribu"),
        (1_001_000, "satu juta seribu"),
        (1_101_000, "satu juta seratus satu ribu"),
        (250_000, "dua ratus lima puluh ribu"),
        (
            111_773_600_000,
            "seratus sebelas miliar tujuh ratus tujuh puluh tiga juta enam ratus ribu",
        ),
        (-5, "minus lima"),
    ],
)
def test_terbilang(value, text):
    assert words.terbilang(value) == text


def test_amount_of_a_decree():
    assert words.rupiah_legal(250_000) == (
        "Rp250.000,00 (dua ratus lima puluh ribu rupiah)"
    )


def test_a_sum_of_the_database_is_whole_rupiah():
    """Odoo gives the sum of a 64-bit column as a float."""
    assert words.rupiah_legal(900_000.0) == (
        "Rp900.000,00 (sembilan ratus ribu rupiah)"
    )
    with pytest.raises(ValueError, match="whole"):
        words.rupiah(900_000.5)


def test_dates():
    day = date(2026, 2, 20)
    assert words.date(day) == "20 Februari 2026"
    assert words.date_in_words(day) == (
        "Jumat tanggal dua puluh bulan Februari tahun dua ribu dua puluh enam"
    )


def test_moment_is_western_indonesian_time_whatever_zone_it_comes_in():
    wit = timezone(timedelta(hours=9))
    for value in (
        datetime(2026, 11, 21, 18, 5),
        datetime(2026, 11, 21, 18, 5, tzinfo=UTC),
        datetime(2026, 11, 22, 3, 5, tzinfo=wit),
    ):
        assert words.moment(value) == "22 November 2026 pukul 01.05 WIB"


def test_nip():
    assert words.nip("197201121997031004") == "19720112 199703 1 004"


def test_code_is_read_as_people_type_it():
    new = code.new()
    assert len(new) == 20
    assert code.normalise(code.grouped(new).lower()) == new
    assert code.normalise(" oil0-") == "0110"


def test_annexes_are_numbered_in_roman():
    firsts = [decree.annex_heading(n, "x", 2026)[0] for n in (1, 4, 9, 14)]
    assert firsts == ["LAMPIRAN I", "LAMPIRAN IV", "LAMPIRAN IX", "LAMPIRAN XIV"]
