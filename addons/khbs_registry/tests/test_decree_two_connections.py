# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two clerks at one moment: over two real connections to the database."""

from contextlib import contextmanager

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import SUPERUSER_ID, api
from odoo.exceptions import LockError
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

YEAR = 2098
SHA256 = "0" * 64
DATE = f"{YEAR}-01-02"


@tagged("post_install", "-at_install")
class TestDecreeTwoConnections(TransactionCase):
    def setUp(self):
        super().setUp()
        self.database = db_connect(self.env.cr.dbname)
        self.addCleanup(self._sweep)
        self.decrees = [self._committed(number) for number in (1, 2)]

    @contextmanager
    def _connection(self):
        with self.database.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})
            cr.rollback()

    def _committed(self, number):
        """Return the id of a draft in the database, decided and numberless."""
        with self._connection() as env:
            env.cr.execute(
                "INSERT INTO khbs_decree (name, kind, year, area_id, signatory_id, "
                "state, drafted_by_id, code, track, annex_sha256) "
                "VALUES ('CONTOH', 'round', %s, %s, %s, 'draft', %s, %s, 'tte', %s) "
                "RETURNING id",
                [
                    YEAR,
                    env.ref("khbs_registry.area_62").id,
                    env["khbs.signatory"].search([], limit=1).id,
                    SUPERUSER_ID,
                    f"TWOCLERKS{number}",
                    SHA256,
                ],
            )
            [[decree]] = env.cr.fetchall()
            env.cr.commit()  # pylint: disable=invalid-commit
            return decree

    def _sweep(self):
        with self._connection() as env:
            env.cr.execute("DELETE FROM khbs_decree WHERE year = %s", [YEAR])
            env.cr.commit()  # pylint: disable=invalid-commit

    def test_of_two_clerks_with_one_number_one_wins(self):
        values = {"number": f"188.44/1/{YEAR}", "decree_date": DATE}
        with self._connection() as one, self._connection() as other:
            first = one["khbs.decree"].browse(self.decrees[0])
            second = other["khbs.decree"].browse(self.decrees[1])
            second.mapped("name")  # its snapshot is older than the first one's commit
            first.write(values)
            first.flush_recordset()
            one.cr.commit()  # pylint: disable=invalid-commit
            second.write(values)
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(UniqueViolation, "number_uniq"),
            ):
                second.flush_recordset()

    def test_of_two_clerks_on_one_decree_one_wins(self):
        with self._connection() as one, self._connection() as other:
            one["khbs.decree"].browse(self.decrees[0])._lock_in("draft")
            with self.assertRaisesRegex(LockError, "Somebody else is working"):
                other["khbs.decree"].browse(self.decrees[0])._lock_in("draft")

    def test_clause_written_before_the_freezers_lock_stops_him(self):
        """Whoever reads the draft as it was may not hold and freeze it."""
        with self._connection() as env:
            clause = env["khbs.decree.clause"].create(
                {"decree_id": self.decrees[0], "section": "diktum", "text": "Satu."}
            )
            env.cr.commit()  # pylint: disable=invalid-commit
        with self._connection() as officer, self._connection() as other:
            decree = officer["khbs.decree"].browse(self.decrees[0])
            self.assertEqual(decree.clause_ids.text, "Satu.")
            other["khbs.decree.clause"].browse(clause.id).text = "Dua."
            other.flush_all()
            other.cr.commit()  # pylint: disable=invalid-commit
            with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                decree._lock_in("draft")
