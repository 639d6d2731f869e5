# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One household after another: members, house, decile and other aid."""

from bisect import bisect
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate

from .names import STREETS, person_name
from .numbers import FOREIGN_PREFIXES

AS_OF = date(2026, 1, 1).toordinal()
YEAR = 365.25
BOX_LATITUDE = (-3.7, 0.85)
BOX_LONGITUDE = (110.6, 115.95)

# SHDK, the relation codes of the KK (DOMAIN 2.3).
HEAD, HUSBAND, WIFE, CHILD, CHILD_IN_LAW, GRANDCHILD = "1", "2", "3", "4", "5", "6"
PARENT, PARENT_IN_LAW, RELATIVE, SERVANT, OTHER = "7", "8", "9", "10", "11"
MAN, WOMAN = "1", "2"


def _cumulative(weights):
    return list(accumulate(weights))


SIZES = _cumulative((8, 14, 20, 23, 16, 10, 5, 2.5, 1.5))  # 1..9 members
# Decile 1..10 and "not yet ranked": lists of a social programme lean to the poor.
DECILES = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "")
DECILE_WEIGHTS = _cumulative((14, 14, 13, 12, 11, 9, 8, 7, 5, 3, 4))
FOCUS_DECILE_WEIGHTS = _cumulative((24, 24, 20, 16, 11, 2, 1, 0, 0, 0, 2))
# Regsosek house status 1..5, not recorded, and no house of any kind.
HOUSES = ("1", "2", "3", "4", "5", "", "none")
HOUSE_WEIGHTS = _cumulative((74, 8, 9, 1, 3, 3, 2))
# The later members of a family, and how old they are against the head.
MEMBERS = (CHILD, GRANDCHILD, CHILD_IN_LAW, PARENT, PARENT_IN_LAW, RELATIVE)
MEMBERS += (SERVANT, OTHER)
MEMBER_WEIGHTS = _cumulative((78, 6, 3, 4, 3, 4, 1, 1))
# Programme -> (share of households, highest decile that receives it).
PROGRAMMES = {"PKH": (0.16, 4), "SEMBAKO": (0.20, 5), "BLT-DD": (0.07, 10)}


@dataclass(slots=True)
class Person:
    nik: str
    name: str
    relation: str
    sex: str
    born: str
    area_code: str = ""  # where it differs from the family's
    further_cells: tuple = ()


@dataclass(slots=True)
class Household:
    """A family as the delivery tells it; every value is the text of its cell."""

    key: str
    kk: str
    area_code: str
    address: str
    rt: str
    rw: str
    decile: str
    house: str
    latitude: str
    longitude: str
    persons: list
    aid: list = field(default_factory=list)
    merged: bool = False  # the KK number stands in one cell for all members


