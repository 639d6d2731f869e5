# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From a request to the three files of a delivery."""

import csv
from dataclasses import dataclass
from pathlib import Path
from random import Random

from . import areas, faults
from .households import HouseholdMaker
from .numbers import Numbers
from .writers import AID_HEADER, ANSWER_HEADER, DELIVERY_HEADER, CsvFile, XlsxFile

KK_COLUMN = DELIVERY_HEADER.index("no_kk")


@dataclass(frozen=True)
class Request:
    """What is to be made.

    :ivar errors: share of households for each class of planted error
    :ivar focus: (district code, number of the households put into its first village)
    :ivar registered: folder of an earlier delivery whose NIK are to be met again
    :ivar mixed_codes: share of households written with BPS area codes
    :ivar outside: code of a regency where no family lives, but for planted errors
    :ivar merged: plant merged cells too; a workbook alone has them
    """

    seed: int
    households: int
    errors: float = 0
    focus: tuple | None = None
    format: str = "csv"
    bom: bool = False
    registered: Path | None = None
    mixed_codes: float = 0
    outside: str = ""
    merged: bool = False


@dataclass
class Summary:
    households: int = 0
    persons: int = 0
    aid: int = 0
    faulty_households: int = 0


def generate(request, folder):
    """Write ``delivery``, ``aid`` and ``answers`` into *folder*; return the counts."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    run = _Run(request, folder)
    try:
        run.write_all()
    except ValueError:
        # Half a delivery must not be taken for a whole one.
        run.close()
        delivery_path(request, folder).unlink()
        raise
    run.close()
    return run.summary


def delivery_path(request, folder):
    return Path(folder) / f"delivery.{request.format}"


class _Run:
    def __init__(self, request, folder):
        self.summary = Summary()
        self._rng = Random(request.seed)
        villages = areas.read_villages()
        self._villages = [v for v in villages if v.regency.code != request.outside]
        self._counts, self._focus = self._place_households(request)
        numbers = Numbers(self._rng)
        registered = []
        if request.registered:
            # What meets them is planted, never met by chance.
            registered = _read_numbers(request.registered, "nik")
            numbers.reserve(registered)
            numbers.reserve(_read_numbers(request.registered, "no_kk"))
        codes = [village.code for village in self._villages]
        self._plan = faults.Plan(
            self._rng,
            self._indexes_without_focus(),
            faults.Wanted(
                request.households,
                request.errors,
                registered,
                request.mixed_codes,
                [v.code for v in villages if v.regency.code == request.outside],
                request.merged,
            ),
            numbers,
            dict(zip(codes, codes[1:] + codes[:1], strict=True)),
        )
        self._maker = HouseholdMaker(self._rng, numbers, f"62{request.seed % 1000:03d}")
        path = delivery_path(request, folder)
        if request.format == "xlsx":
            self._delivery = XlsxFile(path, DELIVERY_HEADER)
        else:
            self._delivery = CsvFile(path, DELIVERY_HEADER, request.bom)
        self._aid = CsvFile(folder / "aid.csv", AID_HEADER)
        self._answers = CsvFile(folder / "answers.csv", ANSWER_HEADER)
        self._line = 1

    def close(self):
        for file in (self._delivery, self._aid, self._answers):
            file.close()

    def _place_households(self, request):
        """Return the households of each village, and of those the focus ones."""
        code, number = request.focus or ("", 0)
        if number > request.households:
            raise ValueError("The focus takes more households than there are.")
        counts = areas.spread(self._villages, request.households - number, self._rng)
        focus = [0] * len(counts)
        if number:
            places = [
                place
                for place, village in enumerate(self._villages)
                if village.district_code == code
            ]
            if not places:
                raise ValueError(f"{code} is no district of the province.")
            focus[places[0]] = number
        return counts, focus

    def _indexes_without_focus(self):
        indexes = []
        start = 0
        for count, focus in zip(self._counts, self._focus, strict=True):
            indexes += range(start, start + count)
            start += count + focus
        return indexes

    def write_all(self):
        index = 0
        for village, count, focus in zip(
            self._villages, self._counts, self._focus, strict=True
        ):
            centre = self._maker.village_centre(village)
            for place in range(count + focus):
                household = self._maker.make(
                    index,
                    village,
                    centre,
                    focus=place >= count,
                    least_members=self._plan.least_members(index),
                )
                self._write_aid(household)
                code, persons = self._plan.plant(index, household, village)
                self._write_household(household, code, persons)
                index += 1

    def _write_aid(self, household):
        """Lists name a person, a family or both, whichever the programme knows."""
        head = household.persons[0]
        for programme in household.aid:
            known = self._rng.random()
            nik = "" if known < 0.15 else head.nik
            kk = "" if known > 0.85 else household.kk
            self._aid.write((nik, kk, programme))
            self.summary.aid += 1

    def _write_household(self, household, code, persons):
        if household.merged:
            self._delivery.merge(KK_COLUMN, len(household.persons))
        for place, person in enumerate(household.persons):
            self._line += 1
            self._delivery.write(
                (
                    household.key,
                    "" if household.merged and place else household.kk,
                    person.nik,
                    person.name,
                    person.relation,
                    person.sex,
                    person.born,
                    person.area_code or household.area_code,
                    household.address,
                    household.rt,
                    household.rw,
                    household.decile,
                    household.house,
                    household.latitude,
                    household.longitude,
                    *person.further_cells,
                )
            )
            if place in persons:
                self._answers.write((self._line, household.key, code))
        self.summary.households += 1
        self.summary.persons += len(household.persons)
        self.summary.faulty_households += code is not None


def _read_numbers(folder, column):
    """Return the well-formed numbers of a column of the delivery in *folder*."""
    with open(Path(folder) / "delivery.csv", encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter=";")
        return [row[column] for row in rows if _is_clean(row[column])]


def _is_clean(number):
    return len(number) == 16 and number.isdigit() and not number.startswith("9999")
