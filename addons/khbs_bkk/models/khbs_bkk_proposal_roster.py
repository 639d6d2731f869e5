# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..terms import PROPOSER


class KhbsBkkProposalRoster(models.AbstractModel):
    """From roster to proposal: the lines of a quarter, and what its letter states."""

    _name = "khbs.bkk.proposal.roster"
    _description = "BKK proposal: from the roster"

    def action_build(self):
        """Make the lines anew from the roster."""
        for proposal in self:
            proposal._require(PROPOSER, "build", "draft")
            proposal._lock()
            proposal._check_roster()
            proposal._build_lines()
            proposal.env["khbs.audit.event"]._record(
                "khbs.bkk.proposal.build", proposal, proposal._figures()
            )
        return True

    def action_propose(self):
        """Send the proposal, under the figures of its signed letter."""
        for proposal in self:
            proposal._require(PROPOSER, "proposed", "draft")
            proposal._lock()
            proposal._check_letter()
            proposal._check_current()
            proposal._step("proposed", PROPOSER)
        return True

    def _check_roster(self):
        """Refuse to build while the roster lacks what a line needs."""
        if not (self.quarter and self.date_from):
            raise UserError(self.env._("Choose fiscal year and quarter first."))
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "%s SELECT DISTINCT role FROM due WHERE rate_id IS NULL",
                self._due_query(),
            )
        )
        roles = [row[0] for row in self.env.cr.fetchall()]
        if roles:
            names = self.env["khbs.bkk.role"].browse(roles).sorted().mapped("name")
            raise UserError(
                self.env._(
                    "No rate is in force for: %(roles)s. "
                    "Ask the administrator to add it.",
                    roles=", ".join(names),
                )
            )
        self.env.cr.execute(
            SQL(
                "%s SELECT DISTINCT holder_id FROM due WHERE nik IS NULL LIMIT 5",
                self._due_query(),
            )
        )
        holders = [row[0] for row in self.env.cr.fetchall()]
        if holders:
            raise UserError(
                self.env._(
                    "Enter the NIK of these holders first: %(names)s.",
                    names=", ".join(
                        self.env["khbs.bkk.holder"].browse(holders).mapped("name")
                    ),
                )
            )

    def _due_query(self):
        """Return the WITH that yields one row for each holder and month to be paid.

        A month counts for whoever holds the office on its first day: so no month of
        one post is paid twice when its holder changes. A regency's own rate goes
        before that of the province.
        """
        return SQL(
            """
            WITH due AS (
                SELECT h.id AS holder_id, h.role_id AS role, h.nik, h.name,
                       h.appointment_letter, r.id AS rate_id, r.amount
                  FROM khbs_bkk_holder h
                  JOIN generate_series(%(date_from)s::date, %(date_to)s::date,
                                       interval '1 month') AS month(first_day)
                    ON month.first_day >= h.date_from
                   AND month.first_day <= coalesce(h.date_to, 'infinity')
                  LEFT JOIN LATERAL (
                      SELECT id, amount
                        FROM khbs_bkk_rate
                       WHERE role_id = h.role_id
                         AND (area_id IS NULL OR area_id = h.regency_id)
                         AND month.first_day >= valid_from
                         AND month.first_day <= coalesce(valid_to, 'infinity')
                    ORDER BY area_id NULLS LAST
                       LIMIT 1
                  ) r ON true
                 WHERE h.regency_id = %(regency)s AND h.active
            )
            """,
            date_from=self.date_from,
            date_to=self.date_to,
            regency=self.regency_id.id,
        )

    def _build_lines(self):
        """Replace the lines by those that the roster gives, in two statements."""
        self.env.cr.execute(
            SQL("DELETE FROM khbs_bkk_proposal_line WHERE proposal_id = %s", self.id)
        )
        self.env.cr.execute(
            SQL(
                """
                %(due)s, place AS (
                    SELECT rel.khbs_bkk_holder_id AS holder_id,
                           string_agg(a.name, ', ' ORDER BY a.code) AS names,
                           min(a.code) AS code
                      FROM khbs_bkk_holder_area_rel rel
                      JOIN khbs_area a ON a.id = rel.khbs_area_id
                  GROUP BY rel.khbs_bkk_holder_id
                ), several AS (
                    SELECT nik FROM due GROUP BY nik HAVING count(DISTINCT role) > 1
                )
                INSERT INTO khbs_bkk_proposal_line (
                    proposal_id, holder_id, role_id, rate_id, name, area_names,
                    area_code, appointment_letter, months, rate_amount, amount,
                    verdict, approved_months, approved_amount, warning,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT %(proposal)s, due.holder_id, due.role, due.rate_id, due.name,
                       place.names, place.code, due.appointment_letter, count(*),
                       due.amount, due.amount * count(*), 'pending', 0, 0,
                       nullif(concat_ws(', ',
                           CASE WHEN due.nik IN (SELECT nik FROM several)
                                THEN 'TWO_ROLES' END,
                           CASE WHEN sum(count(*)) OVER (PARTITION BY due.holder_id) < 3
                                THEN 'PART_PERIOD' END
                       ), ''),
                       %(user)s, now() AT TIME ZONE 'UTC',
                       %(user)s, now() AT TIME ZONE 'UTC'
                  FROM due
             LEFT JOIN place ON place.holder_id = due.holder_id
              GROUP BY due.holder_id, due.role, due.rate_id, due.name, due.nik,
                       place.names, place.code, due.appointment_letter, due.amount
                """,
                due=self._due_query(),
                proposal=self.id,
                user=self.env.uid,
            )
        )
        self.env.invalidate_all()
        self._update_totals()

    def _check_letter(self):
        """Refuse unless letter and lines come to the same figures."""
        if not self.line_count:
            raise UserError(self.env._("Build the lines from the roster first."))
        if not (self.letter_number and self.letter_date):
            raise UserError(self.env._("Enter number and date of the proposal letter."))
        if (self.control_count, self.control_amount) != (
            self.holder_count,
            self.proposed_amount,
        ):
            raise UserError(
                self.env._(
                    "The letter states %(letter_count)s holders and "
                    "Rp%(letter_amount)s, the lines come to %(count)s and "
                    "Rp%(amount)s. Mend the roster or the letter.",
                    letter_count=self.control_count,
                    letter_amount=f"{self.control_amount:,}".replace(",", "."),
                    count=self.holder_count,
                    amount=f"{self.proposed_amount:,}".replace(",", "."),
                )
            )

    def _check_current(self):
        """Refuse lines that the roster and the rates of today do not explain."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                %s
                SELECT l.name
                  FROM khbs_bkk_proposal_line l
             LEFT JOIN (
                    SELECT holder_id, rate_id, name, count(*) AS months
                      FROM due
                  GROUP BY holder_id, rate_id, name
                  ) d USING (holder_id, rate_id, name, months)
                 WHERE l.proposal_id = %s AND d.holder_id IS NULL
                 LIMIT 5
                """,
                self._due_query(),
                self.id,
            )
        )
        stale = [name for (name,) in self.env.cr.fetchall()]
        if stale:
            raise UserError(
                self.env._(
                    "Roster or rates have changed since the lines were built: "
                    "%(names)s. Build them anew.",
                    names=", ".join(stale),
                )
            )
