# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""BKK on a phone of 360 pixels: cards instead of lists, and nothing that is cut."""

import pytest
from screen import PHONE, Screen

# Screen, and a label that its cards show with the figure beside it.
CARDS = {
    "khbs-bkk-queue": "Menunggu sejak",
    "khbs-bkk-roster-imports": "Ditolak",
    "khbs-bkk-proposals": "Diusulkan",
    "khbs-bkk-payments": "PPh 21",
    "khbs-bkk-payment-lines": "Netto",
    "khbs-bkk-accountability": "Disetor kembali",
    "khbs-bkk-budget": "Ditetapkan",
}
WIDEST = "Math.max(...[...document.querySelectorAll('body *')].map(e => e.scrollWidth))"


def cards(screen):
    return screen.page.locator(".o_kanban_record:not(.o_kanban_ghost)")


@pytest.fixture(scope="module")
def phone(journey, browser):
    screen = Screen(browser, journey, "pengusul", width=PHONE)
    yield screen
    screen.close()


@pytest.mark.parametrize("path", CARDS)
def test_a_list_is_cards(phone, path):
    phone.open(path)
    cards(phone).filter(has_text=CARDS[path]).first.wait_for()
    assert phone.page.evaluate(WIDEST) <= PHONE


def test_the_roster_is_cards(phone):
    phone.open("khbs-bkk-holders")
    cards(phone).filter(has_text="Damang").first.wait_for()
    assert "********" in cards(phone).first.inner_text()


def test_the_queue_opens_what_waits(phone, journey):
    phone.open("khbs-bkk-queue")
    report = journey.erp("pengusul").read_one(
        "khbs.bkk.accountability", journey.facts["bkk_due"], ["display_name"]
    )
    phone.open_row(report["display_name"])
    phone.page.locator(".o_form_view", has_text=report["display_name"]).wait_for()
    phone.page.get_by_text("Menurut peran", exact=True).wait_for()
    lines = cards(phone).filter(has_text="Pajak dipotong")
    lines.first.wait_for()


@pytest.mark.parametrize(
    ("path", "fact", "label"),
    [
        ("khbs-bkk-proposals", "bkk_proposal", "Bulan"),
        ("khbs-bkk-payments", "bkk_paid_list", "PPh 21"),
    ],
)
def test_lines_are_cards(phone, journey, path, fact, label):
    phone.open(f"{path}/{journey.facts[fact]}")
    cards(phone).filter(has_text=label).first.wait_for()
