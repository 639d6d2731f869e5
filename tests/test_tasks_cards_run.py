# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A print run by clicking: designs, print files, boxes, and their arrival by phone."""

import io
from datetime import date

import pytest
from PIL import Image
from pypdf import PdfReader
from screen import DIALOG, PHONE, Screen

from tools.journey import station
from tools.journey.cards import number_on
from tools.virtual_card import VirtualCard

BLEED_BOX = (1200, 776)


def counts(journey, run_id):
    """Return the counts of a run as the server has them."""
    return journey.erp("kartu").read_one(
        "khbs.card.run",
        run_id,
        ["ordered_count", "printed_count", "shipped_count", "card_count", "state"],
    )


def personalise(journey, count):
    """Have a station make *count* cards; return the id of their run."""
    paths = station.personalise(journey, count=count)
    numbers = [number_on(VirtualCard.open(path)) for path in paths]
    rows = journey.erp("kartu").search_read(
        "khbs.card", [("card_no", "in", numbers)], ["run_id", "state"]
    )
    assert {row["state"] for row in rows} == {"locked"}
    [run_id] = {row["run_id"][0] for row in rows}
    return run_id


@pytest.fixture
def box(journey):
    """A box of two cards on its way to the district of the field officer."""
    officer = journey.erp("kartu")
    run_id = personalise(journey, count=2)
    officer.call("khbs.card.run", "action_print_files", [run_id])
    officer.call("khbs.card.run", "action_print", [run_id])
    officer.call("khbs.card.run", "action_ship", [run_id])
    [newest] = officer.search_read(
        "khbs.card.shipment",
        [("run_id", "=", run_id), ("state", "=", "shipped")],
        ["name", "packed_count", "item_ids"],
        order="id desc",
        limit=1,
    )
    return newest


def test_card_officer_prints_and_packs_and_ships(journey, browser):
    run_id = personalise(journey, count=2)
    screen = Screen(browser, journey, "kartu")
    name = journey.erp("kartu").read_one("khbs.card.run", run_id, ["name"])["name"]
    screen.menu("Kartu", "Gelombang cetak")
    screen.search(name)
    screen.open_row(name)
    screen.wait_for_state("Dipesan")
    screen.page.get_by_text("belum masuk berkas cetak").wait_for()
    screen.press("Buat berkas cetak")
    row = screen.page.locator(".o_data_row", has_text="Dibuat").first
    row.wait_for()
    content = screen.download("Unduh").read_bytes()
    pages = PdfReader(io.BytesIO(content)).pages
    assert len(pages) % 2 == 0
    assert "KARTU HUMA BETANG SEJAHTERA" in pages[0].extract_text()

    screen.open(f"khbs-card-runs/{run_id}")
    screen.press("Tandai sudah dicetak")
    screen.confirm()
    screen.page.get_by_text("kartu tercetak perlu dikemas").wait_for()
    printed = counts(journey, run_id)["printed_count"]
    screen.press("Kemas kartu tercetak")
    row = screen.page.locator(".o_data_row", has_text="Dikemas").first
    row.wait_for()
    row.locator(".o_data_cell").first.click()
    screen.wait_for_state("Dikemas")
    assert screen.field("packed_count").first.inner_text().split()[0] == str(printed)
    paper = screen.download("Daftar kemas").read_bytes()
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(paper)).pages)
    assert "DAFTAR KEMAS" in text

    # Without a courier the box stays.
    screen.press("Kirim")
    screen.page.get_by_text("isi dahulu pembawa, nama kurir").wait_for()
    screen.press("Tutup")
    screen.fill("carrier", "Kelotok dinas")
    screen.fill("courier_name", "Pengantar Contoh")
    screen.fill("shipped_on", f"{date.today():%d/%m/%Y}")
    screen.save()
    screen.press("Kirim")
    screen.wait_for_state("Dikirim")
    after = counts(journey, run_id)
    assert after["printed_count"] == 0
    screen.close()


