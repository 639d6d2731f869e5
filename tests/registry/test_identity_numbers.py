# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import pytest
from hypothesis import given
from hypothesis import strategies as st
from khbs_registry import identity_numbers as numbers

NIK = "6206014506919012"


@pytest.mark.parametrize(
    "nik",
    [
        "6206014506919012",  # a woman: 05 + 40
        "6206010506919012",
        "3505013112009001",  # registered first in Java (DOMAIN 12.11)
        "9401010101809001",
    ],
)
def test_a_true_nik_has_no_error(nik):
    assert numbers.nik_form_error(nik) is None


@pytest.mark.parametrize(
    "nik",
    [
        "",
        "620601450691901",
        "62060145069190123",
        "6206O14506919012",
        "٦٢٠٦٠١٤٥٠٦٩١٩٠١٢",
        "6206010006919012",  # day 00
        "6206013206919012",  # day 32
        "6206017206919012",  # day 72
        "6206014513919012",  # month 13
        "6206014506910000",  # serial 0000
        "9906014506919012",  # no such province
    ],
)
def test_a_malformed_nik_is_refused(nik):
    assert numbers.nik_form_error(nik) == "NIK_FORM"


@pytest.mark.parametrize("cause", "4569")
def test_the_signs_of_bps_for_none_are_placeholders(cause):
    assert numbers.is_placeholder("9" * 15 + cause)
    assert not numbers.is_placeholder(NIK)


@pytest.mark.parametrize(
    "text", ["6.20601E+15", "6,20601E+15", "6.20601450691900E+15", "6206014506919010.0"]
)
def test_a_number_that_became_a_float_is_known(text):
    assert numbers.is_floated(text)


def test_a_nik_is_no_float():
    assert not numbers.is_floated(NIK)


def test_what_is_only_remarked_in_a_nik():
    def remarks(born, sex):
        return numbers.nik_warnings(NIK, born, sex, {NIK[:6]})

    assert remarks("1991-06-05", "2") == []
    assert remarks("1991-06-05", "1") == ["NIK_SEX_DIFFERS"]
    assert remarks("1991-06-06", "2") == ["NIK_DATE_DIFFERS"]
    assert remarks(None, None) == []


@pytest.mark.parametrize(
    "kk", ["", "62060105069190", "6206010506910000", "6206014506919012", "9" * 16]
)
def test_a_malformed_kk_number_is_refused(kk):
    assert numbers.kk_form_error(kk) == "KK_FORM"


@given(st.text())
def test_any_text_has_an_answer_and_no_exception(text):
    assert numbers.nik_form_error(text) in (None, "NIK_FORM")
    assert numbers.kk_form_error(text) in (None, "KK_FORM")
    numbers.is_floated(text)
    numbers.mask(text)


def test_the_mask_keeps_the_regency_and_the_last_four():
    assert numbers.mask(NIK) == "6206********9012"
