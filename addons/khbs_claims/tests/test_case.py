# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import ClaimsCase


class TestCase(ClaimsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.validator = cls._role_user("validator")
        cls.case = cls.env["khbs.case"].create(
            {
                "kind": "DOUBLE_GOOD_FAITH",
                "household_id": cls.households[0].id,
                "evidence": "T000001 7, T000002 3",
            }
        )

    def test_a_case_belongs_to_the_area_of_its_household(self):
        self.assertEqual(self.case.area_id, self.households[0].area_id)

    def test_a_case_is_taken_and_then_decided_with_a_reason(self):
        self.case.with_user(self.validator).action_take()
        self.assertEqual(self.case.owner_id, self.validator)
        approver = self.case.with_user(self.approver)
        with self.assertRaises(UserError):
            self.reading(approver).action_decide()
        self.case.with_user(self.validator).write(
            {"decision": "noted", "note": "Dipotong pada putaran berikut"}
        )
        self.reading(approver).action_decide()
        self.assertEqual(self.case.state, "decided")
        approval = self.env["khbs.approval"].search(
            [("model", "=", "khbs.case"), ("res_id", "=", self.case.id)]
        )
        self.assertEqual(approval.user_id, self.approver)
        with self.assertRaises(UserError):
            self.case.with_user(self.validator).write({"note": "Lain"})
        with self.assertRaises(UserError):
            self.reading(approver).action_decide()

    def test_only_an_approver_decides_and_nobody_edits_the_evidence(self):
        self.case.write({"decision": "no", "note": "Ya"})
        with self.assertRaises(AccessError):
            self.reading(self.case, self.validator).action_decide()
        with self.assertRaises(AccessError):
            self.case.with_user(self.validator).write({"evidence": "-"})
        with self.assertRaises(AccessError):
            self.case.with_user(self.operator).action_take()

    def test_one_case_for_each_kind_and_reference(self):
        values = {"kind": "BANK_RESULT", "reference": "BTR-1/abc"}
        self.case.create(values)
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.case.create(values)

    def test_a_case_changed_since_it_was_opened_is_not_decided(self):
        self.case.write({"decision": "no", "note": "Berita acara tidak lengkap"})
        opened = self.reading(self.case, self.approver)
        self.case.with_user(self.validator).decision = "pay"
        with self.assertRaisesRegex(UserError, "changed meanwhile"):
            opened.action_decide()
        self.assertEqual(self.case.state, "open")
