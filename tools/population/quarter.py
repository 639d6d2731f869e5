# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The delivery of the next quarter, out of an earlier one.

``next_quarter`` reads the ``delivery.csv`` of a folder and writes another one that
names most of its families again. What became of each family stands in ``changes.csv``:
``new``, ``gone``, ``decile``, ``village``, ``kk`` (another KK number), ``name`` (of the
last member), ``member`` (one more) or nothing.
"""

import csv
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from random import Random

from . import areas
from .households import HouseholdMaker
from .numbers import Numbers
from .writers import DELIVERY_HEADER, CsvFile

KINDS = ("gone", "decile", "village", "kk", "name", "member")


@dataclass(frozen=True)
class Share:
    """Share of the families for each kind of change, and of new ones."""

    each: float = 0.02
    new: float = 0.02


def next_quarter(before, folder, seed, share=None):
    """Write the next delivery into *folder*; return {kind: number of families}.

    :param before: folder of the earlier delivery, a CSV without planted errors
    """
    share = share or Share()
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    delivery = CsvFile(folder / "delivery.csv", DELIVERY_HEADER)
    changes = CsvFile(folder / "changes.csv", ["id_keluarga", "change"])
    counts = dict.fromkeys((*KINDS, "new"), 0)
    quarter = _Quarter(Random(seed))
    try:
        total = 0
        for rows in _families(Path(before) / "delivery.csv"):
            total += 1
            kind = quarter.draw(share.each)
            if kind:
                counts[kind] += 1
                changes.write((rows[0]["id_keluarga"], kind))
                rows = getattr(quarter, f"make_{kind}")(rows)
            for row in rows:
                delivery.write(tuple(row.values()))
        for household in quarter.new_families(round(total * share.new), seed):
            counts["new"] += 1
            changes.write((household.key, "new"))
            for cells in _rows(household):
                delivery.write(cells)
    finally:
        delivery.close()
        changes.close()
    return counts


def _families(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter=";")
        for _key, own in groupby(rows, key=lambda row: row["id_keluarga"]):
            yield list(own)


def _rows(household):
    for person in household.persons:
        yield (
            household.key,
            household.kk,
            person.nik,
            person.name,
            person.relation,
            person.sex,
            person.born,
            household.area_code,
            household.address,
            household.rt,
            household.rw,
            household.decile,
            household.house,
            household.latitude,
            household.longitude,
        )


class _Quarter:
    """Changes one family after another, all chance from one generator."""

    def __init__(self, rng):
        self._rng = rng
        self._numbers = Numbers(rng)
        self._district = 0
        self._villages = areas.read_villages()
        codes = [village.code for village in self._villages]
        self._neighbours = dict(zip(codes, codes[1:] + codes[:1], strict=True))

    def draw(self, share):
        """Return the kind of change of a family, or None."""
        place = int(self._rng.random() / share) if share else len(KINDS)
        return KINDS[place] if place < len(KINDS) else None

    def make_gone(self, rows):
        return []

    def make_decile(self, rows):
        former = rows[0]["desil"]
        others = [str(d) for d in range(1, 11) if str(d) != former]
        return self._with(rows, desil=self._rng.choice(others))

    def make_village(self, rows):
        code = self._neighbours[rows[0]["kode_wilayah"]]
        return self._with(rows, kode_wilayah=code)

    def make_kk(self, rows):
        return self._with(rows, no_kk=self._fresh("0126"))

    def make_name(self, rows):
        rows[-1]["nama"] += " BARU"
        return rows

    def make_member(self, rows):
        member = {
            **rows[0],
            "nik": self._fresh("0226"),
            "nama": "ANAK BARU",
            "hubungan_keluarga": "4",
            "jenis_kelamin": "1",
            "tanggal_lahir": "2026-02-03",
        }
        return [*rows, member]

    def _fresh(self, month):
        """Return a number of a district that no family was made in."""
        self._district = self._district % 97 + 1
        return self._numbers.free(f"6298{self._district:02d}03{month}")

    def _with(self, rows, **values):
        return [{**row, **values} for row in rows]

    def new_families(self, number, seed):
        """Yield *number* families that no earlier delivery of another seed named."""
        maker = HouseholdMaker(self._rng, _Fresh(self._numbers), f"63{seed % 1000:03d}")
        for index in range(number):
            village = self._rng.choice(self._villages)
            yield maker.make(index, village, maker.village_centre(village))


class _Fresh:
    """Gives out numbers of a district of its own."""

    def __init__(self, numbers):
        self._numbers = numbers
        self._district = 2

    def _prefix(self):
        # One number a day and serial would soon be short.
        self._district = self._district % 98 + 2
        return f"6298{self._district:02d}"

    def nik(self, prefix, born, sex):
        return self._numbers.nik(self._prefix(), born, sex)

    def kk(self, prefix, recorded):
        return self._numbers.kk(self._prefix(), recorded)
