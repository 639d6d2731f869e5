# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io
import re
from datetime import date

import openpyxl
from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import AccessError, UserError

from .common import TODAY, YEAR, BkkCase

FIGURES = (
    *("dpa", "ceiling", "proposed", "approved", "decreed", "disbursed", "returned"),
    *("accounted", "refunded", "free", "open"),
)


class TestBudget(BkkCase):
    def _sums(self, *domain, user=None):
        """Return the sums that the pivot shows of the year, by figure."""
        [amounts] = (
            self.env["khbs.bkk.budget"]
            .with_user(user or self.verifier)
            ._read_group(
                [("year", "=", YEAR), *domain],
                aggregates=[f"{figure}_amount:sum" for figure in FIGURES],
            )
        )
        return {
            figure: amount or 0 for figure, amount in zip(FIGURES, amounts, strict=True)
        }

    def _ceiling(self, role, area, people, **vals):
        return self.env["khbs.bkk.ceiling"].create(
            {
                "role_id": self.roles[role].id,
                "area_id": area.id,
                "people": people,
                "valid_from": date(YEAR, 1, 1),
                "basis": "CONTOH",
                **vals,
            }
        )

    def test_the_screen_says_what_the_budget_line_says(self):
        decree = self._in_force()
        line = self.budget_line
        sums = self._sums(("budget_line_id", "=", line.id))
        self.assertEqual(sums["dpa"], line.ceiling)
        self.assertEqual(sums["decreed"], line.decided_amount)
        self.assertEqual(sums["free"], line.free_amount)
        self.assertEqual(sums["proposed"], 2_750_000)
        self.assertEqual(sums["approved"], decree.amount)
        self.assertEqual(sums["open"], decree.amount)

    def test_what_is_left_of_the_dpa_is_the_accounts(self):
        self._in_force()
        regency = self._sums(("regency_id", "=", self.regency.id))
        self.assertEqual((regency["decreed"], regency["free"]), (2_750_000, 0))
        province = self._sums(("regency_id", "=", self.province.id))
        self.assertEqual(province["free"], self.budget_line.free_amount)

    def test_amendments_of_the_dpa_count(self):
        self.env["khbs.budget.amendment"].create(
            {
                "line_id": self.budget_line.id,
                "kind": "revision",
                "date": date(YEAR, 6, 1),
                "reference": "DPPA 1",
                "amount": -1_000_000,
            }
        )
        self.assertEqual(self._sums()["dpa"], 99_000_000)

    def test_a_ceiling_counts_people_by_the_rate_of_each_month(self):
        self.rt_rate.valid_to = date(YEAR, 7, 31)
        self.rt_rate.flush_recordset()
        self._rate("rt_head", 275_000, valid_from=date(YEAR, 8, 1))
        self._ceiling("rt_head", self.regency, 10)
        # The same people once more, village by village: not counted twice.
        self._ceiling("rt_head", self.village, 4)
        self.assertEqual(self._sums()["ceiling"], 10 * (7 * 250_000 + 5 * 275_000))
        third = self._sums(("quarter", "=", "3"), ("regency_id", "=", self.regency.id))
        self.assertEqual(third["ceiling"], 10 * (250_000 + 2 * 275_000))

    def test_a_ceiling_of_villages_counts_where_the_regency_has_none(self):
        self._ceiling("rt_head", self.province, 100)
        self._ceiling("damang", self.province, 2)
        self._ceiling("rt_head", self.village, 4, valid_to=date(YEAR, 3, 31))
        sums = self._sums(("quarter", "=", "1"))
        self.assertEqual(sums["ceiling"], 3 * (4 * 250_000 + 2 * 500_000))
        second = self._sums(("quarter", "=", "2"))
        self.assertEqual(second["ceiling"], 3 * (100 * 250_000 + 2 * 500_000))

    def test_what_no_decree_names_stands_with_the_account_that_fits(self):
        self._approved()
        line = ("budget_line_id", "=", self.budget_line.id)
        self.assertEqual(self._sums(line)["approved"], 2_750_000)
        self.budget_line.copy({"account_code": "5.4.02.03.99.0001"})
        self.assertEqual(self._sums(line)["approved"], 0)
        nowhere = ("budget_line_id", "=", False)
        self.assertEqual(self._sums(nowhere)["approved"], 2_750_000)

    def test_the_accounts_of_bkk_are_those_of_the_policy(self):
        """Other codes from a quarter on, and those of before for what is on them."""
        self._approved()
        other = self.budget_line.copy({"account_code": "5.4.09.01", "name": "Lain"})
        near = self.budget_line.copy({"account_code": "5.4.021.01", "name": "Dekat"})
        budgets = self.env["khbs.bkk.budget"]
        self.env.flush_all()
        self.assertFalse(budgets.search([("budget_line_id", "in", (other + near).ids)]))
        self.env["khbs.bkk.policy"].create(
            {
                "valid_from": date(YEAR, 4, 1),
                "basis": "CONTOH Pergub Perubahan",
                "regency_account": "5.4.09",
                "village_account": "5.4.09.05",
            }
        )
        of_other = budgets.search([("budget_line_id", "=", other.id)])
        self.assertEqual(of_other.kind, "dpa")
        self.assertFalse(budgets.search([("budget_line_id", "=", near.id)]))
        kept = budgets.search([("budget_line_id", "=", self.budget_line.id)])
        self.assertIn("dpa", kept.mapped("kind"))
        # Two accounts fit a regency in this year: what no decree names has none.
        line = ("budget_line_id", "=", False)
        self.assertEqual(self._sums(line)["approved"], 2_750_000)

    def test_an_account_that_a_decree_names_stays_whatever_the_policy(self):
        self._in_force()
        self.env["khbs.bkk.policy"].create(
            {
                "valid_from": date(2025, 1, 1),
                "basis": "CONTOH Pergub Perubahan",
                "regency_account": "5.4.09",
                "village_account": "5.4.09.05",
            }
        )
        line = ("budget_line_id", "=", self.budget_line.id)
        self.assertEqual(self._sums(line)["decreed"], 2_750_000)

    def test_a_regency_sees_its_own_rows(self):
        self._approved()
        self._ceiling("rt_head", self._area("62.71"), 10)
        sums = self._sums(user=self.proposer)
        self.assertEqual((sums["approved"], sums["ceiling"]), (2_750_000, 0))
        with self.assertRaises(AccessError):
            self.env["khbs.bkk.budget"].with_user(
                self._role_user("card_officer")
            ).search([])

    def test_the_printed_budget_is_the_screen(self):
        self._in_force()
        self._ceiling("rt_head", self.regency, 10)
        report = self.env["khbs.bkk.report"].with_user(self.verifier)
        action = report.create({"year": YEAR}).action_issue_budget()
        paper = self.env["khbs.paper"].browse(action["res_id"])
        sums = self._sums()
        for figure, total in paper.totals.items():
            self.assertEqual(total, sums[figure], figure)
        book = openpyxl.load_workbook(io.BytesIO(paper._file("xlsx")))
        last = [row for row in book["Data"].values if row[0] is not None][-1]
        self.assertIn(sums["ceiling"], last)
        self.assertIn(sums["free"], last)
        text = PdfReader(io.BytesIO(paper._file("pdf"))).pages[0].extract_text()
        printed = re.findall(r"[\d.]*\d", text)
        for figure in ("dpa", "ceiling", "decreed", "free"):
            self.assertIn(f"{int(sums[figure]):,}".replace(",", "."), printed)

    def test_a_report_needs_something_decreed_and_an_own_regency(self):
        report = self.env["khbs.bkk.report"]
        with self.assertRaisesRegex(UserError, "Nothing is decreed"):
            report.with_user(self.verifier).create({"year": YEAR}).action_issue()
        foreign = report.with_user(self.proposer).create(
            {"year": YEAR, "regency_id": self._area("62.71").id}
        )
        with self.assertRaisesRegex(UserError, "not in your areas"):
            foreign.action_issue()
        with self._refused(AccessError):
            foreign.action_issue_budget()

    def test_returns_and_accounts_move_the_budget_line(self):
        """A re-payment is no second payment, and an LPJ says what was used."""
        proposal = self._payable()
        payment = self._pay(proposal, 2_750_000)
        self.env["khbs.bkk.transfer.return"].with_user(self.bank_officer).create(
            {
                "transfer_id": payment.transfer_ids.id,
                "date": TODAY,
                "reason": "account_closed",
                "reference": "RETUR 1",
            }
        )
        line = self.budget_line
        self.assertEqual(line.sp2d_amount, 0)
        self._pay(
            proposal,
            2_750_000,
            "SP2D-2",
            kind="repayment",
            transfer_ids=[
                Command.create(
                    {
                        "area_id": self.regency.id,
                        "amount": 2_750_000,
                        "repays_id": payment.transfer_ids.id,
                    }
                )
            ],
        )
        self.env.invalidate_all()
        self.assertEqual(line.sp2d_amount, 2_750_000)
        sums = self._sums(("budget_line_id", "=", line.id))
        self.assertEqual(sums["disbursed"] - sums["returned"], line.sp2d_amount)
        self.assertEqual(sums["open"], 0)
        card = sum(one["amount"] for one in line._movements() if one["step"] == "sp2d")
        self.assertEqual(card, line.sp2d_amount)
