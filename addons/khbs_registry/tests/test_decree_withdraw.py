# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A frozen decree that nobody signs: an approver withdraws it."""

from psycopg2.errors import RestrictViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from .decree_common import DATE, NUMBER, SCAN, DecreeCase

REASON = "Program ditunda"


@freeze_time("2026-11-22 01:05:00")
class TestDecreeWithdraw(DecreeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        values = {"name": "Bantuan", "year": 2026, "account_code": "5.1.06.01"}
        cls.line = cls.env["khbs.budget.line"].create({**values, "dpa_amount": 100})

    def _withdrawn(self, decree, reason=REASON):
        decree.with_user(self.approver).action_withdraw(reason)
        return decree

    def test_budget_is_free_again(self):
        decree = self._frozen(budget_line=self.line, amount=70)
        frozen = decree._file("pdf")
        self.assertEqual(self.line.free_amount, 30)
        self._withdrawn(decree)
        self.assertEqual(decree.state, "withdrawn")
        self.assertEqual(decree.withdrawn_by_id, self.approver)
        self.assertEqual(self.line.free_amount, 100)
        self.assertEqual(decree._file("pdf"), frozen, "the evidence stays")
        self.assertFalse(decree._in_force())
        self.assertIn("ditarik", decree._verification()["standing"])
        self._frozen(title="Penetapan Baru", budget_line=self.line, amount=100)

    def test_approver_decides_it_with_a_reason(self):
        decree = self._frozen()
        with self.assertRaises(AccessError):
            decree.action_withdraw(REASON)
        with self.assertRaisesRegex(UserError, "Say why"):
            self._withdrawn(decree, " ")
        self._withdrawn(decree)
        approval = self.env["khbs.approval"].search(
            [("res_id", "=", decree.id), ("step", "=", "withdrawn")]
        )
        self.assertEqual(approval.note, REASON)
        self.assertEqual(approval.sha256, decree.frozen_sha256)
        event = self.env["khbs.audit.event"].search(
            [("act", "=", "khbs.decree.withdrawn"), ("res_id", "=", decree.id)]
        )
        self.assertEqual(event.user_id, self.approver)

    def test_who_froze_it_does_not_withdraw_it(self):
        both = self._role_user("decree_officer", "approver")
        decree = self._decided()
        decree.with_user(both).action_freeze()
        with self.assertRaisesRegex(UserError, "second person"):
            decree.with_user(both).action_withdraw(REASON)
        self._withdrawn(decree)

    def test_only_what_waits_for_its_signature_is_withdrawn(self):
        draft = self._decided(title="Lain")
        with self.assertRaises(UserError):
            self._withdrawn(draft)
        decree = self._frozen()
        decree.action_register_signature(NUMBER, DATE, SCAN)
        with self.assertRaises(UserError):
            self._withdrawn(decree)

    def test_withdrawn_decree_is_never_signed(self):
        decree = self._withdrawn(self._frozen())
        with self.assertRaises(UserError):
            decree.action_register_signature(NUMBER, DATE, SCAN)
        with self.assertRaises(UserError):
            self._withdrawn(decree)
        with self.assertRaises(UserError):
            decree.unlink()

    def test_its_number_stays_used(self):
        governor = self.env.ref("khbs_registry.signatory_governor")
        governor.certificate_sha256 = "0" * 64
        self._withdrawn(self._frozen(track="tte"))
        other = self._decided(track="tte", title="Penetapan Baru")
        with self.assertRaisesRegex(UserError, "belongs to another decree"):
            other.action_register_number(NUMBER, DATE)

    def test_withdrawn_after_it_was_to_be_signed_by_hand(self):
        governor = self.env.ref("khbs_registry.signatory_governor")
        governor.certificate_sha256 = "0" * 64
        decree = self._frozen(track="tte")
        decree.with_user(self.approver).action_sign_by_hand("Layanan padam")
        self._withdrawn(decree)
        self.assertEqual(decree.state, "withdrawn")

    def test_database_asks_for_the_decision(self):
        decree = self._frozen()
        self.env.flush_all()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_decree SET state = 'withdrawn', withdrawn_reason = 'x', "
                "withdrawn_by_id = %s WHERE id = %s",
                [self.approver.id, decree.id],
            )

    # What follows another decree

    def _amendment(self, original):
        action = original.action_draft_amendment()
        draft = self.env["khbs.decree"].with_user(self.officer).browse(action["res_id"])
        for clause in draft.clause_ids:
            clause.text = clause.text.replace("...", "kekeliruan data")
        self.reading(draft, self.approver).action_approve()
        draft.action_freeze()
        return draft

    def test_amendments_are_withdrawn_from_the_last(self):
        original = self._in_force()
        first = self._amendment(original)
        second = self._amendment(original)
        with self.assertRaisesRegex(UserError, "Withdraw that one first"):
            self._withdrawn(first)
        self._withdrawn(second)
        self._withdrawn(first)
        self.assertTrue(self._amendment(original).name.startswith("Perubahan atas"))

    def test_revocation_may_be_drafted_anew(self):
        original = self._in_force()
        for reason in (REASON, "Salah penanda tangan"):
            action = original.action_draft_revocation()
            draft = original.browse(action["res_id"])
            for clause in draft.clause_ids:
                clause.text = clause.text.replace("...", "kekeliruan data")
            self.reading(draft, self.approver).action_approve()
            draft.action_freeze()
            self._withdrawn(draft, reason)
        self.assertEqual(original.state, "in_force")
