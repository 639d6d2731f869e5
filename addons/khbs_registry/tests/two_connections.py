# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase
from odoo.tests.common import get_db_name
from odoo.tools import SQL


class TwoConnectionsCase(BaseCase):
    """Rows that are committed, the connections that see them, and their removal."""

    # Tables whose rows of a test are removed again, guards or not; referrers first.
    # A table that has no id is named with the column that counts instead.
    tables = ()
    # How long a connection waits for another's lock before it fails.
    lock_timeout = "200ms"

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            last = {}
            for table in self.tables:
                name, column = self._key(table)
                cr.execute(SQL("SELECT coalesce(max(%s), 0) FROM %s", column, name))
                [last[table]] = cr.fetchone()
        self.addCleanup(self._remove, last)

    def _key(self, table):
        name, _dot, column = table.partition(".")
        return SQL.identifier(name), SQL.identifier(column or "id")

    def _remove(self, last):
        with self.registry.cursor() as cr:
            for table in self.tables:
                name, column = self._key(table)
                cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER USER", name))
                cr.execute(
                    SQL("DELETE FROM %s WHERE %s > %s", name, column, last[table])
                )
                cr.execute(SQL("ALTER TABLE %s ENABLE TRIGGER USER", name))

    @contextmanager
    def _committed(self):
        """Yield the environment of a connection that commits at the end."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _connection(self):
        """Return the environment of a new connection that waits for no lock."""
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        cr.execute(SQL("SET LOCAL lock_timeout = %s", self.lock_timeout))
        return api.Environment(cr, SUPERUSER_ID, {})

    def _snapshot(self):
        """Return the environment of a new connection that sees what there is now."""
        env = self._connection()
        env.cr.execute("SELECT 1")
        return env
