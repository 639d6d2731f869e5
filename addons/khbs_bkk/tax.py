# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Income tax (PPh 21) on BKK money, by rank and not by role (DOMAIN 4.4).

Who pays the person withholds: the treasurer of the regency or village. The rules are
data, effective-dated and confirmed by the tax officer (khbs.bkk.tax.rule). Whether
honoraria count as final, or are fixed and regular each month and so ordinary income,
he decides for each role and period (khbs.bkk.tax.treatment).
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

FINAL = "final"
NOT_EMPLOYEE = "not_employee"
PARTICIPANT = "participant"
REGULAR = "regular"
# Rank group of a holder who is neither a civil servant nor of TNI or Polri.
NO_RANK = "none"


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    :ivar ranks: rank groups of the holder that it covers
    :ivar kind: final, not_employee (jasa), participant (peserta kegiatan) or regular
    :ivar base: share of the gross amount that is taxed
    :ivar rate: share of the base that is withheld
    :ivar tax_object: code of the tax object on the withholding slip
    :ivar up_to: highest base in rupiah that the rate holds for, or None
    :ivar key: what the caller knows the rule by
    """

    ranks: frozenset
    kind: str
    base: Fraction
    rate: Fraction
    tax_object: str
    valid_from: date
    valid_to: date | None = None
    up_to: int | None = None
    key: Hashable = None


@dataclass(frozen=True)
class Withholding:
    """What is withheld from one gross amount, in whole rupiah."""

    gross: int
    base: int
    tax: int
    rule: Rule

    @property
    def net(self):
        return self.gross - self.tax

    @property
    def rate(self):
        return self.rule.rate

    @property
    def tax_object(self):
        return self.rule.tax_object


def kind_of(rank_group, treatment=NOT_EMPLOYEE):
    """Return the kind of rule for a holder of *rank_group* in a role so treated.

    Whoever has a rank is taxed finally, unless the honorarium is regular income.
    """
    if treatment == REGULAR or rank_group == NO_RANK:
        return treatment
    return FINAL


def find_rule(rank_group, paid_on, rules, treatment=NOT_EMPLOYEE):
    """Return the rule for a holder of *rank_group* who is paid on a day.

    :param treatment: not_employee, participant or regular, as set for the role
    :raises LookupError: no rule or more than one covers the case
    """
    wanted = kind_of(rank_group, treatment)
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


def withhold(gross, rule):
    """Return what is withheld from *gross* rupiah under *rule*.

    The base is rounded down to whole rupiah as it is printed, then the tax is: what
    stands on paper can be worked out again from what stands on paper.

    :raises LookupError: the base is beyond what the rate holds for
    """
    if gross < 0:
        raise ValueError("a gross amount is not negative")
    base = int(gross * rule.base)
    if rule.up_to is not None and base > rule.up_to:
        raise LookupError(f"a base of {base} is beyond the rule's {rule.up_to}")
    return Withholding(gross=gross, base=base, tax=int(base * rule.rate), rule=rule)
