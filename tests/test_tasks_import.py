# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A delivery from upload to conflict, done by clicking in Chromium."""

import csv

import openpyxl
import pytest
from playwright.sync_api import expect
from screen import Screen

from tools.journey.client import as_base64
from tools.journey.users import PROVINCE
from tools.population.generator import Request, generate

HEADS = {
    "id_keluarga": "ID_KELUARGA",
    "no_kk": "NO_KK",
    "nik": "NIK",
    "nama": "NAMA_LENGKAP",
    "hubungan_keluarga": "SHDK",
    "jenis_kelamin": "JK",
    "tanggal_lahir": "TGL_LAHIR",
    "kode_wilayah": "WIL",
    "desil": "DESIL",
}


@pytest.fixture
def in_background(journey):
    """Have even small deliveries worked on by the cron."""
    admin = journey.erp("admin")
    admin.call("ir.config_parameter", "set_param", "khbs.import.at_once_rows", "0")
    yield
    admin.call("ir.config_parameter", "set_param", "khbs.import.at_once_rows", "15000")


def other_heads(folder):
    """Write a delivery of forty families, one without a name, under other heads."""
    generate(Request(seed=321, households=40), folder)
    with open(folder / "delivery.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    rows[0]["nama"] = ""
    rows[1]["nama"] = "MA\u2019RIMBA"
    path = folder / "dinsos.csv"
    with open(path, "w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=",")
        writer.writerow(HEADS.values())
        writer.writerows([row[name] for name in HEADS] for row in rows)
    return path


def corrected(rejects, folder):
    """Fill in the name that the reject file lacks."""
    book = openpyxl.load_workbook(rejects)
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        name = row[heads.index("NAMA_LENGKAP")]
        name.value = name.value or "WARGA DIPERBAIKI"
    path = folder / "perbaikan.xlsx"
    book.save(path)
    return path


def value_of(screen, name):
    return int(screen.field(name).inner_text())


def fill_delivery(screen, path):
    screen.fill("letter_number", "400.9.5/321/DINSOS")
    screen.fill("letter_date", "04/02/2026")
    screen.fill("purpose", "Pemutakhiran triwulan I")
    # Of the journey's quarter: a later one would shut out what comes after this test.
    screen.choose("quarter", "I")
    screen.upload("file", path)


def test_operator_names_the_columns_watches_applies_and_corrects(
    journey, browser, tmp_path, in_background
):
    screen = Screen(browser, journey, "operator")
    screen.menu("Registri", "Kiriman DTSEN")
    screen.new()
    fill_delivery(screen, other_heads(tmp_path))
    screen.press("Periksa")
    dialog = screen.wait_for_dialog()
    expect(dialog).to_contain_text("NAMA_LENGKAP")
    screen.fill("source_name", "Dinsos Seruyan")
    row = dialog.locator(".o_data_row", has_text="WIL")
    row.locator("[name=meaning]").click()
    row.locator(".o_select_menu_toggler").click()
    screen.page.locator(".o_select_menu_item").get_by_text(
        "Kode desa/kelurahan", exact=True
    ).click()
    screen.press("Simpan dan periksa")
    screen.wait_for_no_dialog()

    # The cron reads and compares; the form follows it by itself.
    screen.wait_for_state("Diperiksa")
    assert value_of(screen, "new_count") == 39
    assert value_of(screen, "rejected_count") == 1
    expect(screen.field("encoding")).to_contain_text("Windows-1252")
    screen.page.get_by_role("tab", name="Baris ditolak dan catatan").click()
    expect(screen.field("reason_ids")).to_contain_text("NAME_EMPTY")
    screen.page.get_by_role("tab", name="Per kabupaten/kota").click()
    expect(screen.field("count_ids")).to_contain_text("(62.")
    rejects = tmp_path / "ditolak.xlsx"
    rejects.write_bytes(screen.download("Baris ditolak").read_bytes())

    screen.press("Terapkan")
    screen.confirm()
    screen.wait_for_state("Diterapkan")
    parent = screen.record_id()

    screen.press("Unggah baris perbaikan")
    expect(screen.field("parent_id")).to_be_visible()
    screen.upload("file", corrected(rejects, tmp_path))
    screen.press("Periksa")
    screen.wait_for_state("Diperiksa")
    assert (value_of(screen, "new_count"), value_of(screen, "rejected_count")) == (1, 0)
    screen.press("Terapkan")
    screen.confirm()
    screen.wait_for_state("Diterapkan")
    children = journey.erp("operator").search(
        "khbs.dtsen.import", [("parent_id", "=", parent), ("state", "=", "applied")]
    )
    assert children == [screen.record_id()]
    screen.close()


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