def test_field_officer_receives_a_box_on_a_phone(journey, browser, box):
    officer = journey.erp("kartu")
    missing = officer.read_one(
        "khbs.card.shipment.item", box["item_ids"][0], ["card_id"]
    )
    card_id, card_no = missing["card_id"]
    screen = Screen(browser, journey, "petugas", PHONE)
    screen.menu("Kartu", "Kiriman")
    screen.search(box["name"])
    screen.open_row(box["name"])
    screen.wait_for_state("Dikirim")
    screen.fill("received_on", f"{date.today():%d/%m/%Y}")
    screen.fill("receiver_name", "Camat Contoh")
    screen.fill("receiver_office", "Camat")
    # One card is not in the box: the count alone is not enough.
    screen.page.locator("[name=line_ids] .o_kanban_record").first.click()
    screen.wait_for_dialog()
    screen.fill("received_count", str(box["packed_count"] - 1))
    screen.page.get_by_role("button", name="Simpan", exact=False).last.click()
    screen.wait_for_no_dialog()
    screen.save()
    screen.press("Terima")
    # Not confirm(): the refusal stands where the question stood.
    screen.page.locator(f"{DIALOG} .modal-footer .btn-primary").click()
    screen.page.get_by_text("disebut tidak ada").wait_for()
    screen.confirm()
    screen.page.locator("[name=line_ids] .o_kanban_record").first.click()
    screen.wait_for_dialog()
    screen.pick("missing_item_ids", card_no)
    screen.page.get_by_role("button", name="Simpan", exact=False).last.click()
    screen.wait_for_no_dialog()
    screen.save()
    screen.press("Terima")
    screen.confirm()
    screen.wait_for_state("Diterima")
    lost = officer.read_one("khbs.card", card_id, ["state", "household_id"])
    assert lost["state"] == "revoked"
    [anew] = officer.search_read(
        "khbs.card",
        [("household_id", "=", lost["household_id"][0]), ("id", "!=", card_id)],
        ["state", "run_id"],
    )
    assert (anew["state"], anew["run_id"]) == ("allocated", False)
    screen.close()


def test_card_officer_releases_a_design(journey, browser, tmp_path):
    sides = {}
    for name, colour in (("front_image", "#225588"), ("back_image", "#aa8833")):
        sides[name] = tmp_path / f"{name}.png"
        Image.new("RGB", BLEED_BOX, colour).save(sides[name])
    small = tmp_path / "small.png"
    Image.new("RGB", (600, 388)).save(small)
    screen = Screen(browser, journey, "kartu")
    screen.menu("Kartu", "Desain")
    screen.new()
    screen.fill("name", "Desain contoh")
    screen.fill("version", "2")
    screen.upload("front_image", small)
    screen.page.click(".o_form_button_save")
    screen.page.get_by_text("terlalu sedikit untuk cetakan tajam").wait_for()
    screen.press("Tutup")
    for name, path in sides.items():
        screen.upload(name, path)
    screen.save()
    sample = screen.download("Contoh").read_bytes()
    assert len(PdfReader(io.BytesIO(sample)).pages) == 2
    screen.press("Rilis")
    screen.confirm()
    screen.wait_for_state("Dirilis")
    assert screen.page.locator("[name=version] input").count() == 0
    # It would be the one in force for the other tests: they have their own design.
    screen.press("Tarik")
    screen.confirm()
    screen.wait_for_state("Ditarik")
    screen.close()


def test_a_campaign_design_is_shown_as_void(journey, browser):
    officer = journey.erp("kartu")
    campaign = officer.create(
        "khbs.card.template",
        {"name": "Kartu kampanye", "version": "0", "kind": "campaign"},
    )
    screen = Screen(browser, journey, "edc")
    screen.open(f"khbs-card-designs/{campaign}")
    screen.page.get_by_text("provinsi tidak pernah menerbitkan kartunya").wait_for()
    assert screen.page.locator(".ribbon", has_text="Tidak berlaku").count() == 1
    screen.close()
