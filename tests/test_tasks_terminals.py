# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The terminal officer's tasks: register, enrol, watch and stop a terminal."""

import re

import pytest
from screen import PHONE, Screen

from tools.journey import terminal as field

OFFICER = "edc"


@pytest.fixture
def point(journey):
    """A point where a terminal may serve, as the officer finds it."""
    [point] = journey.erp(OFFICER).search_read("khbs.point", [], ["name"], limit=1)
    return point


def register(journey, point):
    """Create a terminal as the officer does and return its id and number."""
    officer = journey.erp(OFFICER)
    record = officer.create("khbs.terminal", {"point_id": point["id"]})
    return record, officer.read_one("khbs.terminal", record, ["code"])["code"]


def enrol(journey, record):
    """Let a device enrol as the terminal *record* and approve its fingerprint."""
    officer = journey.erp(OFFICER)
    sheet = officer.call("khbs.terminal", "issue_code", [record])
    field.enrol(journey, sheet["tid"], sheet["code"], sheet["root"]).close()
    officer.decide("khbs.terminal", "action_approve_key", record)


def test_register_a_terminal_and_print_its_sheet(journey, browser, point):
    screen = Screen(browser, journey, OFFICER)
    screen.wait_for_list()
    screen.new()
    screen.pick("point_id", point["name"])
    screen.page.get_by_text("Tambahkan baris").click()
    screen.wait_for_dialog()
    screen.fill("code", "OP7")
    screen.fill("name", "Rusmini")
    screen.fill("secret", "sandi-loket")
    screen.press("Simpan & Tutup")
    screen.wait_for_no_dialog()
    screen.press("Lembar pendaftaran")
    screen.wait_for_dialog()
    number = screen.field("tid").inner_text()
    code = screen.field("code").inner_text()
    root = screen.field("root").inner_text()
    assert re.fullmatch(r"T[0-9]{6}", number)
    screen.page.emulate_media(media="print")
    assert screen.field("qr").is_visible()
    assert not screen.page.locator(".o_main_navbar").is_visible()
    screen.page.emulate_media(media="screen")
    screen.dismiss()

    terminal = field.enrol(journey, number, code, root)
    shown = journey.facts["terminal_fingerprints"][number]
    screen.page.reload()
    screen.wait_for_state("Menunggu")
    assert screen.field("fingerprint").inner_text() == shown
    screen.press("Setujui sidik")
    screen.confirm()
    screen.wait_for_state("Aktif")
    screen.close()
    try:
        config = field.prepare(terminal)
        assert config["tid"] == number
    finally:
        terminal.close()


def test_stop_a_terminal_and_let_it_work_again(journey, browser, point):
    record, number = register(journey, point)
    enrol(journey, record)
    screen = Screen(browser, journey, OFFICER)
    screen.wait_for_list()
    screen.open_row(number)
    screen.wait_for_state("Aktif")
    screen.press("Tangguhkan")
    screen.wait_for_state("Ditangguhkan")
    screen.press("Aktifkan kembali")
    screen.wait_for_state("Aktif")
    screen.press("Laporkan hilang")
    screen.confirm()
    screen.wait_for_state("Hilang")
    screen.press("Tarik laporan kehilangan")
    screen.wait_for_state("Ditangguhkan")
    screen.close()
    facts = journey.erp(OFFICER).search_read(
        "khbs.server.fact", [("terminal_id", "=", record)], ["kind"], order="id"
    )
    kinds = [fact["kind"] for fact in facts if fact["kind"] != "list_reported"]
    assert kinds == ["suspended", "active", "lost", "found"]


def test_look_into_journal_and_case(journey, browser):
    """From a terminal to the claim it made, and to the case that came of one."""
    [case, *_others] = journey.erp(OFFICER).search_read(
        "khbs.case",
        [("terminal_code", "!=", False), ("claim_line_id", "!=", False)],
        ["name", "terminal_code"],
    )
    screen = Screen(browser, journey, OFFICER)
    screen.wait_for_list()
    screen.open_row(case["terminal_code"])
    screen.page.locator("button[name=action_open_entries]").click()
    entry = screen.page.locator(".o_data_row", has_text="Klaim").first
    entry.wait_for()
    entry.click()
    screen.page.wait_for_selector(".o_form_view")
    heading = screen.page.inner_text(".oe_title")
    assert case["terminal_code"] in heading
    assert "Klaim" in heading
    screen.menu("Bantuan", "Kasus")
    screen.open_row(case["name"])
    assert case["terminal_code"] in screen.field("terminal_code").inner_text()
    screen.close()


def test_terminal_on_a_phone(journey, browser):
    """In the field the officer sees which terminals are silent and how one is."""
    number = journey.facts["terminals"][0]["tid"]
    screen = Screen(browser, journey, OFFICER, width=PHONE)
    screen.wait_for_list()
    card = screen.page.locator(".o_kanban_record", has_text=number)
    assert "Aktif" in card.inner_text()
    card.click()
    screen.page.wait_for_selector(".o_form_view")
    assert screen.field("last_contact_at").inner_text()
    assert screen.field("unsent").inner_text() == "0"
    wide = "document.documentElement.scrollWidth > window.innerWidth"
    assert not screen.page.evaluate(wide)
    screen.close()
