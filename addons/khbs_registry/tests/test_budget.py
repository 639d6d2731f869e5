# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from psycopg2.errors import LockNotAvailable

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.sql_db import db_connect
from odoo.tools import mute_logger

from .common import KhbsCase
from .papers_common import CLAUSES, a_document


class TestBudget(KhbsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._role_user("decree_officer")
        cls.approver = cls._role_user("approver")
        cls.line = cls.env["khbs.budget.line"].create(
            {
                "name": "Bantuan Keuangan Khusus",
                "year": 2026,
                "account_code": "5.4.02.05.02.0003",
                "dpa_amount": 3_000_000_000_000,
            }
        )
        cls.record = cls._household()

    def _decree(self, amount):
        decree = (
            self.env["khbs.decree"]
            .with_user(self.officer)
            ._draft(
                "recipient_list",
                "Penetapan Penerima",
                self.record,
                CLAUSES,
                [a_document()],
                budget_line=self.line,
                amount=amount,
            )
        )
        self.reading(decree, self.approver).action_approve()
        return decree

    def test_decree_is_frozen_only_within_the_line(self):
        self._decree(2_000_000_000_000).action_freeze()
        self.assertEqual(self.line.free_amount, 1_000_000_000_000)
        too_much = self._decree(1_000_000_000_001)
        with self.assertRaises(UserError):
            too_much.action_freeze()
        self.assertEqual(too_much.state, "draft")
        self.line.amendment_ids = [
            (0, 0, {"date": "2026-09-01", "reference": "DPPA", "amount": 1})
        ]
        too_much.action_freeze()
        self.assertEqual(self.line.free_amount, 0)

    def test_line_is_not_cut_below_what_is_decided(self):
        self._decree(2_000_000_000_000).action_freeze()
        with self.assertRaises(ValidationError):
            self.line.dpa_amount = 1
        with self.assertRaises(ValidationError):
            self.line.amendment_ids = [
                (
                    0,
                    0,
                    {
                        "date": "2026-09-01",
                        "reference": "DPPA",
                        "amount": -(10**12) - 1,
                    },
                )
            ]

    def test_auditor_reads_and_does_not_write(self):
        line = self.line.with_user(self._role_user("auditor"))
        self.assertEqual(line.ceiling, 3_000_000_000_000)
        with self.assertRaises(AccessError):
            line.dpa_amount = 1

    def test_decree_officer_does_not_raise_the_own_ceiling(self):
        with self.assertRaises(AccessError):
            self.line.with_user(self.officer).dpa_amount = 4_000_000_000_000

    def test_change_of_the_line_is_on_record(self):
        administrator = self._role_user("administrator")
        self.line.with_user(administrator).dpa_amount = 4_000_000_000_000
        event = self.env["khbs.audit.event"].search([("act", "=", "budget.change")])[0]
        self.assertEqual(event.user_id, administrator)
        self.assertEqual(event.data["ceiling"], 4_000_000_000_000)

    def test_of_two_decisions_at_once_the_second_waits_for_the_first(self):
        """Two real connections: the line stays locked until the first commits."""
        database = db_connect(self.env.cr.dbname)
        with database.cursor() as first, database.cursor() as second:
            one, two = self.env(cr=first), self.env(cr=second)
            first.execute(
                "INSERT INTO khbs_budget_line (name, year, account_code, dpa_amount) "
                "VALUES ('Uji', 2099, '0.0.00', 10) RETURNING id"
            )
            line = one["khbs.budget.line"].browse(first.fetchone()[0])
            first.commit()
            try:
                line._require_within(10)
                second.execute("SET LOCAL lock_timeout = '200ms'")
                with mute_logger("odoo.sql_db"), self.assertRaises(LockNotAvailable):
                    two["khbs.budget.line"].browse(line.id)._require_within(10)
            finally:
                second.rollback()
                first.rollback()
                first.execute("DELETE FROM khbs_budget_line WHERE id = %s", [line.id])
                first.commit()

    def test_an_amendment_does_not_leave_a_line_below_what_is_decided(self):
        amendment = self.env["khbs.budget.amendment"].create(
            {
                "line_id": self.line.id,
                "date": "2026-02-01",
                "reference": "Perubahan I",
                "amount": 1_000_000,
            }
        )
        other = self.line.copy({"account_code": "5.4.02.05.02.0004"})
        self._decree(self.line.ceiling).action_freeze()
        with self.assertRaises(ValidationError):
            amendment.line_id = other
