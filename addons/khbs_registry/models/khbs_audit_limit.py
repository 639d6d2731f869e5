# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import contextlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Of the advisory lock that lets one session of a user count at a time.
_LOCK_CLASS = 0x4B4C
_HOUR = timedelta(hours=1)
# Acts by which a user sees the numbers of a family in full: each event is of one.
SEEING = ("household.reveal", "subject.paper", "paper.full_numbers")
REVEALS_PARAMETER, REVEALS_PER_HOUR = "khbs.reveals_per_hour", 30
# A list of a village holds more families than are looked at one by one.
LISTED_PARAMETER, LISTED_PER_HOUR = "khbs.listed_families_per_hour", 500


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
    def _record_seen(self, act, households, facts, listed=False):
        """Commit an event for each household whose numbers are shown in full.

        :param act: one of SEEING
        :param listed: the families stand on one list, which has a limit of its own
        :return: ids of the events
        :raises UserError: the user has seen enough within the hour
        """
        parameter, default = REVEALS_PARAMETER, REVEALS_PER_HOUR
        if listed:
            parameter, default = LISTED_PARAMETER, LISTED_PER_HOUR
            facts = {**facts, "listed": True}
        limit = self._limit(parameter, default)
        with self._counting(self.env.uid) as alone:
            seen = alone._count_seen(self.env.uid, listed)
            refused = bool(households) and seen + len(households) > limit
            events = [
                alone._record(
                    act,
                    household.with_env(alone.env),
                    {**facts, "members": len(household.person_ids)},
                    outcome="refused" if refused else "done",
                ).id
                for household in households
            ]
        if refused:
            raise UserError(
                self.env._(
                    "You have seen the numbers of %(seen)s families within an hour; "
                    "the limit is %(limit)s. Go on later, or ask the administrator "
                    "to set another limit (%(parameter)s).",
                    seen=seen,
                    limit=limit,
                    parameter=parameter,
                )
            )
        return events

    @api.model
    def _count_seen(self, uid, listed):
        """Return of how many families *uid* saw the numbers in the last hour."""
        [[count]] = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FROM khbs_audit_event
                 WHERE user_id = %s AND act = ANY(%s) AND outcome = 'done' AND at > %s
                   AND (data ? 'listed') = %s
                """,
                uid,
                list(SEEING),
                fields.Datetime.now() - _HOUR,
                listed,
            )
        )
        return count

    @api.model
    def _limit(self, parameter, default):
        """Return the number that the administrator set, or *default*."""
        value = self.env["ir.config_parameter"].sudo().get_param(parameter) or ""
        return int(value) if value.isdigit() else default
