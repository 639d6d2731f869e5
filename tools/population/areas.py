# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The villages of province 62 and how many households live in each."""

import csv
from dataclasses import dataclass
from pathlib import Path

AREA_FILE = (
    Path(__file__).resolve().parents[2] / "addons/khbs_registry/data/khbs.area.csv"
)
# Kepmendagri 300.2.2-2430/2025 (DOMAIN 3.1).
EXPECTED = {
    "province": 1,
    "regency": 13,
    "city": 1,
    "district": 136,
    "village": 1432,
    "urban_village": 139,
}
REGENCY_LEVELS = ("regency", "city")
VILLAGE_LEVELS = ("village", "urban_village")


@dataclass(frozen=True)
class Regency:
    code: str
    bps_code: str
    latitude: float
    longitude: float
    population: int


@dataclass(frozen=True)
class Village:
    code: str
    name: str
    regency: Regency

    @property
    def district_code(self):
        return self.code.rpartition(".")[0]

    @property
    def number_prefix(self):
        """The six digits that a NIK or KK made in this district begins with."""
        return self.district_code.replace(".", "")

    @property
    def bps_code(self):
        """A code in the manner of BPS: the regency's own number, without dots."""
        return self.regency.bps_code + "".join(self.code.split(".")[2:])


def read_villages(path=AREA_FILE):
    """Return the villages in the order of their codes.

    :raises ValueError: the file does not hold the areas of the province
    """
    with open(path, encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    counts = {}
    for row in rows:
        counts[row["level"]] = counts.get(row["level"], 0) + 1
    if counts != EXPECTED:
        raise ValueError(f"{path} holds {counts} areas, expected {EXPECTED}")
    regencies = {
        row["code"]: Regency(
            row["code"],
            row["bps_code"],
            float(row["latitude"]),
            float(row["longitude"]),
            int(row["population"]),
        )
        for row in rows
        if row["level"] in REGENCY_LEVELS
    }
    villages = [
        Village(row["code"], row["name"], regencies[row["code"][:5]])
        for row in rows
        if row["level"] in VILLAGE_LEVELS
    ]
    return sorted(villages, key=lambda village: village.code)


def share_out(total, weights):
    """Split *total* in proportion to *weights*; the parts sum to it exactly."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(value) for value in exact]
    by_rest = sorted(
        range(len(weights)), key=lambda i: (parts[i] - exact[i], i)
    )  # largest remainder first
    for i in by_rest[: total - sum(parts)]:
        parts[i] += 1
    return parts


def spread(villages, households, rng):
    """Return the number of households of each village.

    Regencies by population; inside one, villages differ up to fivefold in size.
    """
    regencies = list(dict.fromkeys(village.regency for village in villages))
    totals = share_out(households, [regency.population for regency in regencies])
    counts = []
    for regency, total in zip(regencies, totals, strict=True):
        own = [village for village in villages if village.regency is regency]
        counts += share_out(total, [rng.uniform(1, 5) for _village in own])
    return counts
