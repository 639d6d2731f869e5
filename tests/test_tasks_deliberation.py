# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A village deliberates: recorded with a phone, closed at a desk, put on paper."""

import re
import subprocess
from datetime import date, timedelta

import pytest
from PIL import Image
from screen import DIALOG, PHONE, Screen

from tools.journey.users import DISTRICT

POSITION = {"latitude": -2.512345, "longitude": 113.287654, "accuracy": 9}
PERSONAL_NUMBER = re.compile(r"\b[0-9]{16}\b")
NIK = "6206014101809876"
KK = "6206010212189876"
HEAD = "DJA'ARAN BINTI UMBAR"


def day(days_ago):
    return f"{date.today() - timedelta(days=days_ago):%d/%m/%Y}"


def add_row(screen, name):
    """Open the dialogue for a new row of a list, as a phone does."""
    screen.field(name).locator(".o-kanban-button-new").click()
    screen.wait_for_dialog()


def close_row(screen):
    """Keep the row of the dialogue in front."""
    screen.page.locator(f"{DIALOG} .o_form_button_save").first.click()
    screen.wait_for_no_dialog()


def tab(screen, label):
    """Open a page of the form's notebook."""
    screen.page.locator(".o_notebook .nav-link", has_text=label).first.click()


def pdf_text(path):
    """Return the text of a PDF, its lines joined."""
    text = subprocess.run(
        ["pdftotext", "-raw", path, "-"], capture_output=True, check=True
    ).stdout.decode()
    return " ".join(text.split())


@pytest.fixture(scope="module")
def village(journey):
    """Return the village of the officer's district with most families not decided."""
    operator = journey.erp("operator")
    groups = operator.call(
        "khbs.household",
        "formatted_read_group",
        [("area_id.parent_id.code", "=", DISTRICT)],
        groupby=["area_id"],
        aggregates=["__count"],
    )
    best = max(groups, key=lambda group: group["__count"])
    return operator.read_one("khbs.area", best["area_id"][0], ["name", "code"])


@pytest.fixture(scope="module")
def deliberation(journey, browser, village, tmp_path_factory):
    """Have the officer record a deliberation with a phone; return its id."""
    photo = tmp_path_factory.mktemp("minutes") / "berita-acara.png"
    Image.new("RGB", (600, 800), "white").save(photo)
    screen = Screen(browser, journey, "petugas", width=PHONE, position=POSITION)
    screen.menu("Registri", "Musyawarah desa")
    screen.new()
    enter_meeting(screen, village)
    screen.save()
    number = screen.record_id()
    screen.press("Kumpulkan keluarga")
    screen.page.wait_for_selector(".o_field_widget[name=line_ids] .o_kanban_record")
    take_first_family_off(screen)
    screen.save()
    record_candidate(screen)
    screen.menu("Registri", "Musyawarah desa")
    screen.open_row(village["name"])
    screen.press("Sisanya layak")
    screen.page.get_by_role("button", name="Cetak berita acara").wait_for()
    screen.press("Cetak berita acara")
    screen.confirm()
    screen.wait_for_state("Terlaksana")
    screen.upload("minutes_file", photo)
    screen.fill("announced_from", day(19))
    screen.fill("announced_to", day(-6))
    screen.save()
    screen.press("Umumkan")
    screen.wait_for_state("Diumumkan")
    screen.close()
    return number


def enter_meeting(screen, village):
    screen.pick("area_id", village["name"])
    screen.wait_for_no_dialog()
    # What kind of deliberation it is follows from the village.
    screen.field("kind").wait_for()
    screen.fill("held_at", f"{day(20)} 09:00:00")
    screen.fill("place", "Balai Desa")
    screen.fill("minutes_number", "140/31/BA/2026")
    screen.fill("chair_name", "SUTINAH")
    screen.fill("invited_count", "60")
    screen.fill("attendee_count", "42")
    tab(screen, "Peserta")
    for role, name in (
        ("Kepala desa/lurah", "YANSEN BIN DAMAI"),
        ("Ketua BPD/LPMK", "SUTINAH"),
        ("Pendamping", "Drs. H. RAHMAD, M.Si."),
    ):
        add_row(screen, "official_ids")
        screen.choose("role", role)
        screen.fill("name", name)
        close_row(screen)
    tab(screen, "Keluarga")


def take_first_family_off(screen):
    screen.page.locator(".o_field_widget[name=line_ids] .o_kanban_record").first.click()
    dialog = screen.wait_for_dialog()
    dialog.get_by_text("Tidak layak", exact=True).click()
    screen.choose("reason", "Sudah mampu")
    screen.fill("note", "Punya kebun karet lima hektare.")
    close_row(screen)


