# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The roster of Katingan, delivered in the workbook that the server gives out."""

from datetime import date, timedelta
from random import Random

import openpyxl

from tools.population.names import person_name
from tools.population.numbers import Numbers

from .client import as_base64
from .users import DISTRICT, REGENCY

# How many of each role serve the district of the demonstration.
ROSTER = {
    "damang": 1,
    "damang_secretary": 1,
    "mantir_district": 1,
    "mantir_village": 5,
    "rt_head": 14,
    "babinsa": 3,
    "bhabinkamtibmas": 2,
    "religious_leader": 3,
}
RANKS = {
    "babinsa": ("Sersan Dua", "BINTARA"),
    "bhabinkamtibmas": ("Brigadir Polisi Dua", "BINTARA"),
}
DISTRICT_ROLES = ("damang", "damang_secretary", "mantir_district")
# Whose account is another's: the payment lists hold the line.
HELD = "mantir_village"
# A village of another regency, which the roster of this one must not name.
ELSEWHERE = "62.05.01.2001"


def deliver_roster(journey, first_day):
    """Import thirty holders from an XLSX; its faulty lines come back in a file.

    :param first_day: of the quarter in whose second month one of them began
    """
    proposer = journey.erp("pengusul")
    [regency] = proposer.search("khbs.area", [("code", "=", REGENCY)])
    template = proposer.download("/khbs/bkk/roster-template")
    path = _fill(journey, template, _lines(journey, first_day))
    delivery = proposer.create(
        "khbs.bkk.roster.import",
        {"area_id": regency, "file": as_base64(path), "file_name": path.name},
    )
    proposer.call("khbs.bkk.roster.import", "action_check", [delivery])
    proposer.call("khbs.bkk.roster.import", "action_apply", [delivery])
    refused = proposer.download(f"/khbs/bkk/roster-import/{delivery}/refused")
    (journey.folder / "daftar-ditolak.xlsx").write_bytes(refused)
    journey.facts["bkk_roster_import"] = delivery


def _fill(journey, template, lines):
    """Write *lines* under the heads of the template and return its path."""
    path = journey.folder / "daftar-pemangku.xlsx"
    path.write_bytes(template)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    for line in lines:
        sheet.append([line.get(head, "") for head in heads])
    book.save(path)
    return path


def _lines(journey, first_day):
    """Yield what the regency enters: thirty sound lines and three faulty ones."""
    rng = Random(62)
    numbers = Numbers(rng)
    rows = journey.erp("pengusul").search_read(
        "khbs.area", [("code", "=like", f"{DISTRICT}.%")], ["code"]
    )
    villages = [row["code"] for row in rows]
    entered = 0
    for code, count in ROSTER.items():
        for place in range(count):
            entered += 1
            begins = date(first_day.year - 1, 1, 1)
            if code == "rt_head" and place == count - 1:
                begins = first_day + timedelta(days=14)
            areas = _areas(code, place, count, villages)
            line = _line(rng, numbers, entered, code, areas, begins)
            if code == HELD and place == count - 1:
                line["nama_rekening"] = person_name(rng, "2", adult=True)
            yield line
    begins = date(first_day.year - 1, 1, 1)
    for cells in (
        {"nik": "6.20601E+15"},
        {"kode_wilayah": ELSEWHERE},
        {"tanggal_sk": "belum ada"},
    ):
        entered += 1
        line = _line(rng, numbers, entered, "rt_head", villages[:1], begins)
        yield {**line, **cells}


def _line(rng, numbers, number, role, areas, begins):
    """Return one line as a clerk would write it."""
    nik = numbers.nik("620601", _birthday(rng), "1")
    name = person_name(rng, "1", adult=True)
    rank, group = RANKS.get(role, ("", ""))
    return {
        "nama": name,
        "nik": nik,
        "peran": role,
        "kode_wilayah": "; ".join(areas),
        "nomor_sk": f"SK-CONTOH/{number:03d}/{begins.year}",
        "tanggal_sk": begins.isoformat(),
        "mulai": begins.isoformat(),
        "pangkat": rank,
        "golongan": group,
        "npwp": nik,
        "bank": "Bank Kalteng",
        "rekening": f"900{number:07d}",
        "nama_rekening": name,
    }


def _birthday(rng):
    return date(1960, 1, 1) + timedelta(days=int(rng.random() * 12_000))


def _areas(role, place, count, villages):
    """Return where a holder serves; a Bhabinkamtibmas has several villages."""
    if role in DISTRICT_ROLES:
        return [DISTRICT]
    if role == "bhabinkamtibmas":
        return villages[place::count]
    return [villages[place % len(villages)]]
