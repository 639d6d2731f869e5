# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time

from .common import KhbsCase


@freeze_time("2026-11-22 01:05:00")
class TestComplaint(KhbsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = cls._role_user("registry_operator")
        cls.officer = cls._role_user("field_officer", areas=cls.village)
        cls.household = cls._household()

    def _file(self, user=None, **vals):
        return (
            self.env["khbs.complaint"]
            .with_context(**(user or self.operator).env.context)
            .with_user(user or self.operator)
            .create(
                {
                    "kind": "card_lost",
                    "area_id": self.village.id,
                    "household_id": self.household.id,
                    "text": "Kartu hilang di sungai.",
                    **vals,
                }
            )
        )

    def test_from_filing_to_outcome(self):
        complaint = self._file(user=self.officer)
        self.assertTrue(complaint.name.startswith("PGD/2026/"))
        self.assertEqual(complaint.due_date, date(2026, 12, 6))
        complaint = complaint.with_user(self.operator)
        complaint.action_take()
        self.assertEqual(complaint.assigned_to_id, self.operator)
        with self.assertRaises(UserError):
            complaint.action_done()
        complaint.note = "Warga telah diberi penjelasan."
        complaint.action_done()
        self.assertEqual((complaint.state, complaint.outcome), ("done", "explained"))
        with self.assertRaises(UserError):
            complaint.note = "lain"

    def test_term_is_a_setting(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("khbs.complaint.sla_days", "3")
        self.assertEqual(self._file().due_date, date(2026, 11, 25))

    def test_overdue(self):
        complaint = self._file()
        complaints = self.env["khbs.complaint"]
        self.assertNotIn(complaint, complaints.search([("overdue", "=", True)]))
        with freeze_time("2026-12-08 01:05:00"):
            complaint.invalidate_recordset()
            self.assertTrue(complaint.overdue)
            self.assertIn(complaint, complaints.search([("overdue", "=", True)]))
            self.assertNotIn(complaint, complaints.search([("overdue", "=", False)]))

    def test_extortion_is_hidden_from_the_village_but_not_from_who_filed_it(self):
        complaint = self._file(kind="extortion")
        near = self.env["khbs.complaint"].with_user(self.officer)
        self.assertFalse(near.search([("id", "=", complaint.id)]))
        own = self._file(user=self.officer, kind="extortion")
        self.assertTrue(near.search([("id", "=", own.id)]))
        plain = self._file()
        self.assertTrue(near.search([("id", "=", plain.id)]))

    def test_state_is_not_set_by_hand(self):
        complaint = self._file()
        with self.assertRaises(AccessError):
            complaint.state = "done"
        with self.assertRaises(AccessError):
            self._file(state="done")
        sly = self.operator.with_context(
            default_state="done", default_outcome="explained"
        )
        self.assertEqual(self._file(user=sly).state, "received")
        with self.assertRaises(AccessError):
            complaint.text = "lain"

    def test_only_the_operator_handles(self):
        complaint = self._file(user=self.officer)
        with self.assertRaises(AccessError):
            complaint.action_take()
        auditor = self._role_user("auditor")
        with self.assertRaises(AccessError):
            complaint.with_user(auditor).action_take()

    def test_suspending_without_such_a_card_tells_so(self):
        complaint = self._file(card_no="0000000000000000")
        complaint.action_take()
        complaint.note = "Diperiksa."
        with self.assertRaises(UserError):
            complaint.action_suspend_card()
        self.assertEqual(complaint.state, "in_progress")

    def test_two_closings(self):
        complaint = self._file()
        complaint.action_take()
        complaint.note = "Selesai."
        complaint.action_reject()
        with self.assertRaises(UserError):
            complaint.action_done()

    def test_filed_at_a_terminal(self):
        complaint = self.env["khbs.complaint"]._file_from_terminal(
            "6206000000000001", "stolen", "dicuri di pasar", "T0001"
        )
        self.assertEqual(
            (complaint.kind, complaint.channel), ("card_stolen", "terminal")
        )
        self.assertEqual(complaint.terminal_code, "T0001")
        self.assertEqual(complaint.area_id, self.province)

    def test_two_records_in_one_action(self):
        complaints = self._file() | self._file()
        complaints.action_take()
        complaints.write({"note": "Selesai."})
        complaints.action_done()
        self.assertEqual(set(complaints.mapped("state")), {"done"})

    def test_a_confidential_complaint_of_the_province_is_seen_there(self):
        complaint = self._file(
            kind="extortion", area_id=self.province.id, household_id=False
        )
        for roles in ("registry_operator", "auditor"):
            other = self._role_user(roles, login=f"province-{roles}")
            self.assertTrue(
                complaint.with_user(other).search([("id", "=", complaint.id)])
            )
        away = self._role_user(
            "registry_operator", areas=self.village, login="village-operator"
        )
        self.assertFalse(complaint.with_user(away).search([("id", "=", complaint.id)]))
