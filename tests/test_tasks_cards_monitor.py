# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The personalisation monitor lives while a station works; a PIN is ordered anew."""

import pytest
from screen import Screen

from tools.journey import station
from tools.journey.cards import number_on
from tools.virtual_card import VirtualCard

COUNT = 2
# Switches the look every fifteen seconds off, so that the bus alone moves the figures.
NO_INTERVAL = """
    const every = window.setInterval;
    window.setInterval = (f, ms, ...rest) => ms === 15000 ? 0 : every(f, ms, ...rest);
"""


@pytest.fixture(scope="module")
def run(journey):
    """Id of an ordered run of cards with a PIN, of a village that has no cards."""
    officer = journey.erp("kartu")
    served = officer.search_read("khbs.card", [], ["household_id"])
    groups = officer.call(
        "khbs.recipient.line",
        "formatted_read_group",
        [
            ("list_id", "=", journey.facts["recipient_list"]),
            ("household_id", "not in", [row["household_id"][0] for row in served]),
        ],
        groupby=["area_id"],
        aggregates=["__count"],
    )
    area = next(
        group["area_id"][0] for group in reversed(groups) if group["__count"] > COUNT
    )
    run_id = officer.create(
        "khbs.card.run",
        {
            "recipient_list_id": journey.facts["recipient_list"],
            "area_id": area,
            "profile": "pin",
        },
    )
    officer.call("khbs.card.run", "action_order", [run_id])
    return run_id


def number(screen, selector):
    """Return the figure that *selector* shows."""
    text = screen.page.locator(selector).inner_text()
    return int(text.replace(".", ""))


def wait_for_number(screen, selector, value):
    screen.page.wait_for_function(
        "([selector, value]) => Number(document.querySelector(selector)?.innerText"
        ".replaceAll('.', '')) === value",
        arg=[selector, value],
    )


def test_the_monitor_moves_while_a_station_works(journey, browser, run):
    screen = Screen(browser, journey, "kartu")
    screen.open(f"khbs-card-runs/{run}")
    name = screen.page.locator(".oe_title").inner_text().strip()
    screen.press("Dahulukan")
    screen.wait_for_text("priority", "1")
    screen.page.add_init_script(NO_INTERVAL)
    screen.open("khbs-card-monitor")
    screen.page.get_by_text("Langsung", exact=True).wait_for()
    today = "[data-figure=done_today] .khbs_figure"
    done = f"tr[data-run='{name}'] .khbs_done"
    before, of_run = number(screen, today), number(screen, done)
    screen.page.evaluate("window.sameDocument = true")

    paths = station.personalise(journey, count=COUNT)

    wait_for_number(screen, done, of_run + COUNT)
    wait_for_number(screen, today, before + COUNT)
    assert len(paths) == COUNT
    assert screen.page.evaluate("window.sameDocument")
    # The station that made them is among the stations, with its figures.
    tiles = screen.page.locator(".khbs_station", has_text="Selesai hari ini")
    assert tiles.count() >= 1
    # Nothing is wider than the window.
    width = "document.querySelector('.khbs_card_monitor')"
    assert screen.page.evaluate(f"{width}.scrollWidth <= {width}.clientWidth")
    screen.page.locator(f"tr[data-run='{name}']").click()
    screen.page.wait_for_selector(".o_form_view")
    screen.press("Jeda")
    screen.page.get_by_role("button", name="Lanjutkan", exact=True).click()
    screen.page.get_by_role("button", name="Jeda", exact=True).wait_for()
    screen.close()


def test_a_new_pin_is_ordered_on_the_card(journey, browser, run):
    [path] = station.personalise(journey, count=1)
    card_no = number_on(VirtualCard.open(path))
    officer = journey.erp("kartu")
    [card_id] = officer.search("khbs.card", [("card_no", "=", card_no)])
    officer.call("khbs.card", "action_print", [card_id])
    officer.call("khbs.card", "action_ship", [card_id])

    screen = Screen(browser, journey, "kartu")
    screen.menu("Kartu", "Kartu")
    screen.search(card_no)
    screen.open_row(card_no)
    screen.press("Perintahkan PIN baru")
    screen.wait_for_dialog()
    screen.choose("reason", "PIN salah tiga kali")
    screen.choose("identified_by", "KTP-el ditunjukkan oleh kepala keluarga")
    screen.page.locator(".modal-footer .o_form_button_save").click()
    screen.wait_for_no_dialog()
    [order] = officer.search_read(
        "khbs.card.pin.order", [("card_id", "=", card_id)], ["state", "reason"]
    )
    assert (order["state"], order["reason"]) == ("open", "blocked")

    screen.menu("Kartu", "Penyetelan ulang PIN")
    screen.open_row(card_no)
    screen.wait_for_state("Menunggu kartu")
    screen.press("Batalkan perintah")
    screen.wait_for_state("Dibatalkan")
    screen.close()
