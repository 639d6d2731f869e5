# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""PPh 21 by the rules that the addon ships (DOMAIN 4.4)."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import khbs_bkk_tax as tax
import pytest
from hypothesis import given
from hypothesis import strategies as st

DAY = date(2026, 3, 31)
DATA = (
    Path(__file__).resolve().parents[2]
    / "addons/khbs_bkk/data/khbs_bkk_tax_rule_data.xml"
)


def shipped_rules():
    """Return the rules of the data file, as the model gives them to the module."""
    rules = []
    for record in ElementTree.parse(DATA).getroot():
        values = {
            field.get("name"): field.get("eval") or field.text for field in record
        }
        rules.append(
            tax.Rule(
                ranks=frozenset({values["rank_group"]}),
                kind=values["kind"],
                base=Fraction(values["base_percent"]) / 100,
                rate=Fraction(values["rate_percent"]) / 100,
                tax_object=values["tax_object"],
                valid_from=date.fromisoformat(values["valid_from"]),
                up_to=int(values["up_to"]) if "up_to" in values else None,
            )
        )
    return rules


RULES = shipped_rules()
RANKS = sorted(set().union(*(rule.ranks for rule in RULES)))
TREATMENTS = [tax.NOT_EMPLOYEE, tax.PARTICIPANT, tax.REGULAR]
gross_amounts = st.integers(min_value=0, max_value=5_000_000)


def withhold(gross, rank, day=DAY, treatment=tax.NOT_EMPLOYEE, rules=RULES):
    return tax.withhold(gross, tax.find_rule(rank, day, rules, treatment))


@pytest.mark.parametrize(
    ("rank", "expected", "tax_object"),
    [
        ("none", 6_250, "21-100-20"),
        ("sergeant", 0, "21-402-04"),
        ("enlisted", 0, "21-402-04"),
        ("grade_1", 0, "21-402-04"),
        ("grade_2", 0, "21-402-04"),
        ("grade_3", 12_500, "21-402-02"),
        ("junior_officer", 12_500, "21-402-02"),
        ("grade_4", 37_500, "21-402-03"),
        ("middle_officer", 37_500, "21-402-03"),
        ("senior_officer", 37_500, "21-402-03"),
        ("state_official", 37_500, "21-402-03"),
    ],
)
def test_case_12_46_tax_goes_by_rank(rank, expected, tax_object):
    withheld = withhold(250_000, rank)
    assert withheld.tax == expected
    assert withheld.net == 250_000 - expected
    assert withheld.tax_object == tax_object


def test_a_participant_pays_on_the_whole_amount():
    withheld = withhold(250_000, "none", treatment=tax.PARTICIPANT)
    assert (withheld.base, withheld.tax) == (250_000, 12_500)
    assert withheld.tax_object == "21-100-17"


@pytest.mark.parametrize("rank", RANKS)
def test_regular_income_is_not_taxed_finally(rank):
    withheld = withhold(750_000, rank, treatment=tax.REGULAR)
    assert (withheld.tax, withheld.tax_object) == (0, "21-100-01")


@pytest.mark.parametrize("rank", [rank for rank in RANKS if rank != "none"])
def test_who_has_a_rank_is_never_taxed_as_a_participant(rank):
    as_participant = withhold(750_000, rank, treatment=tax.PARTICIPANT)
    assert as_participant == withhold(750_000, rank)
    assert as_participant.rule.kind == tax.FINAL


def test_tax_is_rounded_down_to_whole_rupiah():
    assert withhold(39, "none").tax == 0
    assert withhold(250_039, "none").tax == 6_250
    assert withhold(19, "grade_3").tax == 0
    # The base is printed in whole rupiah, and the tax is that of the printed base.
    assert withhold(250_001, "none").base == 125_000


def test_a_rule_that_changes_holds_from_its_day():
    old = [replace(rule, valid_to=date(2026, 6, 30)) for rule in RULES]
    new = [
        replace(rule, rate=Fraction(10, 100), valid_from=date(2026, 7, 1))
        for rule in RULES
    ]
    rules = (*old, *new)
    assert withhold(1000, "grade_3", date(2026, 6, 30), rules=rules).tax == 50
    assert withhold(1000, "grade_3", date(2026, 7, 1), rules=rules).tax == 100


def test_no_rule_and_two_rules_are_refused():
    with pytest.raises(LookupError):
        withhold(1000, "admiral")
    with pytest.raises(LookupError):
        withhold(1000, "grade_3", date(2000, 1, 1))
    with pytest.raises(LookupError):
        withhold(1000, "grade_3", rules=RULES + RULES)
    with pytest.raises(ValueError, match="not negative"):
        withhold(-1, "grade_3")


def test_beyond_the_first_bracket_nobody_guesses():
    assert withhold(120_000_000, "none").tax == 3_000_000
    with pytest.raises(LookupError, match="beyond"):
        withhold(120_000_002, "none")


@given(gross_amounts, st.sampled_from(RANKS), st.sampled_from(TREATMENTS))
def test_net_and_tax_make_the_gross(gross, rank, treatment):
    withheld = withhold(gross, rank, treatment=treatment)
    assert withheld.net + withheld.tax == gross
    assert 0 <= withheld.tax <= withheld.base <= gross


@given(gross_amounts, st.sampled_from(RANKS), st.sampled_from(TREATMENTS))
def test_what_is_printed_can_be_worked_out_again(gross, rank, treatment):
    withheld = withhold(gross, rank, treatment=treatment)
    points = withheld.rate * 10_000
    assert points.denominator == 1
    assert withheld.tax == withheld.base * int(points) // 10_000
    # Never a rupiah more than the law's exact figure, and less than one below it.
    exact = gross * withheld.rule.base * withheld.rate
    assert exact - 1 - withheld.rate < withheld.tax <= exact


@given(gross_amounts, gross_amounts, st.sampled_from(RANKS))
def test_more_gross_is_never_less_tax(first, second, rank):
    less, more = sorted((first, second))
    assert withhold(less, rank).tax <= withhold(more, rank).tax


@given(
    st.lists(st.tuples(gross_amounts, st.sampled_from(RANKS)), max_size=60),
    st.sampled_from(TREATMENTS),
)
def test_the_slips_come_to_the_list(people, treatment):
    """Sums by tax object and rate are the sums of the list, to the rupiah."""
    lines = [withhold(gross, rank, treatment=treatment) for gross, rank in people]
    slips = {}
    for line in lines:
        key = (line.tax_object, line.rate)
        gross, base, withheld = slips.get(key, (0, 0, 0))
        slips[key] = (gross + line.gross, base + line.base, withheld + line.tax)
    sums = [sum(slip[place] for slip in slips.values()) for place in range(3)]
    assert sums == [
        sum(line.gross for line in lines),
        sum(line.base for line in lines),
        sum(line.tax for line in lines),
    ]
    assert sums[0] - sums[2] == sum(line.net for line in lines)


@given(st.integers(min_value=0, max_value=1200), st.sampled_from(RANKS), gross_amounts)
def test_every_day_has_one_rule(days, rank, gross):
    day = date(2024, 1, 1) + timedelta(days=days)
    assert withhold(gross, rank, day).gross == gross
