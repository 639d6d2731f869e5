#!/usr/bin/env python3
"""Make ``addons/khbs_registry/data/khbs.area.csv`` from npm ``idn-area-data``.

Usage: ``make_area_data.py FOLDER`` where FOLDER is the unpacked npm package
``idn-area-data`` 4.0.1 (``npm pack idn-area-data@4.0.1`` and ``tar xzf``).

The data is under the Open Database License; the notice stands beside the file
(``data/khbs.area.LICENSE.md``). BPS codes and centres of the fourteen kabupaten
and kota come from DOMAIN 3.2 and 3.3; those of the other levels are not shipped.
"""

import csv
import pathlib
import sys

PROVINCE = "62"
EXPECTED = {"province": 1, "regency": 13, "city": 1, "district": 136}
EXPECTED |= {"village": 1432, "urban_village": 139}
TARGET = (
    pathlib.Path(__file__).resolve().parents[2]
    / "addons/khbs_registry/data/khbs.area.csv"
)

# Kemendagri code -> (BPS code, latitude, longitude, population in 2024)
REGENCIES = {
    "62.01": ("6201", -2.5722, 111.7742, 294602),
    "62.02": ("6202", -2.0858, 112.7152, 454515),
    "62.03": ("6203", -1.7634, 114.3027, 417854),
    "62.04": ("6204", -1.7743, 114.9111, 137914),
    "62.05": ("6205", -0.9284, 115.1376, 159848),
    "62.06": ("6209", -1.6859, 113.0708, 181963),
    "62.07": ("6208", -2.2572, 112.1987, 159849),
    "62.08": ("6206", -2.6043, 111.1596, 67234),
    "62.09": ("6207", -1.7714, 111.4178, 114257),
    "62.10": ("6211", -1.0251, 113.5588, 134482),
    "62.11": ("6210", -2.6909, 113.9676, 144663),
    "62.12": ("6213", -0.0318, 114.2623, 124291),
    "62.13": ("6212", -1.9823, 115.1440, 118665),
    "62.71": ("6271", -2.0075, 113.7675, 315153),
}
# The province writes its capital in two words, the decree in one (DOMAIN 3.2).
DISPLAY_NAMES = {"62.71": "Kota Palangka Raya"}


def level_of(code):
    """Return the level of a dotted Kemendagri code (DOMAIN 3.2)."""
    parts = code.split(".")
    if len(parts) == 1:
        return "province"
    if len(parts) == 2:
        return "city" if int(parts[1]) >= 71 else "regency"
    if len(parts) == 3:
        return "district"
    return "urban_village" if parts[3].startswith("1") else "village"


def read_areas(folder):
    """Yield ``(code, name)`` of province 62, parents before children."""
    for name in ("provinces", "regencies", "districts", "villages"):
        with open(folder / "data" / f"{name}.csv", encoding="utf-8") as source:
            for row in csv.DictReader(source):
                if row["code"].split(".")[0] == PROVINCE:
                    yield row["code"], row["name"]


def external_id(code):
    return "area_" + code.replace(".", "_")


def make_row(code, name):
    parent = code.rpartition(".")[0]
    bps, latitude, longitude, population = REGENCIES.get(code, ("", "", "", ""))
    if code == PROVINCE:
        bps = PROVINCE
    return [
        external_id(code),
        code,
        bps,
        DISPLAY_NAMES.get(code, name),
        level_of(code),
        external_id(parent) if parent else "",
        latitude,
        longitude,
        population,
    ]


def main(folder):
    rows = [make_row(*area) for area in read_areas(pathlib.Path(folder))]
    counts = {}
    for row in rows:
        counts[row[4]] = counts.get(row[4], 0) + 1
    if counts != EXPECTED:
        sys.exit(f"Unexpected number of areas: {counts}, expected {EXPECTED}")
    with open(TARGET, "w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(
            "id code bps_code name level parent_id/id latitude longitude".split()
            + ["population"]
        )
        writer.writerows(rows)
    print(f"{len(rows)} areas written")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
