# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors of field deliveries, planted on purpose and remembered (DOMAIN 2.4, 12).

A fault takes a household and returns the indexes of the persons whose lines carry it.
Faults of the number, area or decile of a family stand in each of its lines.
"""

from .households import HEAD, MAN, OTHER, WOMAN
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


def _nik_twice(household, rng):
    last = len(household.persons) - 1
    household.persons[last].nik = household.persons[0].nik
    return [0, last]


def _cell_empty(household, rng):
    household.persons[-1].sex = ""
    return [len(household.persons) - 1]


def _row_unreadable(household, rng):
    """A cell too many, as an address with a separator in it brings."""
    household.persons[-1].further_cells = ("-",)
    return [len(household.persons) - 1]


def _rt_form(household, rng):
    household.rt = rng.choice(("1A", "0001", "RT 1"))
    return _everyone(household)


def _dwelling_unknown(household, rng):
    household.house = rng.choice(("6", "milik"))
    return _everyone(household)


def _coordinate_form(household, rng):
    household.latitude, household.longitude = rng.choice(
        (("2,5 LS", "113.9"), ("-95.0", "113.9"), ("-2.1", ""))
    )
    return _everyone(household)


def _nik_other_sex(household, rng):
    person = household.persons[-1]
    person.sex = MAN if person.sex == WOMAN else WOMAN
    return [len(household.persons) - 1]


def _nik_other_date(household, rng):
    person = household.persons[-1]
    day = int(person.born[8:])
    person.born = f"{person.born[:8]}{day - 1 if day > 1 else 2:02d}"
    return [len(household.persons) - 1]


ALONE = {
    "NIK_FORM": _nik_form,
    "NIK_FLOAT": _nik_float,
    "NIK_PLACEHOLDER": _nik_placeholder,
    "NIK_DUPLICATE_FILE": _nik_twice,
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
    "CELL_EMPTY": _cell_empty,
    "ROW_UNREADABLE": _row_unreadable,
    "RT_RW_FORM": _rt_form,
    "DWELLING_UNKNOWN": _dwelling_unknown,
    "COORDINATE_FORM": _coordinate_form,
    "NIK_SEX_DIFFERS": _nik_other_sex,
    "NIK_DATE_DIFFERS": _nik_other_date,
}
# Remarks on rows that are accepted; a placeholder is a person without NIK.
REMARKS = {
    "NIK_PLACEHOLDER",
    "NIK_SEX_DIFFERS",
    "NIK_DATE_DIFFERS",
    "NIK_DATE_IMPOSSIBLE",
    "NIK_REGION_UNKNOWN",
    "KK_REGION_UNKNOWN",
}
# Two households carry these together: the later one repeats a number of the first.
IN_PAIRS = ("NIK_TWO_KK", "KK_DUPLICATE")
# These need numbers that nobody has yet, or the code of another village.
WITH_NUMBERS = (
    "NIK_DATE_IMPOSSIBLE",
    "NIK_REGION_UNKNOWN",
    "KK_REGION_UNKNOWN",
    "FAMILY_INCONSISTENT",
)
# Planted only when asked for: they need an earlier delivery, a second code system, a
# regency outside the delivery's areas or a workbook.
NIK_DUPLICATE_REGISTRY = "NIK_DUPLICATE_REGISTRY"
AREA_NO_CROSSWALK = "AREA_NO_CROSSWALK"
AREA_OUT_OF_SCOPE = "AREA_OUT_OF_SCOPE"
CELL_MERGED = "CELL_MERGED"
NEED_TWO_MEMBERS = {
    "HEAD_TWO",
    "RELATION_UNKNOWN",
    "HEAD_NONE",
    "NIK_DUPLICATE_FILE",
    "FAMILY_INCONSISTENT",
    CELL_MERGED,
}


class Wanted:
    """How many households carry each class of fault.

    :param share: share of *households* for each class, 0 for none
    :param registered: numbers of an earlier delivery to be met again
    :param mixed_share: share of households written with BPS codes
    :param outside: codes of villages outside the delivery's areas
    :param merged: whether cells can be merged
    """

    def __init__(
        self, households, share, registered=(), mixed_share=0, outside=(), merged=False
    ):
        self.registered = registered
        self.outside = outside
        self.numbers = {}
        if share:
            number = max(1, round(share * households))
            self.numbers = dict.fromkeys((*ALONE, *WITH_NUMBERS), number)
            self.numbers |= dict.fromkeys(IN_PAIRS, number + number % 2)
            if registered:
                self.numbers[NIK_DUPLICATE_REGISTRY] = min(number, len(registered))
            if outside:
                self.numbers[AREA_OUT_OF_SCOPE] = number
            if merged:
                self.numbers[CELL_MERGED] = number
        if mixed_share:
            self.numbers[AREA_NO_CROSSWALK] = max(1, round(mixed_share * households))


class Plan:
    """Which household carries which fault; no household carries two.

    :param indexes: the households that may carry one
    :param wanted: Wanted
    :param numbers: Numbers that gives out the numbers of the delivery
    :param neighbours: dict of a village's code to that of another village
    """

    def __init__(self, rng, indexes, wanted, numbers, neighbours):
        self._rng = rng
        self._numbers = numbers
        self._neighbours = neighbours
        self._first_of = {}
        self._shared = {}
        self._registered = iter(wanted.registered)
        self._outside = wanted.outside
        total = sum(wanted.numbers.values())
        if total > len(indexes):
            raise ValueError(
                f"{total} faulty households do not fit among {len(indexes)}: "
                "ask for a smaller share"
            )
        chosen = iter(rng.sample(indexes, total))
        self._codes = {}
        for code, number in wanted.numbers.items():
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
        if code in IN_PAIRS:
            return code, self._pair(code, index, household)
        return code, getattr(self, f"_{code.lower()}")(household, village)

    def _area_no_crosswalk(self, household, village):
        household.area_code = village.bps_code
        return _everyone(household)

    def _area_out_of_scope(self, household, village):
        household.area_code = self._rng.choice(self._outside)
        return _everyone(household)

    def _nik_duplicate_registry(self, household, village):
        household.persons[-1].nik = next(self._registered)
        return [len(household.persons) - 1]

    def _nik_date_impossible(self, household, village):
        person = household.persons[-1]
        day = "71" if person.sex == WOMAN else "31"
        stem = f"{person.nik[:6]}{day}02{person.nik[10:12]}"
        person.nik = self._numbers.free(stem)
        return [len(household.persons) - 1]

    def _nik_region_unknown(self, household, village):
        person = household.persons[-1]
        person.nik = self._numbers.free(f"629901{person.nik[6:12]}")
        return [len(household.persons) - 1]

    def _kk_region_unknown(self, household, village):
        household.kk = self._numbers.free(f"350501{household.kk[6:12]}")
        return _everyone(household)

    def _family_inconsistent(self, household, village):
        household.persons[-1].area_code = self._neighbours[village.code]
        return _everyone(household)

    def _cell_merged(self, household, village):
        household.merged = True
        return range(1, len(household.persons))

    def _pair(self, code, index, household):
        first = self._first_of.get(index)
        if code == "KK_DUPLICATE":
            if first is None:
                self._shared[index] = household.kk
            else:
                household.kk = self._shared.pop(first)
            return _everyone(household)
        place = len(household.persons) - 1
        if first is None:
            self._shared[index] = household.persons[place].nik
        else:
            household.persons[place].nik = self._shared.pop(first)
        return [place]
