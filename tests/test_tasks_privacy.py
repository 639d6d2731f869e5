# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Personal data: searched, shown, exported and asked for, done by clicking."""

import hashlib
import io
import re

import openpyxl
import pytest
from played import DATABASE, PASSWORD
from pypdf import PdfReader
from screen import PHONE, Screen

from tools.journey.users import DISTRICT

PERSONAL_NUMBER = re.compile(r"\b[0-9]{16}\b")


@pytest.fixture(scope="module")
def family(installation, journey):
    """Return a family of the officer's district: id, name, nik, kk, head, village."""
    row = installation.cluster.sql(
        DATABASE,
        f"""
        SELECT h.id, h.name, h.kk_number, p.nik, p.name, a.name
          FROM khbs_household h JOIN khbs_area a ON a.id = h.area_id
          JOIN khbs_person p ON p.household_id = h.id AND p.relation = '1'
               AND p.state = 'alive' AND p.active AND p.nik IS NOT NULL
         WHERE a.code LIKE '{DISTRICT}.%' AND h.active AND h.kk_number IS NOT NULL
         ORDER BY h.id LIMIT 1
        """,
    )
    names = ("id", "name", "kk", "nik", "head", "village")
    found = dict(zip(names, row.split("|"), strict=True))
    return {**found, "id": int(found["id"])}


def find(screen, text):
    """Type *text* into the one box, press Enter, and return the families' cards."""
    screen.page.fill("input[name=find]", text)
    screen.page.press("input[name=find]", "Enter")
    screen.page.wait_for_selector(".o_khbs_family, .o_khbs_find .alert")
    return screen.page.locator(".o_khbs_family")


def events(journey, act, **found):
    """Return the audit events of *act* that have all of *found*."""
    domain = [("act", "=", act)] + [(name, "=", value) for name, value in found.items()]
    return journey.erp("auditor").search_read(
        "khbs.audit.event", domain, ["user_id", "outcome", "data"], order="id desc"
    )


def test_operator_finds_by_nik_and_sees_it_masked(journey, browser, family):
    screen = Screen(browser, journey, "operator")
    screen.open("khbs-find")
    for number in (family["nik"], family["kk"]):
        card = find(screen, number).first
        card.get_by_text(family["head"]).wait_for()
        shown = screen.page.inner_text(".o_khbs_find")
        assert not PERSONAL_NUMBER.search(shown)
        assert f"{family['kk'][:4]}********{family['kk'][-4:]}" in shown
    assert family["nik"] not in screen.page.url
    card.click()
    screen.page.wait_for_selector(".o_form_view")
    assert screen.record_id() == family["id"]
    assert not PERSONAL_NUMBER.search(screen.page.inner_text("body"))
    # A part of a number finds nobody.
    screen.open("khbs-find")
    screen.page.fill("input[name=find]", family["nik"][:12])
    screen.page.press("input[name=find]", "Enter")
    dialog = screen.page.locator(".o_dialog")
    dialog.get_by_text("keenam belas angkanya").wait_for()
    screen.close()
    recorded = events(journey, "household.find")
    assert {event["user_id"][1] for event in recorded[:2]} == {"Operator Registri"}
    assert family["nik"] not in str(recorded)


def test_officer_finds_by_name_and_village_on_a_phone(journey, browser, family):
    screen = Screen(browser, journey, "petugas", width=PHONE)
    screen.open("khbs-find")
    name = max(re.findall(r"[A-Z']+", family["head"]), key=len)
    village = max(family["village"].split(), key=len)
    card = find(screen, f"{village} {name}".lower()).filter(has_text=family["name"])
    card.wait_for()
    overflow = (
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert screen.page.evaluate(overflow) <= 0
    assert not PERSONAL_NUMBER.search(screen.page.inner_text("body"))
    card.click()
    screen.page.wait_for_selector(".o_form_view")
    assert screen.record_id() == family["id"]
    screen.open("khbs-find")
    assert not find(screen, "xyzzy tidakada").count()
    screen.close()


def test_reader_reveals_from_the_list_for_a_purpose(journey, browser, family):
    screen = Screen(browser, journey, "pembuka")
    screen.menu("Registri", "Keluarga")
    screen.search(family["name"])
    row = screen.page.locator(".o_data_row", has_text=family["name"])
    row.locator("input[type=checkbox]").check()
    screen.page.click(".o_control_panel .btn-secondary.o-dropdown")
    screen.page.get_by_role("menuitem", name="Tampilkan NIK dan KK").click()
    screen.wait_for_dialog()
    screen.choose("purpose", "Penanganan pengaduan")
    screen.fill("reference", "PGD/2026/000077")
    screen.press("Catat dan tampilkan")
    shown = screen.field("numbers").inner_text()
    assert PERSONAL_NUMBER.search(shown)
    screen.close()
    [event, *_rest] = events(
        journey, "household.reveal", res_id=family["id"], outcome="done"
    )
    assert event["data"]["reference"] == "PGD/2026/000077"

    auditor = Screen(browser, journey, "auditor")
    auditor.menu("Audit", "Peristiwa audit")
    auditor.search("NIK dan KK ditampilkan")
    auditor.open_row("Pembaca Data Pribadi")
    assert "PGD/2026/000077" in auditor.field("data").inner_text()
    auditor.close()


@pytest.fixture(scope="module")
def exporter(journey):
    """Return the login of a validator who may export."""
    admin = journey.erp("admin")
    names = ["group_validator", "group_exporter"]
    groups = admin.search_read(
        "ir.model.data",
        [("module", "=", "khbs_registry"), ("name", "in", names)],
        ["res_id"],
    )
    province = admin.search("khbs.area", [("code", "=", "62")])
    admin.create(
        "res.users",
        {
            "name": "Validator Pengekspor",
            "login": "validator-ekspor",
            "password": PASSWORD,
            "group_ids": [(6, 0, [row["res_id"] for row in groups])],
            "khbs_area_ids": [(6, 0, province)],
        },
    )
    journey._passwords["validator-ekspor"] = PASSWORD
    return "validator-ekspor"


def test_export_needs_its_right_and_is_on_record(journey, browser, exporter, family):
    operator = Screen(browser, journey, "operator")
    operator.menu("Registri", "Keluarga")
    operator.page.wait_for_selector(".o_data_row")
    # The cog has nothing else in it.
    assert not operator.page.query_selector(".o_control_panel .fa-cog")
    operator.close()

    screen = Screen(browser, journey, exporter)
    screen.menu("Registri", "Keluarga")
    screen.search(family["name"])
    screen.page.click(".o_control_panel .fa-cog")
    with screen.page.expect_download() as waiting:
        screen.page.click(".o_export_all_menu")
    content = waiting.value.path().read_bytes()
    screen.close()
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.values)
    assert family["name"] in str(rows)
    assert not PERSONAL_NUMBER.search(str(rows))

    auditor = Screen(browser, journey, "auditor")
    auditor.menu("Audit", "Ekspor")
    auditor.open_row("Validator Pengekspor")
    assert auditor.field("sha256").inner_text() == hashlib.sha256(content).hexdigest()
    assert auditor.field("row_count").inner_text() == "1"
    auditor.close()


