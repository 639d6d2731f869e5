# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From criteria to a decided list with quotas, done by clicking in Chromium."""

import io
import re
import subprocess

import openpyxl
import pytest
from screen import Screen

from tools.journey.client import as_base64
from tools.journey.users import DISTRICT, PROVINCE
from tools.population.generator import Request, delivery_path, generate

PLACES = 12


def area(erp, code):
    [area_id] = erp.search("khbs.area", [("code", "=", code)])
    return area_id


@pytest.fixture(scope="module")
def families(journey, tmp_path_factory):
    """Deliver families, many of them in one village, so that a list has a choice."""
    operator = journey.erp("operator")
    folder = tmp_path_factory.mktemp("lists")
    request = Request(seed=313, households=400, focus=(DISTRICT, 60))
    generate(request, folder)
    path = delivery_path(request, folder)
    delivery = operator.create(
        "khbs.dtsen.import",
        {
            "area_id": area(operator, PROVINCE),
            "year": 2026,
            "quarter": "1",
            "scope": "partial",
            "letter_number": "400.9.5/313/PUSDATIN",
            "letter_date": "2026-11-03",
            "purpose": "Pemutakhiran triwulan IV",
            "file": as_base64(path),
            "file_name": path.name,
        },
    )
    operator.call("khbs.dtsen.import", "action_stage", [delivery])
    operator.call("khbs.dtsen.import", "action_apply", [delivery])
    return delivery


@pytest.fixture(scope="module")
def decided(journey, browser, families):
    """The operator makes a list by clicking, the approver decides it; its id."""
    operator = journey.erp("operator")
    screen = Screen(browser, journey, "operator")
    screen.menu("Registri", "Kriteria")
    screen.open_row("Kriteria penerima KHBS 2026")
    screen.press("Putuskan keluarga")
    screen.page.locator(".o_notification").first.wait_for()

    screen.menu("Registri", "Daftar penerima")
    screen.new()
    screen.fill("title", "Penerima KHBS Katingan, tahap III")
    screen.pick("area_id", "Katingan")
    screen.fill("places", str(PLACES))
    screen.save()
    list_id = screen.record_id()
    screen.press("Umumkan undian")
    with screen.page.expect_download() as announced:
        screen.confirm()
    assert announced.value.path()
    screen.page.reload()
    screen.page.wait_for_selector(".o_form_view")
    screen.press("Kumpulkan keluarga")
    button(screen, "Usulkan kuota").wait_for()
    screen.press("Usulkan kuota")
    button(screen, "Bagikan menurut peringkat").wait_for()

    change_quotas(journey, screen, list_id)
    screen.page.go_back()
    screen.page.wait_for_selector(".o_form_view")
    screen.press("Bagikan menurut peringkat")
    button(screen, "Usulkan").wait_for()
    screen.press("Usulkan")
    screen.wait_for_state("Diusulkan")
    screen.close()

    approver = Screen(browser, journey, "penyetuju")
    approver.menu("Registri", "Daftar penerima")
    approver.open_row("Penerima KHBS Katingan, tahap III")
    approver.press("Tetapkan")
    approver.confirm()
    approver.wait_for_state("Ditetapkan")
    approver.close()
    figures = operator.read_one(
        "khbs.recipient.list", list_id, ["state", "selected_count", "waiting_count"]
    )
    assert figures["state"] == "decided"
    assert figures["selected_count"] == PLACES
    assert figures["waiting_count"] > 0
    return list_id


def button(screen, label):
    return screen.page.get_by_role("button", name=label, exact=True).last


def change_quotas(journey, screen, list_id):
    """Move one place between two villages; a place without a reason is refused."""
    operator = journey.erp("operator")
    quotas = operator.search_read(
        "khbs.quota",
        [("list_id", "=", list_id), ("level", "=", "village")],
        ["code", "places", "eligible"],
        order="eligible desc, code",
    )
    giving = quotas[0]
    taking = next(q for q in quotas[1:] if q["places"] < q["eligible"])
    screen.page.locator(".oe_stat_button", has_text="Terpilih").click()
    screen.wait_for_list()
    for quota, places in (
        (giving, giving["places"] - 1),
        (taking, taking["places"] + 1),
    ):
        row = screen.page.locator(".o_data_row", has_text=quota["code"])
        row.locator("td[name=places]").click()
        row.locator("td[name=places] input").fill(str(places))
        row.locator("td[name=reason] input").fill("Kesepakatan rapat kecamatan")
        screen.page.locator(".o_list_button_save").first.click()
        screen.page.wait_for_selector(".o_selected_row", state="detached")
    changed = operator.search_read(
        "khbs.quota.change",
        [("list_id", "=", list_id), ("reason", "like", "Kesepakatan")],
        ["places_before", "places_after"],
    )
    assert len(changed) == 2
    with pytest.raises(Exception, match="alasan"):
        operator.write("khbs.quota", [giving["id"]], {"places": giving["places"]})


def test_operator_and_approver_decide_a_list_with_quotas(journey, decided):
    lines = journey.erp("operator").search_read(
        "khbs.recipient.line",
        [("list_id", "=", decided)],
        ["area_id", "rank", "status"],
        order="area_id, rank",
    )
    quotas = {
        row["area_id"][0]: row["places"]
        for row in journey.erp("operator").search_read(
            "khbs.quota",
            [("list_id", "=", decided), ("level", "=", "village")],
            ["area_id", "places"],
        )
    }
    assert sum(quotas.values()) == PLACES
    for line in lines:
        selected = line["rank"] <= quotas[line["area_id"][0]]
        assert (line["status"] == "selected") == selected


