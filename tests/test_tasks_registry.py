# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The work of the registry's roles, done by clicking in Chromium."""

import re
from datetime import date

import openpyxl
import pytest
from screen import PHONE, Screen

from tools.journey.client import as_base64
from tools.journey.users import DISTRICT, PROVINCE
from tools.population.generator import Request, delivery_path, generate

# A place in Katingan and how exactly the phone knows it (m).
POSITION = {"latitude": -2.012345, "longitude": 113.387654, "accuracy": 8}
PERSONAL_NUMBER = re.compile(r"\b[0-9]{16}\b")


def make_delivery(folder, seed, errors=0.0):
    """Write a delivery of forty families and return its path."""
    request = Request(seed=seed, households=40, errors=errors)
    generate(request, folder)
    return delivery_path(request, folder)


def area(erp, code):
    [area_id] = erp.search("khbs.area", [("code", "=", code)])
    return area_id


@pytest.fixture
def assign(journey):
    """Give families to the field officer; return a function (count) -> visits.

    A visit is a dict of id and household_id (id, name).
    """

    def assign(count):
        operator = journey.erp("operator")
        households = operator.search(
            "khbs.household",
            [
                ("area_id", "child_of", area(operator, DISTRICT)),
                ("visit_ids", "=", False),
            ],
            limit=count,
        )
        assert len(households) == count
        wizard = operator.create(
            "khbs.visit.assign",
            {
                "officer_id": journey.erp("petugas").uid,
                "due_date": date.today().isoformat(),
                "household_ids": [(6, 0, households)],
            },
        )
        operator.call("khbs.visit.assign", "action_assign", [wizard])
        return operator.search_read(
            "khbs.visit", [("household_id", "in", households)], ["household_id"]
        )

    return assign


@pytest.fixture
def submit(journey, assign):
    """Have the officer hand visits in; return a function (count) -> visits."""

    def submit(count):
        visits = assign(count)
        officer = journey.erp("petugas")
        ids = [visit["id"] for visit in visits]
        found = {
            "result": "found",
            "dwelling_kind": "none",
            "findings": "Tinggal di pondok dekat dermaga.",
        }
        officer.write("khbs.visit", ids, found)
        officer.call("khbs.visit", "action_submit", ids)
        return visits

    return submit


def state_of(erp, model, record_id):
    return erp.read_one(model, record_id, ["state"])["state"]


def open_visit(screen, visit):
    """Search the visit's family and open the visit."""
    _household_id, name = visit["household_id"]
    screen.search(name.split()[0])
    screen.open_row(name.split()[0])


def test_operator_imports_a_delivery(journey, browser, tmp_path):
    path = make_delivery(tmp_path, seed=301, errors=0.025)
    screen = Screen(browser, journey, "operator")
    screen.menu("Registri", "Kiriman DTSEN")
    screen.new()
    screen.fill("letter_number", "400.9.5/301/PUSDATIN")
    screen.fill("letter_date", "04/05/2026")
    screen.fill("purpose", "Pemutakhiran triwulan II")
    screen.choose("quarter", "II")
    screen.upload("file", path)
    screen.press("Periksa")
    screen.wait_for_state("Diperiksa")
    operator = journey.erp("operator")
    delivery = screen.record_id()
    counts = operator.read_one(
        "khbs.dtsen.import",
        delivery,
        ["household_count", "new_count", "rejected_count", "rejected_row_count"],
    )
    assert counts["household_count"] == 40
    assert counts["new_count"] and counts["rejected_count"]
    for name in ("new_count", "rejected_count"):
        assert screen.field(name).inner_text() == str(counts[name])

    rejects = tmp_path / "rejects.xlsx"
    rejects.write_bytes(screen.download("Baris ditolak").read_bytes())
    rows = openpyxl.load_workbook(rejects, read_only=True).active.iter_rows()
    assert len(list(rows)) == counts["rejected_row_count"] + 1

    screen.press("Terapkan")
    screen.confirm()
    screen.wait_for_state("Diterapkan")
    assert state_of(operator, "khbs.dtsen.import", delivery) == "applied"
    screen.close()


