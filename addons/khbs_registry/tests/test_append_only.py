# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .. import append_only


@tagged("post_install", "-at_install")
class TestAppendOnly(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cr.execute(
            """
            CREATE TABLE khbs_trial (id int, label text, amount numeric, paid int,
                write_date timestamp);
            INSERT INTO khbs_trial VALUES (1, 'a', 1.0, NULL), (2, 'b', 2.0, 2)
            """
        )
        append_only.install(cls.cr, "khbs_trial")

    def _refused(self, statement):
        with (
            self.subTest(statement),
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.cr.savepoint(),
        ):
            self.cr.execute(statement)

    def _refuses_all_that_was(self):
        for statement in (
            "UPDATE khbs_trial SET label = 'x'",
            "UPDATE khbs_trial SET paid = 1 WHERE id = 1",
            "UPDATE khbs_trial SET amount = 1.00 WHERE id = 1",
            "UPDATE khbs_trial SET label = NULL",
            "UPDATE khbs_trial SET label = label",
            "UPDATE khbs_trial SET write_date = now()",
            "DELETE FROM khbs_trial",
            "TRUNCATE khbs_trial",
        ):
            self._refused(statement)

    def test_nothing_changes(self):
        self._refuses_all_that_was()

    def _upgrade(self):
        """Add a column as an upgrade does: before ``init()`` installs anew."""
        self.cr.execute("ALTER TABLE khbs_trial ADD COLUMN double int")
        append_only.install(self.cr, "khbs_trial")

    def test_an_upgrade_fills_a_new_column_once(self):
        self._upgrade()
        self.cr.execute(
            "UPDATE khbs_trial SET double = 2 * amount, write_date = now() WHERE id = 1"
        )
        self.cr.execute("SELECT double FROM khbs_trial WHERE id = 1")
        self.assertEqual(self.cr.fetchone(), (2,))
        self._refused("UPDATE khbs_trial SET double = 3 WHERE id = 1")
        self._refused("UPDATE khbs_trial SET double = NULL WHERE id = 1")
        self._refused("UPDATE khbs_trial SET double = 4, label = 'x' WHERE id = 2")
        self._refused("UPDATE khbs_trial SET label = 'x' WHERE id = 2")
        self._refused("UPDATE khbs_trial SET write_date = now() WHERE id = 1")

    def test_an_upgrade_fills_several_new_columns_one_by_one(self):
        self.cr.execute("ALTER TABLE khbs_trial ADD COLUMN first int")
        self.cr.execute("UPDATE khbs_trial SET first = 1 WHERE first IS NULL")
        self.cr.execute("ALTER TABLE khbs_trial ADD COLUMN second int")
        append_only.install(self.cr, "khbs_trial")
        self.cr.execute("UPDATE khbs_trial SET second = 2 WHERE second IS NULL")
        self._refused("UPDATE khbs_trial SET first = 3")
        self._refused("UPDATE khbs_trial SET second = NULL")
        append_only.seal(self.cr)
        self._refuses_all_that_was()

    def test_what_is_loaded_is_sealed(self):
        self._upgrade()
        append_only.seal(self.cr)
        self._refused("UPDATE khbs_trial SET double = 4")
        self._refuses_all_that_was()

    def test_every_table_is_sealed(self):
        self.cr.execute(
            """
            SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
             WHERE t.tgname = c.relname || '_append_only'
            """
        )
        tables = [name for [name] in self.cr.fetchall()]
        self.assertIn("khbs_audit_event", tables)
        for table in tables:
            self.assertEqual(
                append_only._protected(self.cr, table),
                append_only._columns(self.cr, table),
                table,
            )
