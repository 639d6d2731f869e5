# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io

import openpyxl
from psycopg2.errors import LockNotAvailable, RestrictViolation, UniqueViolation
from pypdf import PdfReader

from odoo import fields
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
        cls.treasurer = cls._role_user("bank_officer")
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

    def _in_force(self, amount):
        decree = self._decree(amount)
        decree.action_freeze()
        today = fields.Date.context_today(decree)
        decree.action_register_signature(
            f"188.44/{decree.id}", today, b"%PDF-1.4 signed"
        )

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

    def test_database_keeps_amendments_and_entries(self):
        self._in_force(1_000_000)
        self.line.amendment_ids = [
            (0, 0, {"date": "2026-02-01", "reference": "DPPA", "amount": 1_000_000})
        ]
        self._entry("sp2d", 500_000)
        self.env.flush_all()
        for table in ("khbs_budget_amendment", "khbs_budget_entry"):
            for query in ("UPDATE {} SET amount = 1", "DELETE FROM {}", "TRUNCATE {}"):
                with (
                    mute_logger("odoo.sql_db"),
                    self.assertRaises(RestrictViolation),
                    self.env.cr.savepoint(),
                ):
                    self.env.cr.execute(query.format(table))

    # What was paid, realised and paid back

    def _entry(self, kind, amount, reference="900/1", user=None, **vals):
        values = {
            "line_id": self.line.id,
            "kind": kind,
            "date": "2026-03-01",
            "reference": reference,
            "amount": amount,
        }
        entries = self.env["khbs.budget.entry"].with_user(user or self.treasurer)
        return entries.create({**values, **vals})

    def test_no_more_is_paid_than_decided_and_used_than_paid(self):
        with self.assertRaises(UserError):
            self._entry("sp2d", 1)
        self._in_force(1_000_000)
        self._entry("sp2d", 1_000_000)
        with self.assertRaises(UserError):
            self._entry("sp2d", 1, "900/2")
        self._entry("realised", 700_000)
        with self.assertRaises(UserError):
            self._entry("sts", 300_001)
        self._entry("sts", 200_000)
        self.assertEqual(self.line.sp2d_amount, 1_000_000)
        self.assertEqual(self.line.realised_amount, 700_000)
        self.assertEqual(self.line.sts_amount, 200_000)
        self.assertEqual(self.line.open_amount, 100_000)

    def test_entry_is_taken_back_by_a_row(self):
        self._in_force(1_000_000)
        sp2d = self._entry("sp2d", 1_000_000)
        realised = self._entry("realised", 1_000_000)
        with self.assertRaises(UserError):
            sp2d.action_correct()
        realised.action_correct()
        with self.assertRaises(UserError):
            realised.action_correct()
        self.assertEqual(self.line.realised_amount, 0)
        self.assertEqual(len(self.line.entry_ids), 3)

    def test_number_that_was_taken_back_is_entered_rightly(self):
        """The SP2D has its number from SIPD; a wrong amount does not use it up."""
        self._in_force(1_000_000)
        for kind, right, twice in (
            ("sp2d", 600_000, UserError),
            ("sts", 50_000, UniqueViolation),
        ):
            wrong = self._entry(kind, right - 1)
            wrong.action_correct()
            self.assertTrue(wrong.corrected)
            self._entry(kind, right, attempt=7)
            self.assertEqual(self.line._flow_amount(kind), right)
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(twice),
                self.env.cr.savepoint(),
            ):
                self._entry(kind, 1)

    def test_treasurer_enters_from_the_line(self):
        action = self.line.with_user(self.treasurer).action_enter()
        entries = self.env[action["res_model"]].with_user(self.treasurer)
        defaults = entries.with_context(**action["context"]).default_get(["line_id"])
        self.assertEqual(defaults["line_id"], self.line.id)

    def test_who_enters_and_what(self):
        self._in_force(1_000_000)
        with self.assertRaises(AccessError):
            self._entry("sp2d", 1, user=self.officer)
        self._entry("sp2d", 1)
        with self.assertRaises(UserError):
            self._entry("sp2d", 1)
        with self.assertRaises(UserError):
            self._entry("sts", 1, date="2099-01-01")
        with self.assertRaises(UserError):
            self._entry("sp2d", -1, "900/3", corrects_id=self.line.entry_ids.id)

    def test_control_card_agrees_with_the_screen(self):
        """PDF, workbook, screen and SQL say the same, to the rupiah."""
        self._in_force(2_000_000)
        self._in_force(1_234_567)
        self.line.amendment_ids = [
            (0, 0, {"date": "2026-02-01", "reference": "DPPA", "amount": -999})
        ]
        self._entry("sp2d", 3_000_000)
        self._entry("realised", 1_111_111)
        self._entry("sts", 22_222)
        action = self.line.with_user(self._role_user("auditor")).action_issue_card()
        paper = self.env["khbs.paper"].browse(action["res_id"])
        self.assertEqual(
            paper.totals,
            {
                "ceiling": self.line.ceiling,
                "decided": self.line.decided_amount,
                "sp2d": self.line.sp2d_amount,
                "realised": self.line.realised_amount,
                "sts": self.line.sts_amount,
            },
        )
        self.assertEqual(self.line.decided_amount, 3_234_567)
        book = openpyxl.load_workbook(io.BytesIO(paper._file("xlsx")), read_only=True)
        *_rows, last = [row for row in book["Data"].values if row[0] is not None]
        self.assertEqual(list(last[-5:]), list(paper.totals.values()))
        pages = PdfReader(io.BytesIO(paper._file("pdf"))).pages
        text = "\n".join(page.extract_text() for page in pages)
        for amount in (*paper.totals.values(), self.line.free_amount):
            self.assertIn(f"{amount:,}".replace(",", "."), text)
        with self.assertRaises(AccessError):
            self.line.with_user(self._role_user("field_officer")).action_issue_card()

    def test_of_two_sp2d_at_once_one_waits(self):
        """Two real connections on the last decided rupiah."""
        database = db_connect(self.env.cr.dbname)
        with database.cursor() as first, database.cursor() as second:
            one, two = self.env(cr=first), self.env(cr=second)
            first.execute(
                "INSERT INTO khbs_budget_line (name, year, account_code, dpa_amount) "
                "VALUES ('Uji', 2098, '0.0.00', 10) RETURNING id"
            )
            line = one["khbs.budget.line"].browse(first.fetchone()[0])
            first.commit()
            try:
                line._check_flow()
                second.execute("SET LOCAL lock_timeout = '200ms'")
                with mute_logger("odoo.sql_db"), self.assertRaises(LockNotAvailable):
                    two["khbs.budget.line"].browse(line.id)._check_flow()
            finally:
                second.rollback()
                first.rollback()
                first.execute("DELETE FROM khbs_budget_line WHERE id = %s", [line.id])
                first.commit()
