# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import io
import traceback

import openpyxl

from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tests.common import get_db_name

from .delivery_common import DeliveryCase

NIK, KK = "6206010101809001", "6206010106159001"


@tagged("post_install", "-at_install")
class TestAidList(DeliveryCase):
    def test_lines_are_loaded_and_masked(self):
        aid_list = self._aid_list([(NIK, "", "PKH"), ("", KK, "blt-dd")])
        self.assertEqual((aid_list.state, aid_list.line_count), ("loaded", 2))
        line = aid_list.line_ids[0]
        self.assertEqual(line.nik_masked, "6206********9001")
        with self.assertRaises(AccessError):
            line.read(["nik"])

    def test_unusable_lines_are_counted_and_named(self):
        aid_list = self._aid_list(
            [(NIK, "", "PKH"), ("", "", "PKH"), ("123", "", "PKH"), (NIK, "", "X")]
        )
        self.assertEqual((aid_list.line_count, aid_list.refused_count), (1, 3))
        self.assertEqual(aid_list.refused_lines, "3, 4, 5")
        file = io.BytesIO()
        aid_list._write_refused(file)
        sheet = openpyxl.load_workbook(file, read_only=True).active
        header, *rows = sheet.iter_rows(values_only=True)
        self.assertEqual(header[:3], ("nik", "no_kk", "program"))
        self.assertEqual(
            [row[5] for row in rows],
            ["NUMBER_MISSING", "NIK_FORM", "PROGRAMME_UNKNOWN"],
        )
        self.assertEqual(rows[1][0], "123")
        self.assertIn("16 angka", rows[1][6])
        with self.assertRaises(AccessError):
            aid_list.with_user(self.approver)._write_refused(io.BytesIO())

    def test_a_programme_that_is_not_in_use_is_no_fact(self):
        aid_list = self._aid_list([(NIK, "", "CBP")])
        self.assertEqual(aid_list.refusal_ids.code, "PROGRAMME_INACTIVE")
        self.env.ref("khbs_registry.aid_programme_cbp").active = True
        self.assertEqual(self._aid_list([(NIK, "", "CBP")]).line_count, 1)

    def test_a_line_ends_after_it_begins(self):
        aid_list = self._aid_list(
            [
                (NIK, "", "PKH", "2026-02-01", "2026-01-01"),
                (NIK, "", "PKH", "1 Januari", ""),
            ]
        )
        self.assertEqual(aid_list.refusal_ids.mapped("code"), ["PERIOD_IMPOSSIBLE"] * 2)

    def test_a_file_without_the_columns_is_refused(self):
        aid_list = self._aid_list([(NIK, "", "PKH")]).copy(
            {"file": base64.b64encode(b"nama;umur\nA;1\n")}
        )
        with self.assertRaisesRegex(UserError, "nik, no_kk, program"):
            aid_list.action_load()

    def test_a_row_that_the_database_refuses_is_not_quoted(self):
        """PostgreSQL's own message holds the whole row, and the row holds NIK."""
        self.env.cr.execute(
            "ALTER TABLE khbs_aid_list_line ADD CHECK (date_from < '2100-01-01')"
        )
        rows = [(NIK, KK, "PKH", "2026-01-01"), (NIK, KK, "PKH", "2100-01-01")]
        with self.assertRaises(UserError) as refused:
            self._aid_list(rows)
        told = "".join(traceback.format_exception(refused.exception))
        self.assertNotIn(NIK, told)
        self.assertNotIn(KK, told)
        self.assertIn("23514", str(refused.exception))
        self.assertIn("CSV UTF-8", str(refused.exception))

    def test_a_load_that_meets_another_is_tried_again(self):
        """Who holds a row for a moment is no fault of the file."""
        with db_connect(get_db_name()).cursor() as other:
            other.execute("SELECT id FROM khbs_aid_programme FOR UPDATE")
            self.env.cr.execute("SET LOCAL lock_timeout = '50ms'")
            with self.assertRaises(ConcurrencyError):
                self._aid_list([(NIK, KK, "PKH")])

    def test_a_loaded_list_does_not_change(self):
        aid_list = self._aid_list([(NIK, "", "PKH")])
        with self.assertRaises(UserError):
            aid_list.write({"date_to": "2026-02-01"})
        with self.assertRaises(UserError):
            aid_list.action_load()
        with self.assertRaises(AccessError):
            aid_list.with_user(self.approver).action_withdraw()
