# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

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
            proposal._check_main_proposed()
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
            proposal._check_main_proposed()
            proposal._check_letter()
            proposal._check_not_blocked("proposal")
            proposal._check_current()
            proposal._check_letter_of_lines()
            proposal._keep_letter()
            proposal._step("proposed", PROPOSER)
            proposal._open_checks()
        return True

    def _check_main_proposed(self):
        """Refuse a supplement while an earlier proposal of its quarter is a draft.

        A draft asks for nothing yet: a supplement would take all of its months, and
        the draft, proposed again, take them once more.
        """
        draft = self.sudo().search(
            [
                ("regency_id", "=", self.regency_id.id),
                ("fiscal_year", "=", self.fiscal_year),
                ("quarter", "=", self.quarter),
                ("payee_level", "=", self.payee_level),
                ("supplement", "<", self.supplement),
                ("state", "=", "draft"),
            ],
            limit=1,
        )
        if draft:
            raise UserError(
                self.env._(
                    "%(proposal)s is a draft: what a supplement takes would be asked "
                    "twice. Propose that one first.",
                    proposal=draft.display_name,
                )
            )

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

    def _due_query(self, free=None):
        """Return the WITH that yields one row for each holder and month to be paid.

        A month counts for whoever holds the office on its first day: so no month of
        one post is paid twice when its holder changes. A regency's own rate goes
        before that of the province. A role that is paid through villages is so where
        the holder's first area is a desa; a kelurahan has no treasury. A supplement
        takes the months that no other proposal asks for.

        :param free: whether only such months count; by default for a supplement
        """
        return SQL(
            """
            WITH due AS (
                SELECT h.id AS holder_id, h.role_id AS role, h.nik, h.name,
                       h.appointment_letter, month.first_day::date AS month,
                       r.id AS rate_id, r.amount,
                       CASE WHEN paid.village THEN place.id ELSE h.regency_id
                       END AS payee_area_id
                  FROM khbs_bkk_holder h
                  JOIN khbs_bkk_role role ON role.id = h.role_id
                  JOIN generate_series(%(date_from)s::date, %(date_to)s::date,
                                       interval '1 month') AS month(first_day)
                    ON month.first_day >= h.date_from
                   AND month.first_day <= coalesce(h.date_to, 'infinity')
             LEFT JOIN LATERAL (
                      SELECT a.id, a.level
                        FROM khbs_bkk_holder_area_rel rel
                        JOIN khbs_area a ON a.id = rel.khbs_area_id
                       WHERE rel.khbs_bkk_holder_id = h.id
                    ORDER BY a.code
                       LIMIT 1
                  ) place ON true
            CROSS JOIN LATERAL (
                      SELECT role.payee_level = 'village'
                             AND coalesce(place.level = 'village', false) AS village
                  ) paid
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
                   AND paid.village = %(village)s
                   AND (NOT %(supplement)s OR NOT EXISTS (%(asked)s))
            )
            """,
            date_from=self.date_from,
            date_to=self.date_to,
            regency=self.regency_id.id,
            village=self.payee_level == "village",
            supplement=self.supplement > 0 if free is None else free,
            asked=self._asked_query(),
        )

    def _asked_query(self):
        """Return the query for a month of *h* that another proposal asks for.

        What is under way counts as it was asked, then as it was verified; what is
        approved, as long as the month is reserved.
        """
        return SQL(
            """
            SELECT FROM khbs_bkk_proposal_line l
              JOIN khbs_bkk_proposal p ON p.id = l.proposal_id
              JOIN khbs_bkk_holder other ON other.id = l.holder_id
             WHERE other.nik = h.nik AND l.role_id = h.role_id
               AND p.id <> %(proposal)s
               AND CASE p.state
                   WHEN 'draft' THEN false
                   WHEN 'proposed' THEN month.first_day
                       BETWEEN l.month_from AND l.month_to
                   WHEN 'verified' THEN month.first_day
                       BETWEEN l.approved_from
                           AND l.approved_from
                               + make_interval(months => l.approved_months - 1)
                   WHEN 'endorsed' THEN month.first_day
                       BETWEEN l.approved_from
                           AND l.approved_from
                               + make_interval(months => l.approved_months - 1)
                   ELSE EXISTS (
                       SELECT FROM khbs_bkk_month kept
                        WHERE kept.line_id = l.id AND kept.month = month.first_day
                          AND kept.released_at IS NULL
                   ) END
            """,
            proposal=self.id,
        )

    def _build_lines(self):
        """Replace the lines by those that the roster gives, set by set."""
        self.sudo().policy_id = self._policy()
        self.env.flush_all()
        self.env.cr.execute(
            SQL("DELETE FROM khbs_bkk_proposal_line WHERE proposal_id = %s", self.id)
        )
        self.env.cr.execute(
            SQL(
                """
                %(due)s, place AS (
                    SELECT rel.khbs_bkk_holder_id AS holder_id,
                           string_agg(a.name, ', ' ORDER BY a.code) AS names,
                           min(a.code) AS code,
                           string_agg(a.code, ',' ORDER BY a.code) AS codes
                      FROM khbs_bkk_holder_area_rel rel
                      JOIN khbs_area a ON a.id = rel.khbs_area_id
                  GROUP BY rel.khbs_bkk_holder_id
                ), placed AS (
                    -- Months that follow each other differ from their rank by one
                    -- number: that is the run they belong to.
                    SELECT due.*,
                           extract(month FROM month) - row_number() OVER (
                               PARTITION BY holder_id, rate_id ORDER BY month
                           ) AS run
                      FROM due
                )
                INSERT INTO khbs_bkk_proposal_line (
                    proposal_id, holder_id, role_id, rate_id, name, area_names,
                    area_code, area_codes, payee_area_id, appointment_letter,
                    month_from, month_to, months, rate_amount, amount,
                    previous_amount, difference, verdict, approved_months,
                    approved_amount, create_uid, create_date, write_uid, write_date
                )
                SELECT %(proposal)s, placed.holder_id, placed.role, placed.rate_id,
                       placed.name, place.names, place.code, place.codes,
                       placed.payee_area_id, placed.appointment_letter,
                       min(placed.month),
                       max(placed.month), count(*), placed.amount,
                       placed.amount * count(*), 0, placed.amount * count(*),
                       'pending', 0, 0,
                       %(user)s, now() AT TIME ZONE 'UTC',
                       %(user)s, now() AT TIME ZONE 'UTC'
                  FROM placed
             LEFT JOIN place ON place.holder_id = placed.holder_id
              GROUP BY placed.holder_id, placed.role, placed.rate_id, placed.name,
                       placed.payee_area_id, placed.appointment_letter,
                       placed.amount, placed.run, place.names, place.code, place.codes
                """,
                due=self._due_query(),
                proposal=self.id,
                user=self.env.uid,
            )
        )
        self._compare_previous()
        self.env.invalidate_all()
        self._update_totals()
        self._make_warnings()

    def _policy(self):
        """Return the policy of the quarter's first day, or say that there is none."""
        policy = self.env["khbs.bkk.policy"]._at(self.date_from)
        if not policy:
            raise UserError(
                self.env._(
                    "No policy is in force on %(day)s. Ask the administrator to add "
                    "it.",
                    day=format_date(self.env, self.date_from),
                )
            )
        return policy

    def _compare_previous(self):
        """Put beside each line what the person was given the quarter before.

        A person is compared by NIK and role, for a renewed term is another row of the
        roster. Who has several lines is compared on the first, so that sums hold.
        """
        self.env.cr.execute(
            SQL(
                """
                WITH before AS (%(before)s), mine AS (
                    SELECT l.id, h.nik, l.role_id,
                           row_number() OVER (PARTITION BY h.nik, l.role_id
                                              ORDER BY l.month_from, l.id) AS place
                      FROM khbs_bkk_proposal_line l
                      JOIN khbs_bkk_holder h ON h.id = l.holder_id
                     WHERE l.proposal_id = %(proposal)s
                )
                UPDATE khbs_bkk_proposal_line l
                   SET previous_amount = before.amount,
                       difference = l.amount - before.amount
                  FROM mine JOIN before USING (nik, role_id)
                 WHERE l.id = mine.id AND mine.place = 1
                """,
                before=self._before_query(),
                proposal=self.id,
            )
        )

    def _before_query(self):
        """Return the query for what each person got for a role the quarter before."""
        return SQL(
            """
            SELECT h.nik, l.role_id, min(l.name) AS name,
                   sum(CASE WHEN p.state = 'proposed' THEN l.amount
                       ELSE l.approved_amount END)::bigint AS amount
              FROM khbs_bkk_proposal_line l
              JOIN khbs_bkk_proposal p ON p.id = l.proposal_id
              JOIN khbs_bkk_holder h ON h.id = l.holder_id
             WHERE p.regency_id = %(regency)s
               AND p.date_from = %(date_from)s::date - interval '3 months'
               AND p.state <> 'draft'
          GROUP BY h.nik, l.role_id
            """,
            regency=self.regency_id.id,
            date_from=self.date_from,
        )

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
        if not self.letter_sha256:
            raise UserError(
                self.env._(
                    "Print the letter, have it signed and hand the signed letter in."
                )
            )

    def _check_current(self):
        """Refuse lines that the roster and the rules of today do not explain."""
        if self.policy_id != self._policy():
            raise UserError(
                self.env._(
                    "The policy has changed since the lines were built. Build them "
                    "anew."
                )
            )
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                %s
                SELECT DISTINCT l.name
                  FROM khbs_bkk_proposal_line l
            CROSS JOIN LATERAL generate_series(l.month_from, l.month_to,
                                               interval '1 month') AS m(first_day)
             LEFT JOIN due d
                    ON d.holder_id = l.holder_id AND d.rate_id = l.rate_id
                   AND d.name = l.name AND d.payee_area_id = l.payee_area_id
                   AND d.month = m.first_day
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

    def _left_by_roster(self):
        """Return who is approved for a month that roster and rates give no more.

        A term that ended, or a rate that changed, after the letter was signed: the
        letter stays as it is, what is approved follows the roster (12.41).
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                %s
                SELECT DISTINCT l.name
                  FROM khbs_bkk_proposal_line l
            CROSS JOIN LATERAL generate_series(
                           l.approved_from,
                           l.approved_from
                               + make_interval(months => l.approved_months - 1),
                           interval '1 month'
                       ) AS m(first_day)
             LEFT JOIN due d
                    ON d.holder_id = l.holder_id AND d.rate_id = l.rate_id
                   AND d.amount = l.rate_amount AND d.payee_area_id = l.payee_area_id
                   AND d.month = m.first_day
                 WHERE l.proposal_id = %s AND l.approved_months > 0
                   AND d.holder_id IS NULL
              ORDER BY l.name
                 LIMIT 5
                """,
                self._due_query(free=False),
                self.id,
            )
        )
        return [name for (name,) in self.env.cr.fetchall()]
