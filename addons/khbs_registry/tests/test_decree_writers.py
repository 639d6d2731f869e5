# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may not decide a draft, and without whom it is not decided."""

from odoo import Command
from odoo.exceptions import UserError

from .decree_common import DecreeCase


class TestDecreeWriters(DecreeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.both = cls._role_user("decree_officer", "approver", login="both")

    def _diktum(self, decree, user):
        return decree.with_user(user).clause_ids.filtered(
            lambda clause: clause.section == "diktum"
        )[:1]

    def _refused(self, decree):
        with self.assertRaisesRegex(UserError, "wrote in this draft"):
            self.reading(decree, self.both).action_approve()
        self.assertFalse(decree.decided)

    def test_who_wrote_a_clause_does_not_decide(self):
        decree = self._draft()
        self._diktum(decree, self.both).text = "Semua penerima diganti."
        self._refused(decree)
        self._diktum(decree, self.officer).text = "Ditulis lagi oleh perancang."
        self._refused(decree)
        self.reading(decree, self.approver).action_approve()
        self.assertTrue(decree.decided)

    def test_who_took_a_clause_away_does_not_decide(self):
        decree = self._draft()
        decree.with_user(self.both).clause_ids.filtered(
            lambda clause: clause.section == "tembusan"
        ).unlink()
        decree.invalidate_recordset()
        self._refused(decree)

    def test_who_changed_the_amount_does_not_decide(self):
        decree = self._draft()
        decree.with_user(self.both).amount = 5
        self._refused(decree)

    def test_office_whose_holder_left_is_still_asked_for(self):
        holder = self._role_user("decree_officer", login="biro-hukum")
        steps = self.env["khbs.decree.paraf.step"]
        steps.search([("kind", "=", "recipient_list")]).unlink()
        steps.create(
            {
                "kind": "recipient_list",
                "office": "legal",
                "user_ids": [Command.set(holder.ids)],
            }
        )
        decree = self._draft()
        self.assertEqual(decree.next_office, "legal")
        holder.active = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(decree.next_office, "legal")
        with self.assertRaisesRegex(UserError, "not initialled yet"):
            self.reading(decree, self.approver).action_approve()
