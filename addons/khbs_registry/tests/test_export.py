# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import io
import json

import openpyxl
import psycopg2

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import KhbsCase


@tagged("post_install", "-at_install")
class TestExport(KhbsCase, HttpCase):
    """Data leaves as a file by right, masked, and on record."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.families = cls._household(members=2) | cls._household()
        cls.exporter = cls._role_user(
            "registry_operator", "exporter", login="pengekspor"
        )
        cls.exporter.password = "pengekspor"
        cls.operator = cls._role_user("registry_operator")
        cls.operator.password = "registry_operator"

    def _exports(self):
        return self.env["khbs.export"].search([("user_id", "=", self.exporter.id)])

    def _events(self):
        return self.env["khbs.audit.event"].search([("act", "=", "data.export")])

    def _web_export(self, form, **params):
        asked = {
            "model": "khbs.household",
            "fields": [
                {"name": "name", "label": "Nomor", "type": "char"},
                {"name": "kk_masked", "label": "KK", "type": "char"},
                {"name": "person_ids/nik_masked", "label": "NIK", "type": "char"},
            ],
            "ids": False,
            "domain": [("id", "in", self.families.ids)],
            "import_compat": False,
            "groupby": [],
            "context": {},
            **params,
        }
        return self.url_open(
            f"/web/export/{form}",
            data={
                "data": json.dumps(asked),
                "csrf_token": http.Request.csrf_token(self),
            },
        )

    def test_without_the_role_it_is_refused_and_recorded(self):
        admin = self.env.ref("base.user_admin")
        for user in (self.operator, admin):
            with self._refused(AccessError):
                self.families.with_user(user).export_data(["name"])
            event = self._events()[0]
            self.assertEqual((event.outcome, event.user_id), ("refused", user))
        self.assertFalse(self.env["khbs.export"].search([]))

    def test_who_had_the_processing_suspended_is_left_out_and_counted(self):
        alone, other = self.families[0], self.families[1]
        alone.processing_suspended_on = "2026-03-01"
        answer = self.families.with_user(self.exporter).export_data(["name"])
        self.assertEqual(answer["datas"], [[other.name]])
        export = self._exports()
        self.assertEqual((export.row_count, export.left_out), (1, 1))
        self.assertEqual(self._events()[0].data["left_out"], 1)
        self.assertFalse(self.env["khbs.export"]._with_rows_of(alone))
        persons = self.families.person_ids.with_user(self.exporter)
        answer = persons.export_data(["name"])
        self.assertEqual(len(answer["datas"]), len(other.person_ids))
        # By a path, and what hangs on a person.
        former = self.env["khbs.person.nik"].create(
            {
                "person_id": alone.person_ids[0].id,
                "nik": "6271010101209999",
                "valid_to": "2026-01-01",
                "reason": "contoh",
            }
        )
        answer = former.with_user(self.exporter).export_data(
            ["nik_masked", "person_id/household_id/name"]
        )
        self.assertFalse(answer["datas"])
        self.authenticate("pengekspor", "pengekspor")
        book = openpyxl.load_workbook(io.BytesIO(self._web_export("xlsx").content))
        written = [cell for row in book.active.values for cell in row]
        self.assertNotIn(alone.name, written)
        self.assertIn(other.name, written)
        self.env.invalidate_all()
        self.assertEqual(self._exports()[0].left_out, 1)

    def test_an_export_by_rpc_is_recorded(self):
        mine = self.families.with_user(self.exporter)
        taken = mine.export_data(["name", "kk_masked"])["datas"]
        export = self._exports()
        self.assertEqual(export.model, "khbs.household")
        self.assertEqual(export.field_names, "name, kk_masked")
        self.assertEqual(export.row_count, 2)
        content = json.dumps(taken, default=str, sort_keys=True).encode()
        self.assertEqual(export.sha256, hashlib.sha256(content).hexdigest())
        event = self._events()
        self.assertEqual((event.model, event.res_id), ("khbs.export", export.id))
        self.assertEqual(event.data["rows"], 2)
        self.assertEqual(self.env["khbs.export"]._with_rows_of(mine[0]), export)
        other = self._household()
        self.assertFalse(self.env["khbs.export"]._with_rows_of(other))

    def test_nobody_switches_the_record_off_by_the_context(self):
        mine = self.families.with_user(self.exporter)
        mine.with_context(khbs_export_collector={"a": 1}).export_data(["name"])
        self.assertEqual(len(self._exports()), 1)

    def test_a_file_of_the_web_client_is_recorded_with_its_own_hash(self):
        self.authenticate("pengekspor", "pengekspor")
        for form in ("csv", "xlsx"):
            answer = self._web_export(form)
            self.assertEqual(answer.status_code, 200)
            export = self._exports()[0]
            self.assertEqual(export.sha256, hashlib.sha256(answer.content).hexdigest())
            self.assertEqual(export.row_count, 2)
            self.assertIn("person_ids/nik_masked", export.field_names)
        self.assertEqual(len(self._exports()), 2)
        rows = openpyxl.load_workbook(io.BytesIO(answer.content)).active.values
        shown = str(list(rows))
        for family in self.families:
            self.assertIn(family.kk_masked, shown)
            self.assertNotIn(family.kk_number, shown)
            self.assertNotIn(family.person_ids[0].nik, shown)

    def test_groups_are_one_export(self):
        self.authenticate("pengekspor", "pengekspor")
        answer = self._web_export("xlsx", groupby=["state"])
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self._exports().row_count, 2)

    def test_nothing_found_is_an_export_of_nothing(self):
        self.authenticate("pengekspor", "pengekspor")
        answer = self._web_export("csv", domain=[("id", "=", 0)])
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self._exports().row_count, 0)

    def test_groups_of_nothing_are_an_export_of_nothing(self):
        self.authenticate("pengekspor", "pengekspor")
        answer = self._web_export(
            "xlsx", domain=[("id", "=", 0)], groupby=["state", "area_id"]
        )
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self._exports().row_count, 0)

    @mute_logger("odoo.addons.web.controllers.export", "odoo.http")
    def test_the_web_client_refuses_who_may_not(self):
        self.authenticate("registry_operator", "registry_operator")
        answer = self._web_export("csv")
        self.assertEqual(answer.status_code, 500)
        self.assertNotIn(self.families[0].name, answer.text)
        self.assertFalse(self.env["khbs.export"].search([]))

    def test_an_export_stays(self):
        self.families.with_user(self.exporter).export_data(["name"])
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute("UPDATE khbs_export SET row_count = 0")
