# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What decrees do to a budget line, whatever is done to the decrees."""

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from .decree_common import DATE, NUMBER, SCAN, DecreeCase

DAY = "2026-11-21"


@freeze_time("2026-11-22 01:05:00")
class TestDecreeMoney(DecreeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line = cls._line("5.1.06.01")
        cls.other_line = cls._line("5.1.06.02")
        cls.treasurer = cls._role_user("bank_officer")

    @classmethod
    def _line(cls, code):
        values = {"name": code, "year": 2026, "account_code": code, "dpa_amount": 100}
        return cls.env["khbs.budget.line"].create(values)

    def _original(self, amount=60):
        return self._in_force(budget_line=self.line, amount=amount)

    def _following(self, original, form, **values):
        """Return the draft of an amendment, a revocation, ready to be decided."""
        action = getattr(original, f"action_draft_{form}")()
        draft = self.env["khbs.decree"].with_user(self.officer).browse(action["res_id"])
        for clause in draft.clause_ids:
            clause.text = clause.text.replace("...", "kekeliruan data")
        draft.write(values)
        return draft

    def _through(self, decree, number):
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        decree.action_register_signature(number, DAY, SCAN)
        return decree

    def _sp2d(self, amount, reference="900/1"):
        values = {
            "line_id": self.line.id,
            "kind": "sp2d",
            "date": DAY,
            "reference": reference,
            "amount": amount,
        }
        self.env["khbs.budget.entry"].with_user(self.treasurer).create(values)

    def _on_card(self, step):
        return sum(
            one["amount"] for one in self.line._movements() if one["step"] == step
        )

    # What an amendment may do

    def test_amendment_stays_on_the_line_of_its_original(self):
        amendment = self._following(
            self._original(),
            "amendment",
            budget_line_id=self.other_line.id,
            amount=-50,
        )
        with self.assertRaisesRegex(UserError, "stays on the budget line"):
            self.reading(amendment, self.approver).action_approve()
        self.assertEqual(self.other_line.free_amount, 100)

    def test_amendments_take_away_no_more_than_is_decided(self):
        original = self._original()
        less = {"budget_line_id": self.line.id, "amount": -40}
        self._through(self._following(original, "amendment", **less), "188.44/2/2026")
        self.assertEqual(self.line.free_amount, 80)
        amendment = self._following(original, "amendment", **less)
        with self.assertRaisesRegex(UserError, "takes away more"):
            self.reading(amendment, self.approver).action_approve()
        amendment.amount = -20
        self._through(amendment, "188.44/3/2026")
        self.assertEqual(self.line.free_amount, 100)

    def test_revocation_and_excerpt_commit_no_money(self):
        revocation = self._following(
            self._original(), "revocation", budget_line_id=self.line.id, amount=1
        )
        with self.assertRaisesRegex(UserError, "commits no money"):
            self.reading(revocation, self.approver).action_approve()

    def test_database_weighs_an_amendment_too(self):
        amendment = self._following(self._original(), "amendment")
        self.reading(amendment, self.approver).action_approve()
        self.env.flush_all()
        for change in (
            {"amount": -61, "budget_line_id": self.line.id},
            {"amount": 1, "budget_line_id": self.other_line.id},
            {"amount": 1, "budget_line_id": None},
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(CheckViolation, "does not fit"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    "UPDATE khbs_decree SET state = 'frozen', approved_by_id = %s, "
                    "pdf_sha256 = code, frozen_sha256 = code, amount = %s, "
                    "budget_line_id = %s WHERE id = %s",
                    [self.approver.id, *change.values(), amendment.id],
                )

    # What a revocation leaves

    def test_amendment_counts_no_more_when_its_original_is_revoked(self):
        original = self._original(90)
        less = {"budget_line_id": self.line.id, "amount": -80}
        self._through(self._following(original, "amendment", **less), "188.44/2/2026")
        self.assertEqual(self.line.free_amount, 90)
        self._through(self._following(original, "revocation"), "188.44/3/2026")
        self.assertEqual(self.line.decided_amount, 0)
        self.assertEqual(self.line.free_amount, 100)
        self.assertEqual(self._on_card("decided"), 0)

    # What may be paid

    def test_nothing_is_paid_on_a_decree_that_nobody_signed(self):
        decree = self._frozen(budget_line=self.line, amount=100)
        with (
            self.assertRaisesRegex(UserError, "in force first"),
            self.env.cr.savepoint(),
        ):
            self._sp2d(100)
        decree.action_register_signature(NUMBER, DATE, SCAN)
        self._sp2d(100)
        self.assertEqual(self.line.sp2d_amount, 100)

    def test_revoked_decree_still_counts_what_was_paid_on_it(self):
        original = self._original(100)
        self._sp2d(70)
        self._through(self._following(original, "revocation"), "188.44/2/2026")
        self.assertEqual(original.paid_amount, 70)
        self.assertEqual(self.line.decided_amount, 70)
        self.assertEqual(self.line.free_amount, 30)
        self.assertEqual(self._on_card("decided"), 70)
        with self.assertRaisesRegex(UserError, "would be paid"):
            self._sp2d(1, "900/2")

    def test_revoked_decree_counts_nothing_that_others_cover(self):
        original = self._original(40)
        other = self._frozen(title="Lain", budget_line=self.line, amount=60)
        other.action_register_signature("188.44/2/2026", DAY, SCAN)
        self._sp2d(75)
        self._through(self._following(original, "revocation"), "188.44/3/2026")
        self.assertEqual(original.paid_amount, 15)
        self.assertEqual(self.line.free_amount, 25)
