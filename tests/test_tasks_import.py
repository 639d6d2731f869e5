# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a delivery leaves to be decided, done by clicking in Chromium."""

import csv

import pytest
from playwright.sync_api import expect
from screen import Screen

from tools.journey.client import as_base64
from tools.journey.users import PROVINCE


@pytest.fixture
def conflict(journey, tmp_path):
    """Deliver another kind of dwelling for a family that was visited; return its id."""
    operator = journey.erp("operator")
    source = journey.facts["dtsen_answers"].with_name("delivery.csv")
    with open(source, encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter=";")
        heads = rows.fieldnames
        delivered = list(rows)
    keys = sorted({row["id_keluarga"] for row in delivered if row["id_keluarga"]})
    known = operator.search_read(
        "khbs.local.value",
        [
            ("field_name", "=", "dwelling_kind"),
            ("current", "=", True),
            ("household_id.dtsen_key", "in", keys),
        ],
        ["household_id"],
    )[0]
    household = known["household_id"][0]
    key = operator.read_one("khbs.household", household, ["dtsen_key"])["dtsen_key"]
    family = [row for row in delivered if row["id_keluarga"] == key]
    path = tmp_path / "konflik.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, heads, delimiter=";")
        writer.writeheader()
        writer.writerows({**row, "status_rumah": "4"} for row in family)
    [province] = operator.search("khbs.area", [("code", "=", PROVINCE)])
    delivery = operator.create(
        "khbs.dtsen.import",
        {
            "area_id": province,
            "year": 2026,
            "quarter": "1",
            "letter_number": "400.9.5/322",
            "letter_date": "2026-02-05",
            "purpose": "Pemutakhiran",
            "file": as_base64(path),
            "file_name": path.name,
        },
    )
    operator.call("khbs.dtsen.import", "action_stage", [delivery])
    operator.call("khbs.dtsen.import", "action_apply", [delivery])
    [found] = operator.search(
        "khbs.dtsen.conflict",
        [("import_id", "=", delivery), ("field_name", "=", "dwelling_kind")],
    )
    return found


def test_validator_decides_a_conflict(journey, browser, conflict):
    validator = journey.erp("validator")
    shown = validator.read_one(
        "khbs.dtsen.conflict", conflict, ["household_id", "local_value"]
    )
    household, name = shown["household_id"]
    screen = Screen(browser, journey, "validator")
    screen.menu("Registri", "Perbedaan dengan kiriman")
    screen.search(name.split()[0])
    screen.open_row("Rumah dinas")
    expect(screen.field("delivered_shown")).to_have_text("Rumah dinas")
    screen.press("Pertahankan data kita")
    screen.wait_for_state("Diputuskan")
    kept = validator.read_one("khbs.household", household, ["dwelling_kind"])
    assert kept["dwelling_kind"] == shown["local_value"]
    decided = validator.read_one(
        "khbs.dtsen.conflict", conflict, ["decision", "decided_by_id"]
    )
    assert decided["decision"] == "keep_local"
    assert decided["decided_by_id"][0] == validator.uid
    screen.close()
