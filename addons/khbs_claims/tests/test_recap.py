# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io

import openpyxl
import pypdf

from odoo.exceptions import AccessError, UserError

from odoo.addons.khbs_registry.papers import words

from .common import ClaimsCase


class TestRecap(ClaimsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        katingan = cls.env["khbs.area"].search(
            [("code", "=like", "62.06.01.%")], limit=1
        )
        others = cls.env["khbs.household"].union(
            *(cls._household(katingan) for _number in range(2))
        )
        cls.recipients = cls._recipient_list(cls.households + others)
        cls.round = cls._decided_round()

    def _realise(self):
        """Settle two packages in the city and one account in Katingan."""
        food = self._entitlements(self.round, self.food)
        city = food.filtered(lambda e: e.area_id == self.village)
        for entitlement in city[:2]:
            self._post(self._claim(entitlement).line_ids)
        cash = self._entitlements(self.round, self.cash)
        [paid] = cash.filtered(lambda e: e.area_id != self.village)[:1]
        account = self.env["khbs.bank.account"].create(
            {
                "household_id": paid.household_id.id,
                "state": "active",
                "account_number": "620001",
            }
        )
        batch = self.env["khbs.bank.batch"].create(
            {"round_id": self.round.id, "name": "BTR-X"}
        )
        paid.state = "reserved"
        self.env.flush_all()
        line = self.env["khbs.bank.line"].create(
            {
                "batch_id": batch.id,
                "reference": "BTR-X-1",
                "household_id": paid.household_id.id,
                "account_id": account.id,
                "entitlement_id": paid.id,
                "amount": paid.amount,
            }
        )
        self.env["khbs.bank.posting"].create(
            {"line_id": line.id, "entitlement_id": paid.id, "amount": paid.amount}
        )

    def _issue(self):
        action = self.round.with_user(self.operator).action_recap()
        return self.env["khbs.paper"].browse(action["res_id"])

    def test_figures_of_each_regency(self):
        self._realise()
        katingan, city = self.round._recap_rows()
        self.assertEqual(city["regency"], self.village._regency().name)
        self.assertEqual((city["target"], katingan["target"]), (3, 2))
        self.assertEqual((city["food"], city["food_share"]), (2, "66,7"))
        self.assertEqual((katingan["cash"], katingan["cash_share"]), (1, "50,0"))
        self.assertEqual((city["realised"], katingan["realised"]), (300000, 250000))
        self.assertEqual((city["remaining"], katingan["remaining"]), (900000, 550000))

    def test_pdf_xlsx_and_database_agree_to_the_rupiah(self):
        self._realise()
        paper = self._issue()
        rows = list(self.round._recap_rows())
        pdf = pypdf.PdfReader(io.BytesIO(paper.pdf_attachment_id.raw))
        text = " ".join(page.extract_text() for page in pdf.pages)
        book = openpyxl.load_workbook(io.BytesIO(paper.xlsx_attachment_id.raw))
        cells = [
            [cell for cell in row if cell is not None]
            for row in book.active.iter_rows(values_only=True)
        ]
        columns = self.round._recap().columns
        for row in rows:
            for column in columns:
                if column.kind == "rupiah":
                    self.assertIn(words.number(row[column.key]), text)
            [line] = [line for line in cells if row["regency"] in line]
            self.assertEqual(line[1:], [row[column.key] for column in columns])
        self.assertEqual(paper.totals["realised"], 550000)
        self.assertEqual(
            paper.totals["realised"] + paper.totals["remaining"], self.round.total
        )
        self.env.cr.execute(
            "SELECT sum(amount) FROM (SELECT amount FROM khbs_claim_posting"
            " UNION ALL SELECT amount FROM khbs_bank_posting) p"
        )
        self.assertEqual(self.env.cr.fetchone()[0], paper.totals["realised"])
        self.assertIn(words.number(paper.totals["realised"]), text)

    def test_recap_is_for_its_readers_of_a_decided_round(self):
        with self.assertRaises(AccessError):
            self.round.with_user(self.maker).action_recap()
        draft = self._round(code="R-2")
        with self.assertRaises(UserError):
            draft.with_user(self.operator).action_recap()
