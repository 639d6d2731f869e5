# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The roster of guardians by clicking: a file, a successor, a post that is vacant."""

from datetime import date
from random import Random

import openpyxl
import pytest
from screen import PHONE, Screen

from tools.journey.users import DISTRICT
from tools.population.numbers import Numbers

HOLDER = "khbs.bkk.holder"
YEAR = date.today().year


@pytest.fixture(scope="module")
def numbers():
    return Numbers(Random(6209))


@pytest.fixture(scope="module")
def village(journey):
    """Return code and name of a village of the journey's district."""
    found = journey.erp("pengusul").search_read(
        "khbs.area", [("code", "=like", f"{DISTRICT}.%")], ["code", "name"], limit=1
    )
    return found[0]


def row(numbers, village, name, **cells):
    return {
        "nama": name,
        "nik": numbers.nik("620601", date(1975, 3, 4), "1"),
        "peran": "Ketua RT",
        "kode_wilayah": village["code"],
        "nomor_sk": f"141/77/{YEAR}",
        "tanggal_sk": f"02/01/{YEAR}",
        "mulai": f"05/01/{YEAR}",
        **cells,
    }


def filled(template, path, rows):
    """Write *rows* under the heads of the downloaded template."""
    path.write_bytes(template.read_bytes())
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    for one in rows:
        sheet.append([one.get(head, "") for head in heads])
    book.save(path)
    return path


def mended(rejects, path, **cells):
    """Write *cells* into the only line of the refused lines."""
    path.write_bytes(rejects.read_bytes())
    book = openpyxl.load_workbook(path)
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    assert sheet.max_row == 2
    for head, value in cells.items():
        sheet.cell(row=2, column=heads.index(head) + 1).value = value
    book.save(path)
    return path


def counts(screen):
    names = ("new_count", "changed_count", "same_count", "refused_count")
    return [int(screen.field(name).inner_text()) for name in names]


def test_proposer_imports_a_roster_and_mends_what_is_refused(
    journey, browser, tmp_path, numbers, village
):
    screen = Screen(browser, journey, "pengusul")
    screen.menu("BKK", "Impor daftar")
    template = screen.download("Contoh berkas")
    screen.new()
    rows = [
        row(numbers, village, "PEMANGKU IMPOR SATU"),
        row(numbers, village, "PEMANGKU IMPOR DUA", kode_wilayah="62.06.99.2001"),
    ]
    screen.upload("file", filled(template, tmp_path / "daftar.xlsx", rows))
    screen.press("Periksa berkas")
    screen.wait_for_state("Diperiksa")
    assert counts(screen) == [1, 0, 0, 1]
    assert "Wilayah tidak dikenal" in screen.page.inner_text(".o_form_view")
    # Nothing is in the roster before it is applied.
    proposer = journey.erp("pengusul")
    imported = [("name", "=like", "PEMANGKU IMPOR%")]
    assert not proposer.search(HOLDER, imported)

    screen.press("Terapkan ke daftar")
    screen.confirm()
    screen.wait_for_state("Diterapkan")
    assert len(proposer.search(HOLDER, imported)) == 1
    rejects = screen.download("Baris ditolak")

    screen.menu("BKK", "Impor daftar")
    screen.new()
    path = mended(rejects, tmp_path / "perbaikan.xlsx", kode_wilayah=village["code"])
    screen.upload("file", path)
    screen.press("Periksa berkas")
    screen.wait_for_state("Diperiksa")
    assert counts(screen) == [1, 0, 0, 0]
    screen.press("Terapkan ke daftar")
    screen.confirm()
    screen.wait_for_state("Diterapkan")
    assert len(proposer.search(HOLDER, imported)) == 2

    # The same file once more changes nothing.
    screen.menu("BKK", "Impor daftar")
    screen.new()
    screen.upload("file", path)
    screen.press("Periksa berkas")
    screen.wait_for_state("Diperiksa")
    assert counts(screen) == [0, 0, 1, 0]
    assert not screen.page.get_by_role("button", name="Terapkan ke daftar").count()
    screen.close()