def test_operator_takes_in_a_complaint(journey, browser):
    operator = journey.erp("operator")
    [household] = operator.search_read("khbs.household", [], ["name"], limit=1)
    screen = Screen(browser, journey, "operator")
    screen.menu("Registri", "Pengaduan")
    screen.new()
    screen.choose("kind", "Data keliru")
    screen.pick("household_id", household["name"])
    screen.fill("reporter", "Tetangga")
    screen.fill("text", "Jumlah anggota keluarga tidak sesuai Kartu Keluarga.")
    screen.save()
    screen.press("Tangani")
    screen.wait_for_state("Diproses")
    screen.fill("note", "Dijelaskan cara memperbarui data di desa.")
    screen.press("Tutup: sudah dijelaskan")
    screen.wait_for_state("Selesai")
    complaint = operator.read_one(
        "khbs.complaint", screen.record_id(), ["outcome", "household_id", "area_id"]
    )
    assert complaint["outcome"] == "explained"
    assert complaint["household_id"][0] == household["id"]
    assert complaint["area_id"]
    screen.close()


def test_officer_visits_a_family_with_a_phone(journey, browser, assign):
    [visit] = assign(1)
    screen = Screen(browser, journey, "petugas", width=PHONE, position=POSITION)
    screen.wait_for_list()
    screen.open_row(visit["household_id"][1])
    screen.choose("result", "Keluarga ditemui")
    screen.choose("dwelling_kind", "Kontrak/sewa")
    screen.press("Ambil posisi di sini")
    screen.wait_for_value("latitude", "-2,012345")
    screen.wait_for_value("accuracy_m", "8")
    screen.fill("findings", "Keluarga ditemui di rumah.")
    screen.press("Serahkan")
    screen.wait_for_state("Diserahkan")
    handed_in = journey.erp("petugas").read_one(
        "khbs.visit", visit["id"], ["state", "latitude", "longitude", "captured_at"]
    )
    assert handed_in["state"] == "submitted"
    assert handed_in["latitude"] == POSITION["latitude"]
    assert handed_in["longitude"] == POSITION["longitude"]
    assert handed_in["captured_at"]
    screen.close()


def test_officer_visits_a_family_without_house(journey, browser, assign):
    [visit] = assign(1)
    screen = Screen(browser, journey, "petugas", width=PHONE)
    screen.wait_for_list()
    screen.open_row(visit["household_id"][1])
    screen.choose("result", "Keluarga ditemui")
    screen.choose("dwelling_kind", "Tanpa rumah")
    screen.fill("findings", "Berpindah antara pondok dan lanting.")
    screen.press("Serahkan")
    screen.wait_for_state("Diserahkan")
    handed_in = journey.erp("petugas").read_one(
        "khbs.visit", visit["id"], ["state", "warning_codes"]
    )
    assert handed_in["state"] == "submitted"
    assert not handed_in["warning_codes"]
    screen.close()


def test_validator_accepts_one_visit_and_sends_one_back(journey, browser, submit):
    accepted, returned = submit(2)
    screen = Screen(browser, journey, "validator")
    screen.menu("Registri", "Kunjungan lapangan")
    open_visit(screen, accepted)
    screen.press("Terima")
    screen.wait_for_state("Diterima")
    household = journey.erp("validator").read_one(
        "khbs.household", accepted["household_id"][0], ["verified_at"]
    )
    assert household["verified_at"]

    screen.menu("Registri", "Kunjungan lapangan")
    open_visit(screen, returned)
    screen.press("Kembalikan")
    screen.wait_for_dialog()
    screen.fill("note", "Foto rumah belum ada.")
    screen.press("Kembalikan")
    screen.wait_for_state("Dikembalikan")
    assert "Foto rumah belum ada." in screen.page.inner_text(".o_form_view")
    screen.close()

    phone = Screen(browser, journey, "petugas", width=PHONE)
    phone.wait_for_list()
    phone.open_row(returned["household_id"][1])
    assert "Foto rumah belum ada." in phone.page.inner_text(".o_form_view")
    phone.close()


def test_approver_puts_criteria_in_force(journey, browser):
    operator = journey.erp("operator")
    year = date.today().year + 1
    criteria = operator.create(
        "khbs.criteria",
        {
            "name": f"Kriteria penerima KHBS {year}",
            "legal_basis": "Keputusan Gubernur tentang Kriteria Penerima KHBS",
            "valid_from": f"{year}-01-01",
            "valid_to": f"{year}-12-31",
            "max_decile": "4",
            "unit": "kk",
        },
    )
    screen = Screen(browser, journey, "penyetuju")
    screen.menu("Registri", "Kriteria")
    screen.open_row(f"Kriteria penerima KHBS {year}")
    screen.press("Berlakukan")
    screen.wait_for_state("Berlaku")
    assert state_of(operator, "khbs.criteria", criteria) == "in_force"
    screen.close()