def ask(browser, journey, family, kind=None):
    """Enter a request of a person of *family* at the desk and return its id.

    :param kind: what is asked, as its list says it; by default to see what is stored
    """
    desk = Screen(browser, journey, "operator")
    desk.menu("Registri", "Permohonan subjek data")
    desk.new()
    if kind:
        desk.choose("kind", kind)
    desk.pick("household_id", f"{family['name']} {family['head']}")
    desk.fill("applicant", "Kepala keluarga, datang sendiri")
    desk.save()
    request = desk.record_id()
    desk.close()
    return request


def identify(browser, journey, request):
    """Return the reader's screen, on which the applicant is identified."""
    reader = Screen(browser, journey, "pembuka")
    reader.open(f"khbs-subject-requests/{request}")
    reader.choose("identity_kind", "KTP yang bersangkutan")
    reader.fill("identity_note", "Dilihat di loket Dinas Sosial")
    reader.press("Pemohon dikenali")
    reader.wait_for_state("Dikenali")
    return reader


def answer(reader):
    """Hand the answer over, and leave."""
    reader.fill("handed_to", "Kepala keluarga, di loket")
    reader.press("Dijawab")
    reader.wait_for_state("Dijawab")
    reader.close()


def test_a_person_asks_what_is_stored_and_gets_it(journey, browser, family):
    request = ask(browser, journey, family)
    reader = identify(browser, journey, request)
    pages = PdfReader(reader.download("Unduh laporan")).pages
    text = "".join("".join(page.extract_text() for page in pages).split())
    assert family["nik"] in text
    assert family["kk"] in text
    assert "OperatorRegistri" in text
    reader.open(f"khbs-subject-requests/{request}")
    answer(reader)
    [event, *_rest] = events(journey, "subject.answer", res_id=request)
    assert event["data"] == {"kind": "access", "late": False}


def test_a_family_is_left_alone_and_taken_up_again(journey, browser, family):
    notice = "Keluarga ini meminta agar datanya tidak diproses"
    request = ask(browser, journey, family, "Minta pemrosesan ditunda")
    answer(identify(browser, journey, request))
    screen = Screen(browser, journey, "operator")
    screen.open(f"khbs-households/{family['id']}")
    screen.page.locator(".alert", has_text=notice).wait_for()
    screen.close()

    request = ask(browser, journey, family, "Minta pemrosesan dilanjutkan")
    answer(identify(browser, journey, request))
    screen = Screen(browser, journey, "operator")
    screen.open(f"khbs-households/{family['id']}")
    screen.page.wait_for_selector(".o_form_view .o_field_widget[name=state]")
    assert not screen.page.locator(".alert", has_text=notice).count()
    screen.close()


def test_auditor_issues_the_report_on_access(journey, browser):
    screen = Screen(browser, journey, "auditor")
    screen.open("khbs-access-report")
    screen.press("Terbitkan laporan")
    screen.page.wait_for_selector(".o_form_view button:has-text('PDF')")
    pages = PdfReader(screen.download("PDF")).pages
    text = "\n".join(page.extract_text() for page in pages)
    assert "LAPORAN AKSES DATA PRIBADI" in text
    assert "Operator Registri" in text
    assert not PERSONAL_NUMBER.search(text)
    screen.close()