def test_a_term_ends_by_letter_and_the_next_begins(journey, browser, numbers, village):
    proposer = journey.erp("pengusul")
    [role] = proposer.search("khbs.bkk.role", [("code", "=", "rt_head")])
    [regency] = proposer.search("khbs.area", [("code", "=", village["code"][:5])])
    [area] = proposer.search("khbs.area", [("code", "=", village["code"])])
    old = proposer.create(
        HOLDER,
        {
            "name": "PEMANGKU LAMA",
            "nik_entry": numbers.nik("620601", date(1970, 5, 6), "1"),
            "role_id": role,
            "regency_id": regency,
            "area_ids": [(6, 0, [area])],
            "appointment_letter": "141/1/2020",
            "date_from": "2020-01-01",
        },
    )
    nik = numbers.nik("620601", date(1985, 7, 8), "1")
    screen = Screen(browser, journey, "pengusul")
    screen.open(f"khbs-bkk-holders/{old}")
    screen.press("Ganti atau akhiri")
    screen.wait_for_dialog()
    screen.fill("last_day", f"14/02/{YEAR}")
    screen.fill("letter", f"141/88/{YEAR}")
    screen.fill("letter_date", f"10/02/{YEAR}")
    screen.fill("name", "PEMANGKU BARU")
    screen.fill("nik_entry", nik)
    screen.field("date_from").get_by_text("15 Feb").wait_for()
    screen.press("Akhiri masa jabatan")
    screen.wait_for_no_dialog()
    screen.wait_for_value("name", "PEMANGKU BARU")
    assert screen.field("nik_masked").inner_text() == f"{nik[:4]}{'*' * 8}{nik[-4:]}"
    screen.field("predecessor_id").get_by_text("PEMANGKU LAMA").wait_for()
    ended = proposer.read_one(HOLDER, old, ["date_to", "end_letter"])
    assert ended["date_to"] == f"{YEAR}-02-14"
    assert ended["end_letter"] == f"141/88/{YEAR}"
    screen.close()


def test_a_vacant_post_is_seen_before_any_proposal(journey, browser, village):
    administrator = Screen(browser, journey, "pengelola")
    administrator.menu("Konfigurasi", "Pagu jumlah orang")
    administrator.new()
    administrator.pick("role_id", "Ketua RT")
    administrator.pick("area_id", village["name"])
    administrator.fill("people", "99")
    administrator.fill("basis", "CONTOH, bukan pagu resmi")
    administrator.fill("valid_from", f"01/01/{YEAR}")
    administrator.save()
    administrator.close()

    screen = Screen(browser, journey, "pengusul")
    screen.menu("BKK", "Peringatan daftar")
    group = screen.page.locator(".o_group_header", has_text="Jabatan kosong")
    group.click()
    line = screen.page.locator(".o_data_row", has_text=village["name"])
    line.first.wait_for()
    assert "dari 99 jabatan terisi" in line.first.inner_text()
    screen.close()


def test_a_holder_shows_what_the_rules_found(journey, browser, numbers, village):
    proposer = journey.erp("pengusul")
    [role] = proposer.search("khbs.bkk.role", [("code", "=", "religious_leader")])
    [area] = proposer.search("khbs.area", [("code", "=", village["code"])])
    holder = proposer.create(
        HOLDER,
        {
            "name": "PEMANGKU REKENING",
            "nik_entry": numbers.nik("620601", date(1972, 9, 9), "1"),
            "role_id": role,
            "area_ids": [(6, 0, [area])],
            "appointment_letter": "141/3/2020",
            "appointment_date": "2020-01-01",
            "date_from": "2020-01-01",
        },
    )
    screen = Screen(browser, journey, "pengusul")
    screen.open(f"khbs-bkk-holders/{holder}")
    screen.fill("bank_account_name", "ORANG LAIN")
    screen.save()
    found = screen.page.locator(".o_notebook .o_data_row")
    found.filter(has_text="atas nama ORANG LAIN").first.wait_for()
    # The regency's own pay for the same role, entered by its clerk.
    screen.menu("BKK", "Dibayar APBD kabupaten/kota")
    screen.new()
    screen.fill("name", "PEMANGKU LAIN")
    screen.fill("nik_entry", numbers.nik("620601", date(1972, 9, 10), "1"))
    screen.pick("role_id", "Ketua RT")
    screen.fill("funding_source", "APBD Katingan")
    screen.fill("date_from", f"01/01/{YEAR}")
    screen.fill("basis", "SK Bupati 1/CONTOH")
    screen.save()
    assert "********" in screen.field("nik_masked").inner_text()
    screen.close()


def test_the_roster_on_a_narrow_screen(journey, browser):
    proposer = journey.erp("pengusul")
    [holder] = proposer.search(HOLDER, [], limit=1)
    screen = Screen(browser, journey, "pengusul", width=PHONE)
    screen.open(f"khbs-bkk-holders/{holder}")
    screen.press("Ganti atau akhiri")
    screen.wait_for_dialog()
    assert screen.field("last_day").is_visible()
    screen.dismiss()
    for path in ("khbs-bkk-roster-imports", "khbs-bkk-roster-warnings"):
        screen.open(path)
        screen.wait_for_list()
    wide = "document.documentElement.scrollWidth > window.innerWidth"
    assert not screen.page.evaluate(wide)
    screen.close()
