# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors of field deliveries, planted on purpose and remembered (DOMAIN 2.4, 12).

A fault takes a household and returns the indexes of the persons whose lines carry it.
Faults of the number, area or decile of a family stand in each of its lines.
"""

from .households import HEAD, OTHER
from .numbers import PLACEHOLDERS

# A number typed into a spreadsheet cell: sixteen digits become a float.
FLOAT_MARK = "E+15"


def _everyone(household):
    return range(len(household.persons))


def _as_float(number):
    """Return how Excel shows *number* after it became a float."""
    return f"{float(number):.5E}"


def _shorten(number, rng):
    """Return *number* with a digit lost or a letter in the place of a digit."""
    if rng.random() < 0.5:
        return number[:-1]
    return number[:7] + "O" + number[8:]


def _nik_form(household, rng):
    person = household.persons[-1]
    person.nik = _shorten(person.nik, rng)
    return [len(household.persons) - 1]


def _nik_float(household, rng):
    household.persons[0].nik = _as_float(household.persons[0].nik)
    return [0]


def _nik_placeholder(household, rng):
    person = household.persons[-1]
    minor = int(person.born[:4]) > 2008
    person.nik = PLACEHOLDERS["child" if minor else "adult"]
    return [len(household.persons) - 1]


def _kk_form(household, rng):
    household.kk = _shorten(household.kk, rng)
    return _everyone(household)


def _kk_float(household, rng):
    household.kk = _as_float(household.kk)
    return _everyone(household)


def _head_none(household, rng):
    household.persons[0].relation = OTHER
    return _everyone(household)


def _head_two(household, rng):
    household.persons[1].relation = HEAD
    return _everyone(household)


def _area_unknown(household, rng):
    household.area_code = household.area_code[:6] + "99.2999"
    return _everyone(household)


def _decile_range(household, rng):
    household.decile = rng.choice(("0", "11", "-1", "99"))
    return _everyone(household)


def _date_impossible(household, rng):
    person = household.persons[-1]
    person.born = person.born[:4] + rng.choice(("-02-30", "-04-31", "-13-01"))
    return [len(household.persons) - 1]


def _name_empty(household, rng):
    household.persons[0].name = rng.choice(("", "   "))
    return [0]


def _relation_unknown(household, rng):
    household.persons[-1].relation = rng.choice(("12", "0", "X"))
    return [len(household.persons) - 1]


def _sex_unknown(household, rng):
    household.persons[-1].sex = rng.choice(("3", "0", "P/L"))
    return [len(household.persons) - 1]


ALONE = {
    "NIK_FORM": _nik_form,
    "NIK_FLOAT": _nik_float,
    "NIK_PLACEHOLDER": _nik_placeholder,
    "KK_FORM": _kk_form,
    "KK_FLOAT": _kk_float,
    "HEAD_NONE": _head_none,
    "HEAD_TWO": _head_two,
    "AREA_UNKNOWN": _area_unknown,
    "DECILE_RANGE": _decile_range,
    "DATE_IMPOSSIBLE": _date_impossible,
    "NAME_EMPTY": _name_empty,
    "RELATION_UNKNOWN": _relation_unknown,
    "SEX_UNKNOWN": _sex_unknown,
}
# Two households carry these together: the later one repeats a number of the first.
IN_PAIRS = ("NIK_DUPLICATE_FILE", "KK_DUPLICATE")
# Planted only when asked for: they need an earlier delivery or a second code system.
NIK_DUPLICATE_REGISTRY = "NIK_DUPLICATE_REGISTRY"
AREA_NO_CROSSWALK = "AREA_NO_CROSSWALK"
NEED_TWO_MEMBERS = {"HEAD_TWO", "RELATION_UNKNOWN", "HEAD_NONE"}


class Plan:
    """Which household carries which fault; no household carries two.

    :param indexes: the households that may carry one
    :param share: share of *households* for each class of fault, 0 for none
    :param registered_niks: numbers of an earlier delivery to be met again
    :param mixed_share: share of households written with BPS codes
    """

    def __init__(
        self, rng, indexes, households, share, registered_niks=(), mixed_share=0
    ):
        self._rng = rng
        self._first_of = {}
        self._numbers = {}
        self._registered = iter(registered_niks)
        wanted = {}
        if share:
            number = max(1, round(share * households))
            wanted = dict.fromkeys(ALONE, number)
            wanted |= dict.fromkeys(IN_PAIRS, number + number % 2)
            if registered_niks:
                wanted[NIK_DUPLICATE_REGISTRY] = min(number, len(registered_niks))
        if mixed_share:
            wanted[AREA_NO_CROSSWALK] = max(1, round(mixed_share * households))
        total = sum(wanted.values())
        if total > len(indexes):
            raise ValueError(
                f"{total} faulty households do not fit among {len(indexes)}: "
                "ask for a smaller share"
            )
        chosen = iter(rng.sample(indexes, total))
        self._codes = {}
        for code, number in wanted.items():
            own = [next(chosen) for _household in range(number)]
            self._codes |= dict.fromkeys(own, code)
            if code in IN_PAIRS:
                own.sort()
                half = number // 2
                self._first_of |= dict(zip(own[half:], own[:half], strict=True))

    def least_members(self, index):
        return 2 if self._codes.get(index) in NEED_TWO_MEMBERS else 1

    def plant(self, index, household, village):
        """Put its fault into household *index*; return (code, person indexes)."""
        code = self._codes.get(index)
        if code is None:
            return None, ()
        if code in ALONE:
            return code, ALONE[code](household, self._rng)
        if code == AREA_NO_CROSSWALK:
            household.area_code = village.bps_code
            return code, _everyone(household)
        if code == NIK_DUPLICATE_REGISTRY:
            household.persons[-1].nik = next(self._registered)
            return code, [len(household.persons) - 1]
        return code, self._pair(code, index, household)

    def _pair(self, code, index, household):
        first = self._first_of.get(index)
        if code == "KK_DUPLICATE":
            if first is None:
                self._numbers[index] = household.kk
            else:
                household.kk = self._numbers.pop(first)
            return _everyone(household)
        place = len(household.persons) - 1
        if first is None:
            self._numbers[index] = household.persons[place].nik
        else:
            household.persons[place].nik = self._numbers.pop(first)
        return [place]
