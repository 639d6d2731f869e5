# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64

from odoo import SUPERUSER_ID, api
from odoo.exceptions import LockError, UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import SQL, mute_logger

from ..roster_lines import COLUMNS

NIK = "6206010101709876"
ROW = {
    "nama": "RT SERENTAK",
    "nik": NIK,
    "peran": "Ketua RT",
    "kode_wilayah": "62.06.01.2003",
    "nomor_sk": "141/1",
    "tanggal_sk": "2099-01-02",
    "mulai": "2099-01-05",
}
# Tables whose rows of this test are removed again, guards or not.
TABLES = (
    "khbs_bkk_roster_import_line",
    "khbs_bkk_roster_import",
    "khbs_bkk_holder_area_rel",
    "khbs_bkk_holder",
    "ir_attachment",
    "khbs_audit_event",
)


@tagged("post_install", "-at_install")
class TestRosterTwoConnections(BaseCase):
    """Two imports in the same moment: a person comes into the roster once."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            last = {}
            for table in TABLES:
                cr.execute(
                    SQL("SELECT coalesce(max(%s), 0) FROM %s", *self._key(table))
                )
                [last[table]] = cr.fetchone()
        self.addCleanup(self._remove, last)

    def _key(self, table):
        column = "khbs_bkk_holder_id" if table.endswith("_rel") else "id"
        return SQL.identifier(column), SQL.identifier(table)

    def _remove(self, last):
        with self.registry.cursor() as cr:
            for table in TABLES:
                column, name = self._key(table)
                cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER USER", name))
                cr.execute(
                    SQL("DELETE FROM %s WHERE %s > %s", name, column, last[table])
                )
                cr.execute(SQL("ALTER TABLE %s ENABLE TRIGGER USER", name))

    def _connection(self):
        """Return the environment of a connection whose snapshot is taken now."""
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        cr.execute("SET LOCAL lock_timeout = '5s'")
        cr.execute("SELECT 1 FROM khbs_bkk_holder LIMIT 1")
        return api.Environment(cr, SUPERUSER_ID, {})

    def _checked_imports(self, count):
        """Return the ids of committed imports of one and the same file."""
        head = ";".join(COLUMNS)
        line = ";".join(ROW.get(column, "") for column in COLUMNS)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            imports = env["khbs.bkk.roster.import"].create(
                [
                    {
                        "area_id": env.ref("khbs_registry.area_62_06").id,
                        "file": base64.b64encode(f"{head}\n{line}\n".encode()),
                    }
                ]
                * count
            )
            imports.action_check()
            return imports.ids

    def _holders(self):
        with self.registry.cursor() as cr:
            cr.execute("SELECT count(*) FROM khbs_bkk_holder WHERE nik = %s", [NIK])
            return cr.fetchone()[0]

    def test_two_imports_of_one_person(self):
        first, second = self._checked_imports(2)
        one, other = self._connection(), self._connection()
        one["khbs.bkk.roster.import"].browse(first).action_apply()
        one.cr.commit()
        late = other["khbs.bkk.roster.import"].browse(second)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(UserError, "same moment"),
        ):
            late.action_apply()
        other.cr.rollback()
        self.assertEqual(self._holders(), 1)
        # With a snapshot of now it says that it would do something else.
        with self.assertRaisesRegex(UserError, "has changed"):
            late.action_apply()
        late.action_check()
        self.assertEqual((late.new_count, late.same_count), (0, 1))

    def test_one_import_applied_twice(self):
        [delivery] = self._checked_imports(1)
        one, other = self._connection(), self._connection()
        one["khbs.bkk.roster.import"].browse(delivery).action_apply()
        with self.assertRaises(LockError):
            other["khbs.bkk.roster.import"].browse(delivery).action_apply()
        one.cr.commit()
        self.assertEqual(self._holders(), 1)
