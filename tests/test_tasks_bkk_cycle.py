# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tasks of a proposal by clicking: letter, checklist, what changed, the queue."""

import re
from datetime import date

from playwright.sync_api import expect
from screen import PHONE, Screen
from test_tasks_bkk import (
    PROPOSAL,
    ROMAN,
    begin_proposal,
    judge,
    propose,
    quarter_from_now,
    signed_scan,
)

from tools.journey.bkk import examine
from tools.journey.client import as_base64


def totals(screen):
    """Return the bar with the totals."""
    return screen.page.locator(".khbs_bkk_totals")


def answer(screen, index, label, note=None):
    """Answer the item at *index* of the checklist."""
    row = screen.page.locator(".o_field_widget[name=check_ids] .o_data_row").nth(index)
    row.locator("td[name=answer]").click()
    # Another row may still be the one that is filled in.
    expect(row).to_have_class(re.compile("o_selected_row"), timeout=60_000)
    row.locator("td[name=answer] input").click()
    menu = screen.page.locator(".o_field_selection_menu")
    menu.get_by_role("menuitem", name=label, exact=True).click()
    menu.wait_for(state="detached")
    if note:
        row.locator("td[name=note] input").fill(note)


def open_from_queue(screen, quarter, year):
    """Open the proposal of a quarter from the queue."""
    screen.menu("BKK", "Antrean saya")
    screen.open_row(f"TW {ROMAN[quarter - 1]}/{year}")


def test_proposer_prints_the_letter_and_sends_it_signed(journey, browser):
    year, quarter = quarter_from_now(journey, 20)
    screen = begin_proposal(journey, browser, year, quarter)
    totals(screen).wait_for()
    holders = screen.field("holder_count").inner_text()
    amount = screen.field("proposed_amount").inner_text()
    screen.press("Cetak surat usulan")
    for title in ("SURAT USULAN BUPATI KATINGAN", "DAFTAR NOMINATIF USULAN"):
        screen.page.locator(".o_data_cell", has_text=title).first.wait_for()
    screen.page.go_back()
    totals(screen).wait_for()
    screen.fill("control_count", holders)
    screen.fill("control_amount", amount)
    screen.upload("letter_file", signed_scan(journey))
    screen.press("Usulkan")
    screen.wait_for_state("Diusulkan")
    # What was sent is not in the sender's queue any more.
    screen.menu("BKK", "Antrean saya")
    assert f"TW {ROMAN[quarter - 1]}/{year}" not in screen.page.inner_text(
        ".o_action_manager"
    )
    screen.close()


def test_verifier_answers_the_checklist_and_closes(journey, browser):
    year, quarter = quarter_from_now(journey, 21)
    record = propose(journey, year, quarter)
    screen = Screen(browser, journey, "verifikator")
    open_from_queue(screen, quarter, year)
    # The totals stay in view however far the page is scrolled.
    screen.page.locator(".o_field_widget[name=line_ids] .o_data_row").last.hover()
    expect(totals(screen)).to_be_in_viewport(ratio=1)
    screen.press("Setujui baris yang menunggu")
    screen.page.get_by_role("button", name="Tutup verifikasi").wait_for()
    screen.fill("minutes_number", f"900/BA-V/{record}")
    screen.fill("minutes_date", "02/01/2026")
    screen.press("Tutup verifikasi")
    screen.wait_for_dialog()
    assert "daftar periksa" in screen.page.inner_text(".o_dialog")
    screen.dismiss()
    screen.page.get_by_role("tab", name="Daftar periksa dan tim").click()
    rows = screen.page.locator(".o_field_widget[name=check_ids] .o_data_row")
    rows.first.wait_for()
    answer(screen, 0, "Tidak", note="Stempel kurang jelas, dikonfirmasi")
    for index in range(1, rows.count()):
        answer(screen, index, "Ya")
    screen.save()
    screen.press("Tutup verifikasi")
    screen.wait_for_state("Diverifikasi")
    assert screen.field("minutes_id").is_visible()
    screen.close()


def test_what_changed_since_it_was_sent_back(journey, browser):
    year, quarter = quarter_from_now(journey, 22)
    record = propose(journey, year, quarter)
    verifier = Screen(browser, journey, "verifikator")
    open_from_queue(verifier, quarter, year)
    judge(verifier, 0, "Dikembalikan", reason="SK tidak terbaca")
    verifier.press("Kembalikan")
    verifier.wait_for_dialog()
    assert (
        "SK tidak terbaca" in verifier.field("reason").locator("textarea").input_value()
    )
    verifier.press("Kembalikan")
    verifier.wait_for_state("Draf")

    # The regency takes the holder out and sends the rest.
    proposer = journey.erp("pengusul")
    [line] = proposer.search_read(
        "khbs.bkk.proposal.line",
        [("proposal_id", "=", record)],
        ["name"],
        order="area_code, name, id",
        limit=1,
    )
    proposer.call("khbs.bkk.proposal.line", "unlink", [line["id"]])
    figures = proposer.read_one(PROPOSAL, record, ["holder_count", "proposed_amount"])
    proposer.write(
        PROPOSAL,
        [record],
        {
            "control_count": figures["holder_count"],
            "control_amount": figures["proposed_amount"],
            # Signed anew: the letter of the first round was of other lines.
            "letter_file": as_base64(signed_scan(journey).read_bytes() + b"\n% anew"),
        },
    )
    proposer.call(PROPOSAL, "action_propose", [record])

    verifier.page.reload()
    verifier.wait_for_state("Diusulkan")
    verifier.page.get_by_role("tab", name="Perubahan").click()
    changes = verifier.page.locator(".o_field_widget[name=change_ids] .o_data_row")
    changes.first.wait_for()
    assert changes.count() == 1
    shown = changes.first.inner_text()
    assert "Hilang" in shown
    assert line["name"] in shown
    verifier.close()


def test_proposer_reads_the_page_on_a_phone(journey, browser):
    year, quarter = quarter_from_now(journey, 23)
    record = propose(journey, year, quarter)
    examine(journey.erp("verifikator"), record, f"900/BA-V/{record}", date.today())
    screen = Screen(browser, journey, "pengusul", width=PHONE)
    screen.open(f"khbs-bkk-proposals/{record}")
    totals(screen).wait_for()
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not screen.page.evaluate(wide)
    screen.open("khbs-bkk-queue")
    screen.close()
