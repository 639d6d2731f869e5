# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Income tax (PPh 21) on BKK money, by rank and not by role (DOMAIN 4.4).

Who pays the person withholds: the treasurer of the regency or village. The rules are
effective-dated and are to be confirmed by the tax officer; honoraria that are fixed
and regular each month may be ordinary income instead.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

FINAL = "final"
NOT_EMPLOYEE = "not_employee"
PARTICIPANT = "participant"


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    :ivar ranks: rank groups of the holder that it covers
    :ivar kind: final, not_employee (jasa) or participant (peserta kegiatan)
    :ivar base: share of the gross amount that is taxed
    :ivar rate: share of the base that is withheld
    :ivar tax_object: code of the tax object on the withholding slip
    """

    ranks: frozenset
    kind: str
    base: Fraction
    rate: Fraction
    tax_object: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True)
class Withholding:
    """What is withheld from one gross amount, in whole rupiah."""

    gross: int
    base: int
    tax: int
    rate: Fraction
    tax_object: str

    @property
    def net(self):
        return self.gross - self.tax


def _final(ranks, percent, tax_object):
    # PP 80/2010 with PMK 262/2010.
    return Rule(
        ranks=frozenset(ranks),
        kind=FINAL,
        base=Fraction(1),
        rate=Fraction(percent, 100),
        tax_object=tax_object,
        valid_from=date(2011, 1, 1),
    )


def _other(kind, base, tax_object):
    # First bracket of article 17, up to Rp60 million a year.
    return Rule(
        ranks=frozenset({"none"}),
        kind=kind,
        base=base,
        rate=Fraction(5, 100),
        tax_object=tax_object,
        valid_from=date(2022, 1, 1),
    )


RULES = (
    _final({"grade_1", "grade_2", "enlisted", "sergeant"}, 0, "21-402-04"),
    _final({"grade_3", "junior_officer"}, 5, "21-402-02"),
    _final(
        {"grade_4", "middle_officer", "senior_officer", "state_official"},
        15,
        "21-402-03",
    ),
    _other(NOT_EMPLOYEE, Fraction(1, 2), "21-100-20"),
    _other(PARTICIPANT, Fraction(1), "21-100-17"),
)


def find_rule(rank_group, paid_on, kind=NOT_EMPLOYEE, rules=RULES):
    """Return the rule for a holder of *rank_group* who is paid on a day.

    :param kind: of income, where the holder is no civil servant
    :raises LookupError: no rule or more than one covers the case
    """
    wanted = kind if rank_group == "none" else FINAL
    found = [
        rule
        for rule in rules
        if rank_group in rule.ranks
        and rule.kind == wanted
        and rule.valid_from <= paid_on
        and (rule.valid_to is None or paid_on <= rule.valid_to)
    ]
    if len(found) != 1:
        raise LookupError(
            f"{len(found)} rules for {rank_group} ({wanted}) on {paid_on}"
        )
    return found[0]


def withhold(gross, rank_group, paid_on, kind=NOT_EMPLOYEE, rules=RULES):
    """Return what is withheld from *gross* rupiah; tax is rounded down."""
    if gross < 0:
        raise ValueError("a gross amount is not negative")
    rule = find_rule(rank_group, paid_on, kind=kind, rules=rules)
    base = gross * rule.base
    return Withholding(
        gross=gross,
        base=int(base),
        tax=int(base * rule.rate),
        rate=rule.rate,
        tax_object=rule.tax_object,
    )
