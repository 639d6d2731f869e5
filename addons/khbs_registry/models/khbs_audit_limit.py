# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import contextlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Of the advisory lock that lets one session of a user count at a time.
_LOCK_CLASS = 0x4B4C
_HOUR = timedelta(hours=1)


class KhbsAuditLimit(models.AbstractModel):
    """How often a user may do within an hour what the trail records."""

    _name = "khbs.audit.limit"
    _description = "Limit of recorded acts"

    @contextlib.contextmanager
    def _counting(self, uid):
        """Yield the trail on a cursor of its own, where *uid* counts alone.

        What is recorded there stays, whatever becomes of the act, and two sessions of
        one user do not both find the last place free.
        """
        with self.env.registry.cursor() as cr:
            cr.execute("SELECT pg_advisory_lock(%s, %s)", [_LOCK_CLASS, uid])
            try:
                # A new snapshot: one taken before the lock does not show what the
                # other session recorded meanwhile.
                cr.commit()  # pylint: disable=invalid-commit
                yield self.with_env(self.env(cr=cr))
                cr.commit()  # pylint: disable=invalid-commit
            finally:
                cr.rollback()
                cr.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK_CLASS, uid])

    @api.model
    def _count_within_hour(self, uid, act):
        """Return how often *uid* did *act* in the last hour."""
        [[count]] = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FROM khbs_audit_event
                 WHERE user_id = %s AND act = %s AND outcome = 'done' AND at > %s
                """,
                uid,
                act,
                fields.Datetime.now() - _HOUR,
            )
        )
        return count

    @api.model
    def _limit(self, parameter, default):
        """Return the number that the administrator set, or *default*."""
        value = self.env["ir.config_parameter"].sudo().get_param(parameter) or ""
        return int(value) if value.isdigit() else default
