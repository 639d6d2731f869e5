# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io
import re

import openpyxl
from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError

from .common import KhbsCase


class TestAccessReport(KhbsCase):
    """Paper 28: who looked at personal data, why and how often."""

    def setUp(self):
        super().setUp()
        self.household = self._household(members=2)
        self.reader = self._role_user("pii_reader", "exporter", login="pembaca")
        self.operator = self._role_user("registry_operator", login="operator-28")
        self.auditor = self._role_user("auditor")
        for purpose in ("complaint", "complaint", "audit"):
            reveals = self.env["khbs.reveal"].with_user(self.reader)
            reveals.create(
                {
                    "household_id": self.household.id,
                    "purpose": purpose,
                    "reference": "PGD/2026/000001",
                }
            ).action_reveal()
        families = self.env["khbs.household"].with_user(self.operator)
        families.find_families(self.household.kk_number)
        with self._refused(AccessError):
            families.browse(self.household.id).export_data(["name"])
        mine = self.household.person_ids.with_user(self.reader)
        mine.export_data(["name", "nik_masked"])

    def _report(self, user=None, **vals):
        reports = self.env["khbs.access.report"].with_user(user or self.auditor)
        return reports.create(vals)

    def _rows(self):
        by_user = {}
        for row in self._report()._rows():
            by_user.setdefault(row["name"], []).append(row)
        return by_user

    def test_figures_by_user_and_purpose(self):
        rows = self._rows()
        purposes = {row["purpose"]: row for row in rows[self.reader.name]}
        complaint = purposes["Penanganan pengaduan"]
        self.assertEqual((complaint["reveals"], complaint["families"]), (2, 1))
        self.assertEqual(purposes["Audit atau penyelidikan"]["reveals"], 1)
        daily = purposes["Pekerjaan sehari-hari"]
        self.assertEqual((daily["exports"], daily["rows"]), (1, 2))
        [operator] = rows[self.operator.name]
        self.assertEqual((operator["searches"], operator["refused"]), (1, 1))

    def test_a_printed_family_is_counted_with_those_shown(self):
        other = self._household()
        self.env["khbs.household.letter"].with_user(self.reader).create(
            {
                "kind": "replacement",
                "household_id": self.household.id,
                "successor_household_id": other.id,
                "reason": "deceased",
                "full_numbers": True,
                "purpose": "complaint",
                "reference": "PGD/2026/000002",
            }
        ).action_print()
        purposes = {row["purpose"]: row for row in self._rows()[self.reader.name]}
        complaint = purposes["Penanganan pengaduan"]
        self.assertEqual((complaint["reveals"], complaint["families"]), (4, 2))

    def test_paper_and_workbook_have_the_same_figures_and_no_number(self):
        action = self._report().action_issue()
        paper = self.env["khbs.paper"].browse(action["res_id"])
        pages = PdfReader(io.BytesIO(paper._file("pdf"))).pages
        text = "\n".join(page.extract_text() for page in pages)
        self.assertIn("LAPORAN AKSES DATA PRIBADI", text)
        self.assertFalse(re.search(r"\b[0-9]{16}\b", text))
        book = openpyxl.load_workbook(io.BytesIO(paper._file("xlsx")))
        self.assertIn("Penanganan pengaduan", str(list(book.active.values)))
        self.assertGreaterEqual(paper.totals["reveals"], 3)

    def test_a_period_without_access_is_an_empty_paper(self):
        report = self._report(date_from="2020-01-01", date_to="2020-01-31")
        self.assertFalse(list(report._rows()))
        self.assertTrue(report.action_issue()["res_id"])

    def test_who_may_not_and_what_makes_no_sense(self):
        for role in ("pii_reader", "registry_operator"):
            user = self._role_user(role, login=f"bukan-{role}")
            with self.assertRaises(AccessError):
                self._report(user)
        with self.assertRaises(UserError):
            self._report(date_from="2999-01-01", date_to="2999-02-01").action_issue()
