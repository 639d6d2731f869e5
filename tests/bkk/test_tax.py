# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dataclasses import replace
from datetime import date
from fractions import Fraction

import khbs_bkk_tax as tax
import pytest
from hypothesis import given
from hypothesis import strategies as st

DAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("rank", "expected", "tax_object"),
    [
        ("none", 6_250, "21-100-20"),
        ("sergeant", 0, "21-402-04"),
        ("enlisted", 0, "21-402-04"),
        ("grade_2", 0, "21-402-04"),
        ("grade_3", 12_500, "21-402-02"),
        ("junior_officer", 12_500, "21-402-02"),
        ("grade_4", 37_500, "21-402-03"),
        ("state_official", 37_500, "21-402-03"),
    ],
)
def test_12_46_tax_goes_by_rank(rank, expected, tax_object):
    withheld = tax.withhold(250_000, rank, DAY)
    assert withheld.tax == expected
    assert withheld.net == 250_000 - expected
    assert withheld.tax_object == tax_object


def test_a_participant_pays_on_the_whole_amount():
    assert tax.withhold(250_000, "none", DAY, kind=tax.PARTICIPANT).tax == 12_500


def test_tax_is_rounded_down_to_whole_rupiah():
    assert tax.withhold(39, "none", DAY).tax == 0
    assert tax.withhold(250_039, "none", DAY).tax == 6_250
    assert tax.withhold(19, "grade_3", DAY).tax == 0


def test_a_rule_that_changes_holds_from_its_day():
    old = [replace(rule, valid_to=date(2026, 6, 30)) for rule in tax.RULES]
    new = [
        replace(rule, rate=Fraction(10, 100), valid_from=date(2026, 7, 1))
        for rule in tax.RULES
    ]
    rules = (*old, *new)
    assert tax.withhold(1000, "grade_3", date(2026, 6, 30), rules=rules).tax == 50
    assert tax.withhold(1000, "grade_3", date(2026, 7, 1), rules=rules).tax == 100


def test_no_rule_and_two_rules_are_refused():
    with pytest.raises(LookupError):
        tax.withhold(1000, "admiral", DAY)
    with pytest.raises(LookupError):
        tax.withhold(1000, "grade_3", date(2000, 1, 1))
    with pytest.raises(LookupError):
        tax.withhold(1000, "grade_3", DAY, rules=tax.RULES + tax.RULES)
    with pytest.raises(ValueError):
        tax.withhold(-1, "grade_3", DAY)


@given(
    st.integers(min_value=0, max_value=10**12),
    st.sampled_from(sorted(set().union(*(rule.ranks for rule in tax.RULES)))),
)
def test_net_and_tax_make_the_gross(gross, rank):
    withheld = tax.withhold(gross, rank, DAY)
    assert withheld.net + withheld.tax == gross
    assert 0 <= withheld.tax <= withheld.base <= gross
