# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the screen says is what the PDF and the XLSX of the same document say."""

import io
import re
import subprocess

import openpyxl
import pytest
from screen import Screen

# Screen, fact that holds its record, fact that holds its paper, figures it shows.
SHOWN = [
    ("khbs-rounds", "round", "recap_paper", [".o_field_widget[name=total]"]),
    (
        "khbs-bkk-proposals",
        "bkk_proposal",
        "bkk_minutes",
        [
            ".o_field_widget[name=proposed_amount]",
            ".o_field_widget[name=approved_amount]",
        ],
    ),
    (
        "khbs-food-deliveries",
        "delivery",
        "bast_paper",
        ["td[name=sent]", "td[name=good]", "td[name=damaged]"],
    ),
]


@pytest.mark.parametrize(
    ("path", "record", "paper", "selectors"), SHOWN, ids=[row[1] for row in SHOWN]
)
def test_screen_pdf_and_xlsx_agree(journey, browser, path, record, paper, selectors):
    screen = Screen(browser, journey, "auditor")
    screen.open(f"{path}/{journey.facts[record]}")
    figures = {
        text
        for selector in selectors
        for text in screen.page.locator(selector).all_inner_texts()
    }
    screen.close()
    assert len(figures) >= len(selectors)
    printed = set(re.findall(r"[\d.]*\d", pdf_text(journey, paper)))
    written = xlsx_numbers(journey, paper)
    for figure in figures:
        assert figure in printed
        assert int(figure.replace(".", "")) in written


def download(journey, paper, kind):
    return journey.erp("auditor").download(f"/khbs/paper/{journey.facts[paper]}/{kind}")


def pdf_text(journey, paper):
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"],
        input=download(journey, paper, "pdf"),
        capture_output=True,
        check=True,
    ).stdout.decode()


def xlsx_numbers(journey, paper):
    content = io.BytesIO(download(journey, paper, "xlsx"))
    sheet = openpyxl.load_workbook(content, read_only=True).active
    return {
        cell
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if isinstance(cell, int)
    }
