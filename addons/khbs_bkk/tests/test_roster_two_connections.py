# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64

from odoo.exceptions import LockError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.khbs_registry.tests.two_connections import TwoConnectionsCase

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


@tagged("post_install", "-at_install")
class TestRosterTwoConnections(TwoConnectionsCase):
    """Two imports in the same moment: a person comes into the roster once."""

    tables = (
        "khbs_bkk_roster_import_line",
        "khbs_bkk_roster_import",
        "khbs_bkk_holder_area_rel.khbs_bkk_holder_id",
        "khbs_bkk_holder",
        "ir_attachment",
        "khbs_audit_event",
    )
    lock_timeout = "5s"

    def _checked_imports(self, count):
        """Return the ids of committed imports of one and the same file."""
        head = ";".join(COLUMNS)
        line = ";".join(ROW.get(column, "") for column in COLUMNS)
        with self._committed() as env:
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
        one, other = self._snapshot(), self._snapshot()
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
        one, other = self._snapshot(), self._snapshot()
        one["khbs.bkk.roster.import"].browse(delivery).action_apply()
        with self.assertRaises(LockError):
            other["khbs.bkk.roster.import"].browse(delivery).action_apply()
        one.cr.commit()
        self.assertEqual(self._holders(), 1)