class HouseholdMaker:
    """Makes households, all chance from one generator of random numbers."""

    def __init__(self, rng, numbers, key_prefix):
        self._rng = rng
        self._numbers = numbers
        self._key_prefix = key_prefix

    def _pick(self, values, cumulative):
        return values[bisect(cumulative, self._rng.random() * cumulative[-1])]

    def village_centre(self, village):
        """Return a place for *village*, near the centre of its regency."""
        rng = self._rng
        regency = village.regency
        return (
            regency.latitude + rng.uniform(-0.35, 0.35),
            regency.longitude + rng.uniform(-0.35, 0.35),
        )

    def make(self, index, village, centre, focus=False, least_members=1):
        """Return household number *index*, living near *centre* of *village*.

        :param focus: of the decile and without the aid that a demonstration needs
        :param least_members: a fault to be planted may need a second person
        """
        rng = self._rng
        draw = rng.random
        size = max(bisect(SIZES, draw() * SIZES[-1]) + 1, least_members)
        house = self._pick(HOUSES, HOUSE_WEIGHTS)
        latitude, longitude = self._place(house, centre)
        household = Household(
            key=f"{self._key_prefix}{index:08d}",
            kk=self._kk(village),
            area_code=village.code,
            address=self._address(),
            rt=f"{int(draw() * 12) + 1:03d}",
            rw=f"{int(draw() * 4) + 1:03d}",
            decile=self._pick(
                DECILES, FOCUS_DECILE_WEIGHTS if focus else DECILE_WEIGHTS
            ),
            house=house,
            latitude=latitude,
            longitude=longitude,
            persons=self._persons(size, village.number_prefix),
        )
        if not focus:
            household.aid = self._aid(household)
        return household

    def _address(self):
        street = STREETS[int(self._rng.random() * len(STREETS))]
        return f"JL. {street} NO. {int(self._rng.random() * 180) + 1}"

    def _kk(self, village):
        kk = None
        while kk is None:
            recorded = date.fromordinal(AS_OF - int(self._rng.random() * 15 * YEAR) - 1)
            kk = self._numbers.kk(village.number_prefix, recorded)
        return kk

    def _place(self, house, centre):
        """Return the geotag as text, empty without a house or a measurement."""
        if house in ("", "none") or self._rng.random() < 0.05:
            return "", ""
        latitude = self._rng.gauss(centre[0], 0.008)
        longitude = self._rng.gauss(centre[1], 0.008)
        latitude = min(max(latitude, BOX_LATITUDE[0]), BOX_LATITUDE[1])
        longitude = min(max(longitude, BOX_LONGITUDE[0]), BOX_LONGITUDE[1])
        return f"{latitude:.6f}", f"{longitude:.6f}"

    def _aid(self, household):
        """Return the other programmes that the family receives."""
        decile = int(household.decile or 11)
        return [
            programme
            for programme, (share, highest) in PROGRAMMES.items()
            if decile <= highest and self._rng.random() < share
        ]

    def _persons(self, size, prefix):
        draw = self._rng.random
        age = 21 + 55 * draw() * (0.4 + 0.6 * draw())
        sex = MAN if draw() < 0.84 else WOMAN
        persons = [self._person(HEAD, sex, age, prefix)]
        if size > 1 and draw() < (0.9 if sex == MAN else 0.05):
            spouse = (WIFE, WOMAN) if sex == MAN else (HUSBAND, MAN)
            partner_age = max(19, age - 3 + 8 * (draw() - 0.5))
            persons.append(self._person(*spouse, partner_age, prefix))
        while len(persons) < size:
            persons.append(self._further(age, prefix))
        return persons

    def _further(self, head_age, prefix):
        """Return a member beside head and spouse, of an age that can be."""
        draw = self._rng.random
        relation = self._pick(MEMBERS, MEMBER_WEIGHTS)
        if relation in (GRANDCHILD, CHILD_IN_LAW) and head_age < 45:
            relation = CHILD
        if relation in (PARENT, PARENT_IN_LAW) and head_age > 65:
            relation = RELATIVE
        if relation == CHILD:
            age = max(0, head_age - 18 - 22 * draw())
        elif relation == GRANDCHILD:
            age = max(0, head_age - 40) * draw()
        elif relation == CHILD_IN_LAW:
            age = max(19, head_age - 18 - 20 * draw())
        elif relation in (PARENT, PARENT_IN_LAW):
            age = min(97, head_age + 18 + 15 * draw())
        else:
            age = 15 + 55 * draw()
        sex = MAN if draw() < 0.51 else WOMAN
        return self._person(relation, sex, age, prefix)

    def _person(self, relation, sex, age, prefix):
        draw = self._rng.random
        born = date.fromordinal(AS_OF - 1 - int((age + draw()) * YEAR))
        if draw() < 0.08:  # registered elsewhere before moving here
            prefix = FOREIGN_PREFIXES[int(draw() * len(FOREIGN_PREFIXES))]
        return Person(
            nik=self._numbers.nik(prefix, born, sex),
            name=person_name(self._rng, sex, age > 25),
            relation=relation,
            sex=sex,
            born=born.isoformat(),
        )
