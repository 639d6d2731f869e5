# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The budget screen by clicking: it says what its PDF and its XLSX say."""

import io
import re
import subprocess
from datetime import date

import openpyxl
import pytest
from screen import Screen

from tools.journey.bkk import ACCOUNT
from tools.journey.users import PROVINCE, REGENCY

PROPOSAL = "khbs.bkk.proposal"
# A measure of the screen, and the column of the paper that is the same figure.
FIGURES = {
    "DPA": "Pagu DPA (Rp)",
    "Plafon rupiah": "Plafon (Rp)",
    "Diusulkan": "Diusulkan (Rp)",
    "Disetujui pejabat": "Disetujui (Rp)",
    "Ditetapkan": "Ditetapkan (Rp)",
    "Dicairkan": "SP2D (Rp)",
    "Dikembalikan": "Retur (Rp)",
    "Sisa DPA": "Sisa DPA (Rp)",
}


def budget(screen):
    """Return {label of a row: {measure: rupiah}} as the screen shows them."""
    screen.open("khbs-bkk-budget")
    table = screen.page.locator(".o_pivot table")
    table.locator("th", has_text=ACCOUNT).first.wait_for()
    measures = table.locator(".o_pivot_measure_row").all_inner_texts()
    rows = {}
    for row in table.locator("tbody tr").all():
        cells = row.locator(".o_pivot_cell_value").all_inner_texts()
        amounts = [int(cell.replace(".", "")) for cell in cells]
        label = row.locator("th").inner_text().strip()
        rows[label] = dict(zip(map(str.strip, measures), amounts, strict=True))
    return rows


def issue(screen):
    """Issue the budget of this year; return the bytes of its PDF and its XLSX."""
    screen.open("khbs-bkk-report")
    screen.press("Terbitkan anggaran")
    screen.page.get_by_text("Kode verifikasi").first.wait_for()
    return [screen.download(kind).read_bytes() for kind in ("PDF", "XLSX")]


def written(book):
    """Return {label of a row: {head of a column: rupiah}} of the workbook."""
    rows = list(openpyxl.load_workbook(io.BytesIO(book))["Data"].values)
    [heads] = [row for row in rows if row[0] == "Kabupaten/Kota"]
    figures = rows[rows.index(heads) + 1 :]
    return {
        row[0]: dict(zip(heads[1:], row[1:], strict=True))
        for row in figures
        if row[0] and any(amount is not None for amount in row[1:])
    }


def printed(pdf):
    """Return every figure of the PDF."""
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    return set(re.findall(r"(?<!\S)-?[\d.]*\d(?!\S)", text))


def dotted(amount):
    return f"{amount:,}".replace(",", ".")


@pytest.mark.parametrize("login", ["verifikator", "sk", "penyetuju", "bank", "auditor"])
def test_screen_pdf_and_xlsx_of_the_budget_agree(journey, browser, login):
    screen = Screen(browser, journey, login)
    pdf, book = issue(screen)
    shown = budget(screen)
    screen.close()

    sheet, figures = written(book), printed(pdf)
    areas = journey.erp("auditor").search_read(
        "khbs.area",
        [("code", "in", [PROVINCE, REGENCY])],
        ["name", "display_name"],
        order="code",
    )
    province, regency = areas
    same = {
        ACCOUNT: f"Jumlah {ACCOUNT}",
        regency["display_name"]: regency["name"],
        province["display_name"]: "Provinsi",
    }
    for label, name in same.items():
        for measure, head in FIGURES.items():
            amount, cell = shown[label][measure], sheet[name][head]
            # Of the DPA a regency has no share: the screen has zero, the paper nothing.
            assert (cell or 0) == amount, (label, measure)
            assert cell is None or dotted(amount) in figures, (label, measure)
    assert sheet[regency["name"]]["Diusulkan (Rp)"] > 0


def test_budget_is_what_the_proposals_say(journey, browser):
    """Of the year's proposals, for whoever proposed them: his regency and no DPA."""
    year = date.today().year
    screen = Screen(browser, journey, "pengusul")
    shown = budget(screen)["Total"]
    # What a regency may not issue it is not offered.
    screen.open("khbs-bkk-report")
    screen.page.get_by_role("button", name="Terbitkan rekap BKK").wait_for()
    assert not screen.page.get_by_role("button", name="Terbitkan anggaran").count()
    screen.close()

    fields = ["proposed_amount", "approved_amount", "decreed_amount"]
    fields += ["disbursed_amount", "repaid_amount", "returned_amount", "state"]
    proposals = journey.erp("pengusul").search_read(
        PROPOSAL, [("fiscal_year", "=", year), ("state", "!=", "draft")], fields
    )
    paid_from = ("decreed", "disbursed", "accounted")

    def total(field, *states):
        return sum(
            row[field] for row in proposals if not states or row["state"] in states
        )

    assert shown["Diusulkan"] == total("proposed_amount")
    approved = total("approved_amount", "approved", *paid_from)
    assert shown["Disetujui pejabat"] == approved
    assert shown["Ditetapkan"] == total("decreed_amount", *paid_from)
    paid = total("disbursed_amount") + total("repaid_amount")
    assert shown["Dicairkan"] == paid
    assert shown["Dikembalikan"] == total("returned_amount")
    assert shown["Plafon rupiah"] > shown["Diusulkan"] > 0
