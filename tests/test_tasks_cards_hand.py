# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Hand-over and returns by clicking: a village's day on a phone, the rest at a desk."""

import pytest
from PIL import Image
from screen import PHONE, Screen

from tools.journey import station
from tools.journey.cards import activate, number_on, receive
from tools.setup.keys import PROGRAMME
from tools.virtual_card import VirtualCard

# In the village, as the phone tells it.
POSITION = {"latitude": -2.0471, "longitude": 113.4682, "accuracy": 8}
PLACE = "Balai desa uji serah terima"


@pytest.fixture(scope="module")
def shipped(journey):
    """Three virtual cards that lie in their village."""
    cards = [VirtualCard.open(path) for path in station.personalise(journey, count=3)]
    officer = journey.erp("kartu")
    numbers = [number_on(card) for card in cards]
    ids = officer.search("khbs.card", [("card_no", "in", numbers)])
    officer.call("khbs.card", "action_print", ids)
    officer.call("khbs.card", "action_ship", ids)
    boxes = {
        row["shipment_id"][0]
        for row in officer.search_read(
            "khbs.card", [("id", "in", ids)], ["shipment_id"]
        )
    }
    for box in boxes:
        receive(journey.erp("petugas"), box)
    return cards


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A photo and a scan, as a phone makes them."""
    folder = tmp_path_factory.mktemp("serah")
    photo, scan = folder / "foto.jpg", folder / "daftar.pdf"
    Image.new("RGB", (640, 480), "darkgreen").save(photo)
    scan.write_bytes(b"%PDF-1.7 daftar bertanda tangan")
    return photo, scan


@pytest.fixture(scope="module")
def village(journey, shipped):
    """Village of the cards, as a list shows it."""
    [row] = journey.erp("kartu").search_read(
        "khbs.card", [("card_no", "=", number_on(shipped[0]))], ["area_id"]
    )
    return row["area_id"][1]


def rows(journey, model, domain, names):
    return journey.erp("auditor").search_read(model, domain, names)


def open_form(screen):
    """Open the hand-over form by the menu of a phone."""
    screen.page.wait_for_selector(".o_action_manager > *")
    screen.page.click(".o_menu_toggle")
    sidebar = screen.page.locator(".o_app_menu_sidebar")
    sidebar.get_by_text("Serahkan kartu", exact=True).click()
    return screen.wait_for_dialog()


def test_case_12_23_a_village_receives_its_cards_on_a_phone(
    journey, browser, shipped, village, files
):
    photo, scan = files
    officer = Screen(browser, journey, "petugas", PHONE, position=POSITION)
    officer.menu("Kartu", "Sesi penyerahan")
    officer.new()
    officer.pick("area_id", village.partition(" (")[0])
    officer.fill("place", PLACE)
    officer.pick("officer_ids", "Petugas Lapangan")
    officer.save()
    officer.press("Buat daftar")
    officer.wait_for_state("Daftar dibuat")
    session = officer.record_id()
    assert officer.download("Cetak daftar").stat().st_size > 5000

    card_no = number_on(shipped[0])
    open_form(officer)
    # A card of the campaign is told from a real one, and so is a slip of the finger.
    officer.fill("card_no", "KAMPANYE 2026")
    officer.page.get_by_text("Kartu tidak berlaku").wait_for()
    officer.fill("card_no", card_no.lower())
    officer.wait_for_text("area_id", village)
    officer.page.get_by_text("Ambil posisi di sini").click()
    officer.wait_for_text("latitude", "-2,047100")
    officer.upload("photo", photo)
    officer.choose("acknowledged", "Cap jempol")
    officer.field("notice_given").locator("input").check()
    officer.fill("activation", activate(shipped[0], PROGRAMME))
    officer.fill("witness_name", "Saksi Contoh")
    officer.press("Serahkan")
    officer.wait_for_no_dialog()
    officer.wait_for_text("card_id", card_no)
    assert officer.download("Cetak tanda terima").stat().st_size > 5000
    [done] = rows(
        journey,
        "khbs.card.hand.over",
        [("card_id.card_no", "=", card_no)],
        ["latitude", "acknowledged", "session_id", "photo_sha256", "mode"],
    )
    assert (done["acknowledged"], done["mode"]) == ("thumb_print", "office")
    assert done["latitude"] == pytest.approx(-2.0471)
    assert done["session_id"][0] == session
    assert done["photo_sha256"]

    officer.menu("Kartu", "Sesi penyerahan")
    officer.open_row(PLACE)
    officer.upload("scan", scan)
    officer.save()
    officer.press("Tutup sesi")
    officer.wait_for_state("Draf")
    officer.close()


def test_represented_family_and_another_s_card(journey, browser, shipped):
    first, second = shipped[1], shipped[2]
    officer = Screen(browser, journey, "petugas", PHONE)
    open_form(officer)
    officer.fill("card_no", number_on(first))
    officer.choose("received_by", "Wakil dengan surat kuasa")
    officer.fill("representative_name", "Wakil Contoh")
    officer.choose("relation", "Tetangga")
    officer.fill("document_number", "6206010101800001")
    officer.field("letter_checked").locator("input").check()
    officer.field("notice_given").locator("input").check()
    officer.fill("activation", activate(second, PROGRAMME))
    officer.press("Serahkan")
    officer.page.get_by_text("Nomor dan cipnya tidak cocok").wait_for()
    officer.press("Tutup")
    officer.fill("activation", activate(first, PROGRAMME))
    officer.press("Serahkan")
    officer.wait_for_no_dialog()
    officer.wait_for_text("card_id", number_on(first))
    [done] = rows(
        journey,
        "khbs.card.hand.over",
        [("card_id.card_no", "=", number_on(first))],
        ["received_by", "relation", "has_position"],
    )
    assert (done["received_by"], done["relation"]) == ("representative", "neighbour")
    assert not done["has_position"]
    officer.close()


def test_what_was_left_goes_back_with_minutes(journey, browser, shipped, files):
    _photo, scan = files
    card_no = number_on(shipped[2])
    field = Screen(browser, journey, "petugas", PHONE)
    field.menu("Kartu", "Pengembalian kartu")
    field.page.locator(".o_kanban_record:not(.o_kanban_ghost)").first.click()
    field.wait_for_state("Draf")
    minutes = field.record_id()
    field.upload("scan", scan)
    field.save()
    field.press("Catat sudah ditandatangani")
    field.wait_for_state("Ditandatangani")
    field.close()

    office = Screen(browser, journey, "kartu")
    office.menu("Kartu", "Pengembalian kartu")
    office.page.locator(".o_data_row .o_data_cell").first.click()
    office.wait_for_state("Ditandatangani")
    office.press("Laksanakan")
    office.wait_for_state("Selesai")
    assert office.download("Cetak berita acara").stat().st_size > 5000
    [card] = rows(journey, "khbs.card", [("card_no", "=", card_no)], ["state"])
    assert card["state"] == "returned"
    lines = rows(
        journey,
        "khbs.card.return.line",
        [("return_id", "=", minutes)],
        ["card_id", "result"],
    )
    results = {line["card_id"][1]: line["result"] for line in lines}
    assert results[card_no] == "moved"
    # The card that was handed over meanwhile stays in use, and is reported.
    assert results[number_on(shipped[1])] == "not_possible"
    office.close()


def test_case_12_23_a_thumb_print_of_a_terminal_is_entered_on_a_phone(journey, browser):
    waiting = [("acknowledged", "=", False), ("acknowledgement_ids", "=", False)]
    taken = rows(journey, "khbs.card.hand.over", waiting, ["card_id", "mode"])
    assert {one["mode"] for one in taken} <= {"online", "offline"}
    card_no = taken[0]["card_id"][1]
    officer = Screen(browser, journey, "petugas", PHONE)
    officer.menu("Kartu", "Penyerahan kartu")
    officer.wait_for_list()
    officer.open_row(card_no)
    officer.press("Catat tanda tangan keluarga")
    officer.wait_for_dialog()
    officer.field("acknowledged").get_by_text("Cap jempol").click()
    officer.fill("witness_name", "Saksi Contoh")
    officer.field("notice_given").locator("input").check()
    # Nothing of the sheet lies beside the screen.
    assert officer.page.evaluate("document.body.scrollWidth") <= PHONE
    officer.press("Catat")
    officer.page.get_by_text("tidak diubah lagi").wait_for()
    officer.page.locator(".modal-footer .btn-primary").last.click()
    officer.wait_for_no_dialog()
    officer.wait_for_text("sign", "Cap jempol")
    [done] = rows(
        journey,
        "khbs.card.hand.over",
        [("card_id.card_no", "=", card_no)],
        ["acknowledged", "sign", "notice_read"],
    )
    assert (done["acknowledged"], done["sign"]) == (False, "thumb_print")
    assert done["notice_read"]
    officer.close()
