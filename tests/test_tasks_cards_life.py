# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A card's life by clicking: blocks in bulk, undo, replacement, scan on a phone."""

import pytest
from screen import DIALOG, PHONE, Screen

from tools.journey import station
from tools.vectors.make_vectors import card_no


def cards(journey, state, limit=1):
    """Return the cards in *state* of the village where the field officer works."""
    return journey.erp("kartu").search_read(
        "khbs.card",
        [("state", "=", state), ("area_id", "=", journey.facts["village"])],
        ["card_no"],
        limit=limit,
    )


def state_of(journey, number):
    [row] = journey.erp("kartu").search_read(
        "khbs.card", [("card_no", "=", number)], ["state"]
    )
    return row["state"]


@pytest.fixture
def officer(browser, journey):
    """The card officer at a desk, with the list of cards open."""
    screen = Screen(browser, journey, "kartu")
    screen.menu("Kartu", "Kartu")
    yield screen
    screen.close()


@pytest.fixture
def being_made(journey):
    """Number of a card that nobody can block: the new one of a card that was lost."""
    erp = journey.erp("kartu")
    [lost] = cards(journey, "active")
    erp.call("khbs.card", "action_replace", [lost["id"]], "lost")
    [made] = erp.search_read(
        "khbs.card", [("state", "=", "allocated")], ["card_no"], limit=1
    )
    yield made["card_no"]
    # A single card goes before every run: it is made before other tests ask for some.
    station.personalise(journey, count=1)


def act_on_chosen(screen):
    """Choose all rows of the list and open the dialog that acts on them."""
    screen.page.locator("thead .o_list_record_selector input").click()
    screen.page.locator(".o_cp_action_menus button:has(.fa-cog)").click()
    entries = screen.page.locator(".o-dropdown--menu .dropdown-item")
    entries.filter(has_text="Tindakan atas kartu").click()
    return screen.wait_for_dialog()


def test_several_are_blocked_and_the_rest_is_told(journey, being_made, officer):
    active = [row["card_no"] for row in cards(journey, "active", limit=3)]
    for number in (*active, being_made):
        officer.search(number)
    dialog = act_on_chosen(officer)
    officer.choose("reason", "Dugaan penyalahgunaan")
    officer.wait_for_text("movable_count", "3")
    # Beforehand: how many, and which not, with the reason.
    dialog.get_by_text(being_made).wait_for()
    dialog.get_by_text("Kartu masih dibuat").wait_for()
    officer.press("Konfirmasi")
    officer.wait_for_text("moved_count", "3")
    officer.wait_for_text("rest_count", "1")
    rows = officer.page.locator(f"{DIALOG} .o_data_row")
    assert rows.count() == 4
    assert being_made in rows.first.inner_text()
    officer.press("Tutup")
    officer.wait_for_no_dialog()
    assert {state_of(journey, number) for number in active} == {"suspended"}
    assert state_of(journey, being_made) == "allocated"
    # A mistake: all of them back.
    act_on_chosen(officer)
    officer.choose("target", "Cabut penangguhan")
    officer.choose("reason", "Pemblokiran keliru")
    officer.wait_for_text("movable_count", "3")
    officer.press("Konfirmasi")
    officer.wait_for_text("moved_count", "3")
    officer.press("Tutup")
    assert {state_of(journey, number) for number in active} == {"active"}


def test_a_lost_card_is_replaced_and_the_mistake_undone(journey, officer):
    # The oldest: an officer handed it over and entered who took it.
    number = cards(journey, "active", limit=100)[-1]["card_no"]
    officer.search(number)
    officer.open_row(number)
    officer.press("Kartu baru")
    officer.wait_for_dialog()
    officer.choose("reason", "Hilang")
    officer.press("Konfirmasi")
    officer.wait_for_state("Ditangguhkan")
    # What the state means stands on the page, and the way to the new card and back.
    officer.page.get_by_text("Keluarga tetap terdaftar").wait_for()
    chain = officer.field("next_id")
    new = chain.inner_text().strip()
    chain.locator("a").click()
    officer.page.locator("h1", has_text=new).wait_for()
    assert officer.field("previous_id").inner_text().strip() == number
    officer.field("previous_id").locator("a").click()
    officer.page.locator("h1", has_text=number).wait_for()
    officer.press("Batalkan blokir keliru")
    dialog = officer.wait_for_dialog()
    dialog.get_by_text(new).wait_for()
    officer.press("Konfirmasi")
    officer.wait_for_state("Aktif")
    assert state_of(journey, new) == "destroyed"
    officer.page.reload()
    officer.wait_for_state("Aktif")
    assert not officer.page.get_by_text("Diganti oleh").count()
    story = officer.page.locator(".o_field_widget[name=event_ids]")
    story.get_by_text("Pemblokiran keliru").first.wait_for()
    story.get_by_text("diterima oleh").first.wait_for()


@pytest.fixture
def phone(browser, journey):
    """The field officer's phone at the place where cards are scanned."""
    screen = Screen(browser, journey, "petugas", PHONE)
    screen.open("khbs-scan")
    yield screen
    screen.close()


def scan(screen, text):
    """Type *text* as a scanner does, with Enter at the end."""
    box = screen.page.locator(".o_khbs_scan input[name=card_no]")
    box.fill(text)
    box.press("Enter")


def test_field_officer_scans_and_suspends_on_a_phone(journey, phone):
    number = cards(journey, "active")[0]["card_no"]
    alert = phone.page.locator(".o_khbs_scan .alert")
    # A digit mistyped; a number of nobody; a card of the campaign.
    scan(phone, number[:-1] + str((int(number[-1]) + 1) % 10))
    alert.filter(has_text="salah ketik").wait_for()
    scan(phone, card_no("08", 7))
    alert.filter(has_text="Tidak ada kartu program").wait_for()
    scan(phone, "KAMPANYE 2024")
    alert.filter(has_text="Kartu masa kampanye").wait_for()
    phone.page.get_by_role("button", name="Laporkan kartu kampanye").click()
    phone.page.get_by_text("Sudah dicatat").wait_for()
    # Nothing runs out of the narrow screen.
    width = "document.documentElement.scrollWidth"
    assert phone.page.evaluate(width) <= PHONE
    scan(phone, f"{number[:4].lower()} {number[4:8]} {number[8:]}")
    phone.page.wait_for_selector(".o_form_view")
    phone.wait_for_state("Aktif")
    phone.press("Tangguhkan")
    phone.wait_for_dialog()
    phone.choose("reason", "Ditemukan")
    phone.press("Konfirmasi")
    phone.wait_for_state("Ditangguhkan")
    assert phone.page.evaluate(width) <= PHONE
    assert state_of(journey, number) == "suspended"
    officer = journey.erp("kartu")
    [row] = cards(journey, "suspended")
    officer.call("khbs.card", "action_lift", [row["id"]], "found")


def test_alerts_are_looked_at(journey, browser, phone):
    scan(phone, card_no("08", 9))
    phone.page.locator(".o_khbs_scan .alert").wait_for()
    office = Screen(browser, journey, "kartu")
    office.menu("Kartu", "Peringatan")
    office.open_row(card_no("08", 9))
    office.wait_for_state("Baru")
    office.press("Tandai sudah dilihat")
    office.wait_for_state("Sudah dilihat")
    office.close()
