# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL


class KhbsBkkProposalLimits(models.AbstractModel):
    """What closing a verification refuses: too many people, a month paid twice."""

    _name = "khbs.bkk.proposal.limits"
    _description = "BKK proposal: limits"

    def _given_query(self):
        """Return the query for every month that is given in this quarter.

        One row for a line and month: of this proposal by its verdicts, of another one
        that is verified as it stands. Of what was approved a month counts as long as
        it is reserved: a decree that was revoked or corrected gave it back.
        """
        return SQL(
            """
            SELECT l.id AS line_id, l.proposal_id, l.role_id, l.name, l.rate_amount,
                   coalesce(h.nik, h.id::text) AS nik,
                   coalesce(l.area_codes, l.area_code, a.code) AS area_codes,
                   m.first_day::date AS month
              FROM khbs_bkk_proposal_line l
              JOIN khbs_bkk_proposal p ON p.id = l.proposal_id
              JOIN khbs_bkk_holder h ON h.id = l.holder_id
              JOIN khbs_area a ON a.id = p.regency_id
        CROSS JOIN LATERAL generate_series(
                       l.approved_from,
                       l.approved_from + make_interval(months => l.approved_months - 1),
                       interval '1 month'
                   ) AS m(first_day)
             WHERE l.approved_months > 0
               AND m.first_day BETWEEN %(date_from)s AND %(date_to)s
               AND (p.id = %(proposal)s OR p.state IN ('verified', 'endorsed')
                    OR EXISTS (
                        SELECT FROM khbs_bkk_month kept
                         WHERE kept.line_id = l.id AND kept.month = m.first_day
                           AND kept.released_at IS NULL
                    ))
            """,
            proposal=self.id,
            date_from=self.date_from,
            date_to=self.date_to,
        )

    def _check_paid_once(self):
        """Refuse two approved roles of one person in a month where one is paid.

        Whatever the policy, no role of a person is approved twice in a month.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH given AS MATERIALIZED (%(given)s)
                SELECT DISTINCT mine.name, mr.name, tr.name, other.proposal_id
                  FROM given mine
                  JOIN given other
                    ON other.nik = mine.nik AND other.month = mine.month
                   AND other.line_id <> mine.line_id
                   AND (%(single)s OR other.role_id = mine.role_id)
                  JOIN khbs_bkk_role mr ON mr.id = mine.role_id
                  JOIN khbs_bkk_role tr ON tr.id = other.role_id
                 WHERE mine.proposal_id = %(proposal)s
                 LIMIT 5
                """,
                given=self._given_query(),
                single=self.policy_id.several_roles == "one",
                proposal=self.id,
            )
        )
        twice = self.env.cr.fetchall()
        if not twice:
            return
        found = ", ".join(
            f"{name} ({mine}; {other}, {self.sudo().browse(proposal).display_name})"
            for name, mine, other, proposal in twice
        )
        raise UserError(
            self.env._(
                "A month of one person is paid once: %(people)s. Reject or cut one of "
                "the two lines.",
                people=found,
            )
        )

    def _check_ceilings(self):
        """Refuse more approved people than a ceiling of role and area has, per month.

        What other proposals were given for the same months counts too. Who serves
        several areas counts in each, as in the warning.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH given AS MATERIALIZED (%(given)s)
                SELECT role.name, area.name, max(found.people), found.ceiling
                  FROM (
                    SELECT c.id, c.role_id, c.area_id, c.people AS ceiling,
                           count(DISTINCT g.nik) AS people
                      FROM khbs_bkk_ceiling c
                      JOIN khbs_area ca ON ca.id = c.area_id
                      JOIN given g
                        ON g.role_id = c.role_id
                       AND EXISTS (
                            SELECT FROM string_to_table(g.area_codes, ',') AS code
                             WHERE starts_with(code || '.', ca.code || '.')
                       )
                     WHERE c.active AND g.month >= c.valid_from
                       AND g.month <= coalesce(c.valid_to, 'infinity')
                  GROUP BY c.id, g.month
                    HAVING count(DISTINCT g.nik) > c.people
                       AND bool_or(g.proposal_id = %(proposal)s)
                  ) found
                  JOIN khbs_bkk_role role ON role.id = found.role_id
                  JOIN khbs_area area ON area.id = found.area_id
              GROUP BY found.id, role.name, area.name, area.code, found.ceiling
              ORDER BY area.code, role.name
                 LIMIT 5
                """,
                given=self._given_query(),
                proposal=self.id,
            )
        )
        over = [
            self.env._(
                "%(role)s in %(area)s: %(people)s people, the ceiling is %(ceiling)s",
                role=role,
                area=area,
                people=people,
                ceiling=ceiling,
            )
            for role, area, people, ceiling in self.env.cr.fetchall()
        ]
        if over:
            raise UserError(
                self.env._(
                    "More people are approved than the ceiling has. Cut or reject with "
                    "a reason first. %(places)s.",
                    places="; ".join(over),
                )
            )

    def _accept_pending(self):
        """Accept every line without a verdict, as far as the policy pays it.

        Where one role of a person is paid in a month, it is the one with the higher
        rate, but none beside what is given already. The other line keeps the months
        that are left to it and is rejected where there are none.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH given AS MATERIALIZED (%(given)s), wanted AS (
                    SELECT l.id, coalesce(h.nik, h.id::text) AS nik,
                           m.first_day::date AS month, l.role_id,
                           row_number() OVER (
                               PARTITION BY coalesce(h.nik, h.id::text), m.first_day,
                                            CASE WHEN %(single)s THEN 0
                                                 ELSE l.role_id END
                               ORDER BY l.rate_amount DESC, r.sequence, l.id
                           ) AS place
                      FROM khbs_bkk_proposal_line l
                      JOIN khbs_bkk_holder h ON h.id = l.holder_id
                      JOIN khbs_bkk_role r ON r.id = l.role_id
                CROSS JOIN LATERAL generate_series(
                               l.month_from, l.month_to, interval '1 month'
                           ) AS m(first_day)
                     WHERE l.proposal_id = %(proposal)s AND l.verdict = 'pending'
                ), free AS MATERIALIZED (
                    SELECT id, min(month) AS first_month,
                           -- Of the first and the third month the first is left.
                           CASE WHEN max(month) - min(month) > 31 AND count(*) = 2
                                THEN 1 ELSE count(*) END AS months
                      FROM wanted
                     WHERE place = 1 AND NOT EXISTS (
                               SELECT FROM given
                                WHERE given.nik = wanted.nik
                                  AND given.month = wanted.month
                                  AND (%(single)s OR given.role_id = wanted.role_id)
                           )
                  GROUP BY id
                ), found AS MATERIALIZED (
                    SELECT l.id, free.first_month, coalesce(free.months, 0) AS months
                      FROM khbs_bkk_proposal_line l
                 LEFT JOIN free ON free.id = l.id
                     WHERE l.proposal_id = %(proposal)s AND l.verdict = 'pending'
                )
                UPDATE khbs_bkk_proposal_line l
                   SET verdict = CASE found.months WHEN l.months THEN 'accepted'
                                      WHEN 0 THEN 'rejected' ELSE 'cut' END,
                       approved_from = found.first_month,
                       approved_months = found.months,
                       approved_amount = l.rate_amount * found.months,
                       reason = CASE WHEN found.months < l.months THEN %(reason)s END,
                       write_uid = %(user)s, write_date = now() AT TIME ZONE 'UTC'
                  FROM found
                 WHERE found.id = l.id
                """,
                given=self._given_query(),
                single=self.policy_id.several_roles == "one",
                proposal=self.id,
                user=self.env.uid,
                # Printed in the minutes, which are written in Indonesian.
                reason="Memangku peran lain pada bulan yang sama; dibayar satu peran",
            )
        )
        self.env.invalidate_all()
        self._update_totals()
