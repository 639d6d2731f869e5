# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cards by clicking: the card officer's print run, the field officer's hand-over."""

import pytest
from screen import PHONE, Screen

from tools.journey import station
from tools.journey.cards import activate, number_on
from tools.setup.keys import PROGRAMME
from tools.virtual_card import VirtualCard


def card(journey, card_no):
    """Return what the server has of a card."""
    [row] = journey.erp("kartu").search_read(
        "khbs.card",
        [("card_no", "=", card_no)],
        ["state", "household_id", "run_id"],
    )
    return row


@pytest.fixture(scope="module")
def shipped(journey):
    """A virtual card of a waiting job, personalised, printed and shipped."""
    [path] = station.personalise(journey, count=1)
    virtual = VirtualCard.open(path)
    officer = journey.erp("kartu")
    run_id = card(journey, number_on(virtual))["run_id"][0]
    officer.call("khbs.card.run", "action_print_files", [run_id])
    officer.call("khbs.card.run", "action_print", [run_id])
    officer.call("khbs.card.run", "action_ship", [run_id])
    return virtual


@pytest.fixture
def in_use(journey):
    """Number of a card in use of the village where the field officer works."""
    [row] = journey.erp("kartu").search_read(
        "khbs.card",
        [("state", "=", "active"), ("area_id", "=", journey.facts["village"])],
        ["card_no"],
        limit=1,
    )
    return row["card_no"]


def families_without_card(journey):
    """Return (village, number of families): who waits for a card, elsewhere."""
    officer = journey.erp("kartu")
    served = officer.search_read("khbs.card", [], ["household_id"])
    [group, *_rest] = officer.call(
        "khbs.recipient.line",
        "formatted_read_group",
        [
            ("list_id", "=", journey.facts["recipient_list"]),
            ("household_id", "not in", [row["household_id"][0] for row in served]),
        ],
        groupby=["area_id"],
        aggregates=["__count"],
    )
    return group["area_id"], group["__count"]


def test_card_officer_orders_a_print_run(journey, browser):
    (_village, label), families = families_without_card(journey)
    [recipient_list] = journey.erp("kartu").search_read(
        "khbs.recipient.list",
        [("id", "=", journey.facts["recipient_list"])],
        ["name"],
    )
    screen = Screen(browser, journey, "kartu")
    screen.menu("Kartu", "Gelombang cetak")
    screen.new()
    screen.pick("recipient_list_id", recipient_list["name"])
    screen.pick("area_id", label)
    screen.save()
    screen.press("Pesan kartu")
    screen.wait_for_state("Dipesan")
    for count, expected in [
        ("ordered_count", families),
        ("waiting_count", families),
        ("personalised_count", 0),
        ("handed_over_count", 0),
    ]:
        assert screen.field(count).inner_text() == str(expected)
    screen.page.locator("button[name=action_view_cards]").click()
    rows = screen.page.locator(".o_data_row")
    rows.first.wait_for()
    assert rows.count() == families
    screen.close()


def test_field_officer_hands_a_card_over_on_a_phone(journey, browser, shipped):
    card_no = number_on(shipped)
    screen = Screen(browser, journey, "petugas", PHONE)
    screen.menu("Kartu", "Kartu")
    screen.search(card_no)
    screen.open_row(card_no)
    screen.wait_for_state("Dikirim")
    screen.press("Serahkan")
    screen.wait_for_dialog()
    # Without the card's own signature nothing is handed over.
    screen.fill("activation", "bukan tanda tangan kartu")
    screen.press("Serahkan")
    screen.page.get_by_text("Kartu tidak dapat membuktikan dirinya").wait_for()
    screen.press("Tutup")
    screen.fill("activation", activate(shipped, PROGRAMME))
    screen.choose("received_by", "Anggota keluarga")
    screen.field("notice_given").locator("input").check()
    screen.press("Serahkan")
    screen.wait_for_text("card_id", card_no)
    screen.wait_for_no_dialog()
    assert card(journey, card_no)["state"] == "active"
    screen.close()


def test_lost_card_is_suspended_and_lifted_on_phones(journey, browser, in_use):
    field = Screen(browser, journey, "petugas", PHONE)
    field.menu("Kartu", "Kartu")
    field.search(in_use)
    field.open_row(in_use)
    field.press("Tangguhkan")
    field.wait_for_dialog()
    field.choose("reason", "Hilang")
    field.press("Konfirmasi")
    field.wait_for_state("Ditangguhkan")
    assert card(journey, in_use)["state"] == "suspended"
    # Only the card officer gives it back.
    lift = field.page.get_by_role("button", name="Cabut penangguhan", exact=True)
    assert not lift.count()
    field.close()

    office = Screen(browser, journey, "kartu", PHONE)
    office.menu("Kartu", "Kartu")
    office.search(in_use)
    office.open_row(in_use)
    office.press("Cabut penangguhan")
    office.wait_for_dialog()
    office.press("Konfirmasi")
    office.wait_for_state("Aktif")
    story = office.page.locator(".o_field_widget[name=event_ids]")
    story.get_by_text("Sudah diperiksa, tidak bermasalah").first.wait_for()
    assert card(journey, in_use)["state"] == "active"
    office.close()