def record_candidate(screen):
    screen.press("Tambah calon")
    screen.page.wait_for_selector(".o_field_widget[name=ground]")
    screen.fill("kk_entry", KK)
    screen.fill("ground", "Tinggal di pondok ladang, penghasilan tidak tetap.")
    screen.fill("address", "Pondok ladang Sei Bango")
    screen.fill("rt", "003")
    screen.choose("dwelling_kind", "Pondok ladang")
    screen.press("Ambil posisi di sini")
    screen.wait_for_value("latitude", "-2,512345")
    add_row(screen, "person_ids")
    screen.fill("name", HEAD)
    screen.choose("relation", "Kepala keluarga")
    screen.fill("nik_entry", NIK)
    close_row(screen)
    screen.save()
    assert not PERSONAL_NUMBER.search(screen.page.inner_text("body"))
    screen.press("Usulkan")
    screen.wait_for_state("Diusulkan")


def test_officer_records_a_deliberation_with_a_phone(journey, deliberation):
    officer = journey.erp("petugas")
    record = officer.read_one(
        "khbs.deliberation",
        deliberation,
        ["state", "removed_count", "candidate_count", "minutes_sha256", "line_count"],
    )
    assert record["state"] == "announced"
    assert (record["removed_count"], record["candidate_count"]) == (1, 1)
    assert len(record["minutes_sha256"]) == 64
    [line] = officer.search_read(
        "khbs.deliberation.line",
        [("deliberation_id", "=", deliberation), ("result", "=", "removed")],
        ["reason", "note"],
    )
    assert line["reason"] == "better_off"
    assert line["note"] == "Punya kebun karet lima hektare."
    [candidate] = officer.search_read(
        "khbs.candidate",
        [("deliberation_id", "=", deliberation)],
        ["state", "head_name", "latitude", "kk_masked", "without_nik"],
    )
    assert candidate["state"] == "proposed"
    assert candidate["head_name"] == HEAD
    assert candidate["latitude"] == POSITION["latitude"]
    assert candidate["kk_masked"] == f"{KK[:4]}********{KK[-4:]}"
    assert not candidate["without_nik"]


@pytest.fixture(scope="module")
def closed(journey, browser, deliberation, installation):
    """Have the validator close the deliberation and accept its candidate."""
    # The days of objection go by.
    installation.cluster.sql(
        journey.database,
        f"UPDATE khbs_deliberation SET announced_to = '{date.today()}'::date - 2 "
        f"WHERE id = {deliberation}",
    )
    number = journey.erp("validator").read_one(
        "khbs.deliberation", deliberation, ["name"]
    )["name"]
    screen = Screen(browser, journey, "validator")
    screen.menu("Registri", "Musyawarah desa")
    screen.open_row(number)
    screen.wait_for_state("Diumumkan")
    screen.press("Tutup")
    screen.confirm()
    screen.wait_for_state("Ditutup")
    screen.menu("Registri", "Calon penerima")
    screen.open_row(HEAD)
    screen.wait_for_state("Diusulkan")
    screen.press("Terima")
    screen.confirm()
    screen.wait_for_state("Diterima")
    screen.close()
    return deliberation


def test_validator_closes_it_and_accepts_the_candidate(journey, closed):
    validator = journey.erp("validator")
    [line] = validator.search_read(
        "khbs.deliberation.line",
        [("deliberation_id", "=", closed), ("result", "=", "removed")],
        ["household_id", "household_state"],
    )
    household = validator.read_one(
        "khbs.household", line["household_id"][0], ["state", "removal_reason"]
    )
    assert household["removal_reason"] == "better_off"
    if line["household_state"] in ("decided", "active", "suspended"):
        assert household["state"] == line["household_state"]
        assert validator.search("khbs.complaint", [("deliberation_id", "=", closed)])
    else:
        assert household["state"] == "not_eligible"
    [candidate] = validator.search_read(
        "khbs.candidate", [("deliberation_id", "=", closed)], ["household_id"]
    )
    household = validator.read_one(
        "khbs.household", candidate["household_id"][0], ["state", "decile", "head_id"]
    )
    assert household["state"] == "needs_verification"
    assert not household["decile"]
    assert household["head_id"][1] == HEAD