@pytest.fixture
def proposed_list(journey, tmp_path):
    """Return the id of a list of newly delivered families, as proposed."""
    operator = journey.erp("operator")
    path = make_delivery(tmp_path, seed=302)
    province = area(operator, PROVINCE)
    delivery = operator.create(
        "khbs.dtsen.import",
        {
            "area_id": province,
            "year": 2026,
            "quarter": "3",
            "letter_number": "400.9.5/302/PUSDATIN",
            "letter_date": "2026-08-03",
            "purpose": "Pemutakhiran triwulan III",
            "file": as_base64(path),
            "file_name": path.name,
        },
    )
    operator.call("khbs.dtsen.import", "action_stage", [delivery])
    operator.call("khbs.dtsen.import", "action_apply", [delivery])
    criteria = journey.facts["criteria"]
    operator.call("khbs.criteria", "action_decide_families", [criteria])
    values = {
        "title": "Penerima KHBS, tahap II",
        "area_id": province,
        "criteria_id": criteria,
    }
    recipient_list = operator.create("khbs.recipient.list", values)
    operator.call("khbs.recipient.list", "action_collect", [recipient_list])
    operator.call("khbs.recipient.list", "action_propose", [recipient_list])
    return recipient_list


def test_approver_decides_a_recipient_list(journey, browser, proposed_list):
    screen = Screen(browser, journey, "penyetuju")
    screen.menu("Registri", "Daftar penerima")
    screen.open_row("Penerima KHBS, tahap II")
    screen.press("Tetapkan")
    screen.confirm()
    screen.wait_for_state("Ditetapkan")
    screen.close()
    approver = journey.erp("penyetuju")
    assert state_of(approver, "khbs.recipient.list", proposed_list) == "decided"
    lines = approver.search_read(
        "khbs.recipient.line", [("list_id", "=", proposed_list)], ["household_id"]
    )
    assert lines
    for line in lines:
        household_id = line["household_id"][0]
        assert state_of(approver, "khbs.household", household_id) == "decided"


def test_reader_of_personal_data_reveals_a_nik(journey, browser):
    reader = journey.erp("pembuka")
    [household] = reader.search_read(
        "khbs.household", [("state", "=", "active")], ["name", "kk_masked"], limit=1
    )
    screen = Screen(browser, journey, "pembuka")
    screen.menu("Registri", "Keluarga")
    screen.search(household["name"])
    screen.open_row(household["name"])
    assert screen.field("kk_masked").inner_text() == household["kk_masked"]
    assert "*" in household["kk_masked"]
    assert not PERSONAL_NUMBER.search(screen.page.inner_text("body"))

    screen.press("Tampilkan NIK dan KK")
    screen.wait_for_dialog()
    screen.choose("purpose", "Permintaan orang yang bersangkutan")
    screen.fill("reference", "Surat 12/V/2026")
    screen.press("Catat dan tampilkan")
    kk_number = screen.field("kk_number").inner_text()
    assert re.fullmatch(household["kk_masked"].replace("*", "[0-9]"), kk_number)
    assert PERSONAL_NUMBER.search(screen.field("numbers").inner_text())
    screen.close()
    assert journey.erp("auditor").search(
        "khbs.audit.event",
        [
            ("act", "=", "household.reveal"),
            ("outcome", "=", "done"),
            ("res_id", "=", household["id"]),
        ],
    )


def test_administrator_enters_the_population_of_a_village(journey, browser):
    screen = Screen(browser, journey, "pengelola")
    screen.menu("Konfigurasi", "Wilayah")
    screen.search("62.06.01.2001")
    screen.open_row("62.06.01.2001")
    screen.fill("population", "1234")
    screen.save()
    village = journey.erp("pengelola").read_one(
        "khbs.area", screen.record_id(), ["code", "population"]
    )
    assert village["code"] == "62.06.01.2001"
    assert village["population"] == 1234
    screen.close()
