# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import json
import logging

import psycopg2

from odoo import http
from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged

from odoo.addons.khbs_registry.hooks import post_load

from .common import KhbsCase


@tagged("post_install", "-at_install")
class TestDiscreet(KhbsCase, HttpCase):
    """What goes wrong is told without the numbers and names it went wrong with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A runner that imports the tests first keeps Odoo from doing so.
        post_load()
        cls.household = cls._household()
        cls.person = cls.household.person_ids
        cls.operator = cls._role_user("registry_operator")
        cls.operator.password = "registry_operator"

    def _double(self):
        """Break the index of NIK: a second person with the number."""
        self.env["khbs.person"].create(
            {
                "household_id": self._household().id,
                "name": "NAMA RAHASIA",
                "nik": self.person.nik,
                "relation": "4",
            }
        )
        self.env.flush_all()

    def _error_of(self, act):
        """Return (exception, log) of an act that the database refuses."""
        with (
            self.assertLogs("odoo.sql_db", logging.ERROR) as logged,
            self.assertRaises(psycopg2.Error) as caught,
        ):
            act()
        return caught.exception, "\n".join(logged.output)

    def test_the_log_of_a_statement_that_fails(self):
        error, logged = self._error_of(self._double)
        self.assertIn(self.person.nik, str(error))
        self.assertIn("khbs_person_nik_uniq", logged)
        for word in (self.person.nik, "RAHASIA"):
            self.assertNotIn(word, logged)

    def test_the_message_and_the_traceback_that_the_browser_gets(self):
        error, _logged = self._error_of(self._double)
        message = self.env["khbs.person"]._sql_error_to_message(error)
        self.assertIn("NIK", message)
        for shown in (
            message,
            self.env["khbs.person"]._sql_error_to_message_generic(error),
            json.dumps(http.serialize_exception(error), default=str),
        ):
            self.assertNotIn(self.person.nik, shown)
        try:
            raise ValidationError(message) from error
        except ValidationError as raised:
            sent = json.dumps(http.serialize_exception(raised), default=str)
        self.assertIn("UniqueViolation", sent)
        self.assertNotIn(self.person.nik, sent)

    def test_a_row_that_breaks_a_check_is_not_quoted(self):
        def break_check():
            self.env.cr.execute(
                "UPDATE khbs_person SET nik = 'X', name = 'NAMA RAHASIA' WHERE id = %s",
                [self.person.id],
            )

        error, logged = self._error_of(break_check)
        generic = self.env["khbs.person"]._sql_error_to_message_generic(error)
        sent = json.dumps(http.serialize_exception(error), default=str)
        for shown in (generic, logged, sent):
            self.assertNotIn("RAHASIA", shown)
        self.assertIn("khbs_person_nik_form", generic)

    def test_what_a_trigger_refuses_is_told_in_the_users_words(self):
        [event] = self.env["khbs.audit.event"].sudo().search([], limit=1)

        def rewrite():
            self.env.cr.execute(
                "UPDATE khbs_audit_event SET act = 'x' WHERE id = %s", [event.id]
            )

        error, _logged = self._error_of(rewrite)
        reader = self.env["khbs.person"].with_context(lang="id_ID")
        shown = reader._sql_error_to_message(error)
        self.assertIn("Basis data menolak", shown)
        self.assertIn(error.diag.message_primary, shown)
        self.assertNotIn("CONTEXT", shown)

    def test_a_call_of_the_web_client_that_fails(self):
        self.authenticate("registry_operator", "registry_operator")
        number = self.person.nik
        for model, method, args in (
            ("khbs.person", "search", [[("birth_date", "=", number)]]),
            ("khbs.person", f"no_{number}", []),
            ("khbs.person", "search", [[("nik", "=", number)]]),
        ):
            answer = self.url_open(
                f"/web/dataset/call_kw/{model}/x",
                json={
                    "params": {
                        "model": model,
                        "method": method,
                        "args": args,
                        "kwargs": {},
                    }
                },
            )
            self.assertIn("error", answer.json(), method)
            self.assertNotIn(number, answer.text, method)

    def test_words_of_a_file_are_not_kept_beside_it(self):
        attachment = self.env["ir.attachment"].create(
            {
                "name": "daftar.csv",
                "mimetype": "text/csv",
                "datas": base64.b64encode(f"NIK {self.person.nik}".encode()),
            }
        )
        self.assertFalse(attachment.index_content)