def test_operator_prints_the_minutes_and_the_list(journey, browser, closed, village):
    operator = journey.erp("operator")
    number = operator.read_one("khbs.deliberation", closed, ["name"])["name"]
    screen = Screen(browser, journey, "operator")
    screen.menu("Registri", "Musyawarah desa")
    screen.open_row(number)
    for title, phrases in (
        ("BERITA ACARA", ["42 (empat puluh dua) orang", HEAD, "Sudah mampu"]),
        ("DAFTAR CALON", [HEAD, "Tidak layak", "Mengetahui", village["name"]]),
    ):
        screen.page.locator(".oe_stat_button", has_text="Dokumen").click()
        screen.wait_for_list()
        screen.open_row(title)
        text = pdf_text(screen.download("PDF"))
        for phrase in phrases:
            assert phrase in text
        assert not PERSONAL_NUMBER.search(text)
        screen.page.go_back()
        screen.wait_for_list()
        screen.page.go_back()
        screen.wait_for_state("Ditutup")
    screen.close()


def test_operator_prints_letters_about_a_family(journey, browser, closed):
    operator = journey.erp("operator")
    [candidate] = operator.search_read(
        "khbs.candidate", [("deliberation_id", "=", closed)], ["household_id"]
    )
    household_id = candidate["household_id"][0]
    screen = Screen(browser, journey, "operator")
    screen.open(f"khbs-households/{household_id}")
    screen.press("Cetak surat")
    screen.wait_for_dialog()
    screen.fill("agent_name", "RINTU")
    screen.fill("benefit", "Tunai dan pangan")
    screen.press("Cetak")
    screen.page.wait_for_selector(".o_form_view .o_field_widget[name=printed_code]")
    text = pdf_text(screen.download("PDF"))
    for phrase in ("SURAT KUASA", HEAD, "RINTU", "cap jempol", "Ketua RT 003"):
        assert phrase in text
    assert not PERSONAL_NUMBER.search(text)

    screen.open(f"khbs-households/{household_id}")
    screen.press("Cetak surat")
    dialog = screen.wait_for_dialog()
    dialog.get_by_text("SPTJM penggantian penerima", exact=True).click()
    screen.choose("reason", "Meninggal")
    screen.pick("successor_household_id", other_family(operator, household_id))
    screen.press("Cetak")
    screen.page.wait_for_selector(".o_form_view .o_field_widget[name=printed_code]")
    text = pdf_text(screen.download("PDF"))
    for phrase in ("SURAT PERNYATAAN TANGGUNG JAWAB MUTLAK", HEAD, "Meninggal dunia"):
        assert phrase in text
    assert not PERSONAL_NUMBER.search(text)
    screen.close()


def test_operator_prints_the_recipients_and_their_recap(journey, browser):
    operator = journey.erp("operator")
    recipients = journey.facts["recipient_list"]
    lines = operator.search_read(
        "khbs.recipient.line",
        [("list_id", "=", recipients), ("status", "=", "selected")],
        ["household_id", "regency_id"],
    )
    regencies = {line["regency_id"][1].partition(" (")[0] for line in lines}
    screen = Screen(browser, journey, "operator")
    for button, phrases in (
        ("Cetak daftar", [line["household_id"][1].split()[0] for line in lines]),
        ("Cetak rekapitulasi", regencies | {"JUMLAH", "Kepala Dinas Sosial"}),
    ):
        screen.open(f"khbs-recipient-lists/{recipients}")
        screen.press(button)
        code = ".o_form_view .o_field_widget[name=printed_code]"
        screen.page.wait_for_selector(code)
        text = pdf_text(screen.download("PDF"))
        for phrase in phrases:
            assert phrase in text
    screen.close()


def other_family(operator, household_id):
    """Return the number of another family of the same village."""
    area = operator.read_one("khbs.household", household_id, ["area_id"])["area_id"]
    [other] = operator.search_read(
        "khbs.household",
        [("area_id", "=", area[0]), ("id", "!=", household_id)],
        ["name"],
        limit=1,
    )
    return other["name"]


def test_officer_prints_a_blank_power_of_attorney(journey, browser, village):
    screen = Screen(browser, journey, "petugas", width=PHONE)
    screen.wait_for_list()
    screen.page.click(".o_menu_toggle")
    screen.page.locator(".o_app_menu_sidebar").get_by_text("Surat desa").click()
    screen.wait_for_dialog()
    screen.pick("area_id", village["name"])
    screen.press("Cetak")
    screen.page.wait_for_selector(".o_form_view .o_field_widget[name=printed_code]")
    text = pdf_text(screen.download("PDF"))
    assert f"Desa {village['name']}" in text
    assert "Pemberi Kuasa" in text
    screen.close()