def test_operator_promotes_a_waiting_family(journey, browser, decided):
    operator = journey.erp("operator")
    screen = Screen(browser, journey, "operator")
    screen.open(f"khbs-recipient-lists/{decided}")
    screen.page.locator(".oe_stat_button .o_stat_text", has_text="Keluarga").click()
    screen.wait_for_list()
    row = screen.page.locator(".o_data_row", has_text="Terpilih").first
    row.get_by_role("button", name="Lepaskan").click()
    screen.wait_for_dialog()
    screen.choose("reason", "Menolak kartu")
    screen.fill("note", "Surat 400.9/88")
    screen.press("Tambahkan ke perubahan")
    screen.page.wait_for_selector(".o_form_view .o_field_widget[name=grounds]")
    screen.open(f"khbs-recipient-lists/{decided}")
    screen.press("Isi tempat kosong")
    screen.page.wait_for_selector(".o_form_view .o_field_widget[name=grounds]")
    screen.fill("grounds", "surat penolakan penerima")
    screen.press("Usulkan")
    screen.wait_for_state("Diusulkan")
    amendment = screen.record_id()
    screen.close()

    approver = Screen(browser, journey, "penyetuju")
    approver.menu("Registri", "Perubahan daftar")
    approver.open_row("surat penolakan penerima")
    approver.press("Tetapkan")
    approver.confirm()
    approver.wait_for_state("Ditetapkan")
    approver.close()
    changes = operator.search_read(
        "khbs.recipient.change",
        [("amendment_id", "=", amendment)],
        ["kind", "household_id"],
    )
    states = {
        change["kind"]: operator.read_one(
            "khbs.household", change["household_id"][0], ["state"]
        )["state"]
        for change in changes
    }
    assert states == {"release": "exited", "promotion": "decided"}


def test_operator_asks_what_if(journey, browser, families):
    operator = journey.erp("operator")
    before = operator.call("khbs.decision", "search_count", [])
    screen = Screen(browser, journey, "operator")
    screen.page.goto(f"{screen.url}/odoo/khbs-what-if")
    screen.page.wait_for_selector(".o_form_view")
    screen.choose("max_decile", "2")
    screen.press("Hitung")
    screen.page.wait_for_selector(".o_field_widget[name=line_ids] .o_data_row")
    cells = screen.page.locator(".o_data_row td[name=eligible]").all_inner_texts()
    shown = {int(cell.replace(".", "")) for cell in cells}
    content = io.BytesIO(screen.download("Unduh XLSX").read_bytes())
    sheet = openpyxl.load_workbook(content, read_only=True).active
    written = {
        cell
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if isinstance(cell, int)
    }
    assert shown
    assert shown <= written
    screen.close()
    assert operator.call("khbs.decision", "search_count", []) == before


def test_why_button_says_reasons_and_place(journey, browser, families, decided):
    operator = journey.erp("operator")
    delivered = operator.search_read(
        "khbs.dtsen.family", [("import_id", "=", families)], ["household_id"]
    )
    [line] = operator.search_read(
        "khbs.recipient.line",
        [
            ("list_id", "=", decided),
            ("status", "=", "waiting"),
            (
                "household_id",
                "in",
                [row["household_id"][0] for row in delivered if row["household_id"]],
            ),
        ],
        ["household_id"],
        order="id desc",
        limit=1,
    )
    screen = Screen(browser, journey, "operator")
    screen.open(f"khbs-households/{line['household_id'][0]}")
    screen.press("Mengapa keluarga ini (tidak) layak?")
    dialog = screen.wait_for_dialog()
    text = dialog.inner_text()
    assert "Daftar tunggu" in text
    assert "400.9.5/313/PUSDATIN" in text
    assert not re.search(r"\b[0-9]{16}\b", text)
    with screen.page.expect_download() as printed:
        screen.press("Cetak jawaban")
    assert printed.value.path()
    screen.close()


@pytest.mark.parametrize("kind", ["recipients", "quotas"])
def test_screen_pdf_and_xlsx_of_a_list_agree(journey, browser, decided, kind):
    screen = Screen(browser, journey, "auditor")
    screen.open(f"khbs-recipient-lists/{decided}")
    cost = screen.field("round_cost").inner_text()
    places = screen.field("places").inner_text()
    screen.close()
    auditor = journey.erp("auditor")
    shown = auditor.call("khbs.recipient.list", f"action_print_{kind}", [decided])
    paper = f"/khbs/paper/{shown['res_id']}"
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"],
        input=auditor.download(f"{paper}/pdf"),
        capture_output=True,
        check=True,
    ).stdout.decode()
    printed = set(re.findall(r"[\d.]*\d", text))
    sheet = openpyxl.load_workbook(
        io.BytesIO(auditor.download(f"{paper}/xlsx")), read_only=True
    ).active
    rows = list(sheet.iter_rows(values_only=True))
    written = {cell for row in rows for cell in row if isinstance(cell, int)}
    figures = {
        row["places"]
        for row in auditor.search_read(
            "khbs.quota",
            [("list_id", "=", decided), ("level", "=", "village")],
            ["places"],
        )
    }
    if kind == "quotas":
        assert places in printed
        assert int(places) in written
        assert figures <= written
    else:
        total = int(re.sub(r"\D", "", cost))
        amounts = auditor.read_one(
            "khbs.recipient.list", decided, ["cash_amount", "food_amount", "places"]
        )
        cash, food = (amounts[f"{kind}_amount"] * PLACES for kind in ("cash", "food"))
        assert cash + food == total
        for figure in (cash, food):
            assert f"{figure:,}".replace(",", ".") in printed
            assert figure in written
