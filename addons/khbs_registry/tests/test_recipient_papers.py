# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io
import re

import openpyxl
from pypdf import PdfReader

from odoo.tests import tagged

from .lists_common import ListsCase


@tagged("post_install", "-at_install")
class TestRecipientPapers(ListsCase):
    """Papers 3 and 4 of DOMAIN 10: the screen, the PDF and the workbook agree."""

    def setUp(self):
        super().setUp()
        for village, number in enumerate((3, 2, 1, 4)):
            self._eligible(village, number, address="Jl. Tambun", rt="001")
        self.list = self._decided(7, cash_amount=250_000, food_amount=150_000)

    def printed(self, button):
        action = getattr(self.list.with_user(self.operator), button)()
        paper = self.env["khbs.paper"].browse(action["res_id"])
        pages = PdfReader(io.BytesIO(paper._file("pdf"))).pages
        text = " ".join(" ".join(page.extract_text() for page in pages).split())
        book = openpyxl.load_workbook(io.BytesIO(paper._file("xlsx")), read_only=True)
        return paper, text, list(book["Data"].values)

    def test_paper_3_names_the_selected_and_sums_to_the_rupiah(self):
        line = self.list.line_ids.filtered(lambda line: line.status == "selected")[0]
        line.sudo().household_id.head_id.name = "DJA'FAR BIN H. ABDUL GANI, S.Pd.I"
        paper, text, rows = self.printed("action_print_recipients")
        selected = self.list.selected_count
        self.assertEqual(selected, 7)
        self.assertEqual(paper.row_count, selected)
        self.assertEqual(paper.totals, {"cash": 1_750_000, "food": 1_050_000})
        self.assertEqual(rows[-1][-2:], (1_750_000, 1_050_000))
        for phrase in (
            "DJA'FAR BIN H. ABDUL GANI, S.Pd.I",
            "Kabupaten Katingan",
            "Kota Palangka Raya",
            "JUMLAH TOTAL",
            "1.750.000",
            "1.050.000",
        ):
            self.assertIn(phrase, text)
        for one in self.list.line_ids:
            told = one.household_id.name in text
            self.assertEqual(told, one.status == "selected")
        self.assertFalse(re.search(r"[0-9]{16}", text))

    def test_paper_4_counts_each_regency(self):
        paper, text, rows = self.printed("action_print_recap")
        self.assertEqual(paper.row_count, 2)
        self.assertEqual(paper.totals["families"], self.list.selected_count)
        self.assertEqual(paper.totals["total"], 7 * 400_000)
        self.assertEqual(
            paper.totals["total"], paper.totals["cash"] + paper.totals["food"]
        )
        table = {row[1]: row[2:] for row in rows if row[0] in (1, 2)}
        self.assertEqual(set(table), {"Kabupaten Katingan", "Kota Palangka Raya"})
        for column, key in enumerate(
            ("districts", "villages", "families", "cash", "food", "total")
        ):
            self.assertEqual(
                sum(values[column] for values in table.values()), paper.totals[key]
            )
        self.assertIn("2.800.000", text)
        self.assertIn("Kepala Dinas Sosial", text)

    def test_the_decree_has_the_same_figures(self):
        recap, names = self.list.sudo()._decree_annexes()
        totals = [dict.fromkeys(document.total_keys, 0) for document in (recap, names)]
        for document, sums in zip((recap, names), totals, strict=True):
            for row in document.rows():
                for key in sums:
                    sums[key] += row[key]
        self.assertEqual(totals[0]["cash"], totals[1]["cash"])
        self.assertEqual(totals[0]["food"], totals[1]["food"])
        self.assertEqual(totals[0]["families"], self.list.selected_count)
