# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import pytest
from khbs_registry.search_text import Query, parse

NIK = "6206014506919012"


@pytest.mark.parametrize(
    "text", [NIK, f" {NIK} ", "6206 0145 0691 9012", "620601-450691-9012"]
)
def test_sixteen_digits_are_a_number(text):
    assert parse(text) == Query(number=NIK)


@pytest.mark.parametrize("text", [NIK[:-1], NIK + "1", "6206", "6206 0145", "62.06"])
def test_a_part_of_a_number_is_no_search(text):
    assert parse(text) == Query(partial=True)


def test_the_number_of_a_household_or_its_last_part():
    assert parse("khbs-62.06.01-000123").household == "KHBS-62.06.01-000123"
    assert parse("KHBS-62.06.01-000123 SITI").household == "KHBS-62.06.01-000123"
    assert parse("000123") == Query(serial="000123")


def test_names_and_places_are_words():
    assert parse("Siti tumbang").words == ("SITI", "TUMBANG")
    assert parse("O'NEIL, kasongan").words == ("O'NEIL", "KASONGAN")
    assert parse("SITI siti").words == ("SITI",)
    assert parse("siti 6206").words == ("SITI", "6206")


@pytest.mark.parametrize("text", ["", None, "  ", "si", "a b"])
def test_too_little_finds_nothing(text):
    assert not parse(text)
