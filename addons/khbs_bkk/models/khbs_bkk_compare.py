# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.khbs_registry.rupiah import Rupiah


class KhbsBkkRoleSum(models.Model):
    """What a proposal asks and is given for a role, beside the ceiling of the regency.

    A regency without a ceiling of its own has the sum of those of its districts and
    villages.
    """

    _name = "khbs.bkk.role.sum"
    _description = "BKK proposal: role"
    _order = "proposal_id, sequence, role_id"
    _rec_name = "role_id"
    _auto = False

    proposal_id = fields.Many2one(comodel_name="khbs.bkk.proposal", readonly=True)
    role_id = fields.Many2one(comodel_name="khbs.bkk.role", readonly=True)
    sequence = fields.Integer(readonly=True)
    ceiling = fields.Integer(readonly=True, help="People, by the regency's ceiling.")
    has_ceiling = fields.Boolean(readonly=True)
    people = fields.Integer(string="Proposed people", readonly=True)
    approved_people = fields.Integer(readonly=True)
    amount = Rupiah(string="Proposed amount", readonly=True)
    approved_amount = Rupiah(readonly=True)
    over = fields.Boolean(string="Above the ceiling", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT s.*, s.ceiling IS NOT NULL AS has_ceiling,
                   s.people > s.ceiling AS over
              FROM (
                SELECT min(l.id) AS id, l.proposal_id, l.role_id, r.sequence,
                       count(DISTINCT l.holder_id)::int AS people,
                       count(DISTINCT l.holder_id)
                           FILTER (WHERE l.approved_months > 0)::int AS approved_people,
                       sum(l.amount)::bigint AS amount,
                       sum(l.approved_amount)::bigint AS approved_amount,
                       coalesce(
                           (SELECT min(c.people) FROM khbs_bkk_ceiling c
                             WHERE c.active AND c.role_id = l.role_id
                               AND c.area_id = p.regency_id
                               AND c.valid_from <= p.date_to
                               AND coalesce(c.valid_to, 'infinity') >= p.date_from),
                           (SELECT sum(c.people)::int FROM khbs_bkk_ceiling c
                             WHERE c.active AND c.role_id = l.role_id
                               AND c.regency_id = p.regency_id
                               AND c.area_id <> p.regency_id
                               AND p.date_to BETWEEN c.valid_from
                                   AND coalesce(c.valid_to, 'infinity'))
                       ) AS ceiling
                  FROM khbs_bkk_proposal_line l
                  JOIN khbs_bkk_proposal p ON p.id = l.proposal_id
                  JOIN khbs_bkk_role r ON r.id = l.role_id
              GROUP BY l.proposal_id, l.role_id, r.sequence, p.regency_id, p.date_from,
                       p.date_to
              ) s
            """
        )


class KhbsBkkChange(models.Model):
    """What is not as it was when the proposal was sent back, by holder and role.

    What the team sent back is always there, mended or not.
    """

    _name = "khbs.bkk.change"
    _description = "BKK proposal: change since it was sent back"
    _order = "proposal_id, kind, name"
    _rec_name = "name"
    _auto = False

    proposal_id = fields.Many2one(comodel_name="khbs.bkk.proposal", readonly=True)
    kind = fields.Selection(
        selection=[
            ("gone", "Gone"),
            ("new", "New"),
            ("changed", "Changed"),
            ("same", "Not changed"),
        ],
        readonly=True,
    )
    holder_id = fields.Many2one(comodel_name="khbs.bkk.holder", readonly=True)
    role_id = fields.Many2one(comodel_name="khbs.bkk.role", readonly=True)
    name = fields.Char(readonly=True)
    former_name = fields.Char(readonly=True)
    former_areas = fields.Char(string="Areas then", readonly=True)
    areas = fields.Char(string="Areas now", readonly=True)
    former_letter = fields.Char(string="Letter then", readonly=True)
    letter = fields.Char(string="Letter now", readonly=True)
    former_months = fields.Integer(string="Months then", readonly=True)
    months = fields.Integer(string="Months now", readonly=True)
    former_amount = Rupiah(string="Amount then", readonly=True)
    amount = Rupiah(string="Amount now", readonly=True)
    reason = fields.Char(string="What was found", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            WITH former AS (
                SELECT v.proposal_id, v.holder_id, r.role_id, min(v.id) AS id,
                       min(v.name) AS name, min(v.month_from) AS month_from,
                       min(v.area_names) AS areas, min(v.appointment_letter) AS letter,
                       bool_or(v.verdict = 'returned') AS returned,
                       sum(v.months)::int AS months, sum(v.amount)::bigint AS amount,
                       string_agg(v.reason, '; ' ORDER BY v.id) AS reason
                  FROM khbs_bkk_verdict v
                  JOIN khbs_bkk_proposal p
                    ON p.id = v.proposal_id AND p.round_number = v.round_number + 1
                  JOIN khbs_bkk_rate r ON r.id = v.rate_id
              GROUP BY v.proposal_id, v.holder_id, r.role_id
            ), present AS (
                SELECT l.proposal_id, l.holder_id, l.role_id, min(l.id) AS id,
                       min(l.name) AS name, min(l.month_from) AS month_from,
                       min(l.area_names) AS areas, min(l.appointment_letter) AS letter,
                       sum(l.months)::int AS months, sum(l.amount)::bigint AS amount
                  FROM khbs_bkk_proposal_line l
                  JOIN khbs_bkk_proposal p
                    ON p.id = l.proposal_id AND p.round_number > 1
              GROUP BY l.proposal_id, l.holder_id, l.role_id
            )
            SELECT coalesce(n.id, -f.id) AS id,
                   coalesce(n.proposal_id, f.proposal_id) AS proposal_id,
                   CASE WHEN n.id IS NULL THEN 'gone' WHEN f.id IS NULL THEN 'new'
                        WHEN %(changed)s THEN 'changed' ELSE 'same' END AS kind,
                   coalesce(n.holder_id, f.holder_id) AS holder_id,
                   coalesce(n.role_id, f.role_id) AS role_id,
                   coalesce(n.name, f.name) AS name, f.name AS former_name,
                   f.areas AS former_areas, n.areas,
                   f.letter AS former_letter, n.letter,
                   f.months AS former_months, n.months,
                   f.amount AS former_amount, n.amount, f.reason
              FROM former f
         FULL JOIN present n
                ON n.proposal_id = f.proposal_id AND n.holder_id = f.holder_id
               AND n.role_id = f.role_id
             WHERE %(changed)s OR f.returned
            """,
            # Areas and letter were not always kept: nothing is said of those rows.
            changed=SQL(
                """
                ((f.name, f.month_from, f.months, f.amount)
                 IS DISTINCT FROM (n.name, n.month_from, n.months, n.amount)
                 OR f.areas <> n.areas OR f.letter <> n.letter)
                """
            ),
        )


class KhbsBkkDeparture(models.Model):
    """Who was paid for a role in the quarter before and is not proposed in this one."""

    _name = "khbs.bkk.departure"
    _description = "BKK proposal: who left since the previous quarter"
    _order = "proposal_id, role_id, name"
    _rec_name = "name"
    _auto = False

    proposal_id = fields.Many2one(comodel_name="khbs.bkk.proposal", readonly=True)
    holder_id = fields.Many2one(comodel_name="khbs.bkk.holder", readonly=True)
    role_id = fields.Many2one(comodel_name="khbs.bkk.role", readonly=True)
    name = fields.Char(readonly=True)
    left_on = fields.Date(
        string="Left office",
        readonly=True,
        help="Last day of the term. Empty: the roster names none.",
    )
    former_amount = Rupiah(string="Previous quarter", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            WITH pair AS (
                SELECT p.id AS proposal_id, p.regency_id, p.date_from,
                       b.id AS before_id, b.state
                  FROM khbs_bkk_proposal p
                  JOIN khbs_bkk_proposal b
                    ON b.regency_id = p.regency_id AND b.payee_level = p.payee_level
                   AND b.date_from = p.date_from - interval '3 months'
                   AND b.state <> 'draft'
                 WHERE p.supplement = 0 AND p.line_count > 0
            )
            SELECT min(l.id) AS id, pair.proposal_id, l.role_id, min(l.name) AS name,
                   max(l.holder_id) AS holder_id, max(h.date_to) AS left_on,
                   sum(CASE WHEN pair.state = 'proposed' THEN l.amount
                       ELSE l.approved_amount END)::bigint AS former_amount
              FROM pair
              JOIN khbs_bkk_proposal_line l ON l.proposal_id = pair.before_id
              JOIN khbs_bkk_holder h ON h.id = l.holder_id
             WHERE NOT EXISTS (
                       SELECT FROM khbs_bkk_proposal_line n
                         JOIN khbs_bkk_proposal np ON np.id = n.proposal_id
                         JOIN khbs_bkk_holder nh ON nh.id = n.holder_id
                        WHERE np.regency_id = pair.regency_id
                          AND np.date_from = pair.date_from
                          AND n.role_id = l.role_id AND nh.nik = h.nik
                   )
          GROUP BY pair.proposal_id, h.nik, l.role_id
            HAVING sum(CASE WHEN pair.state = 'proposed' THEN l.amount
                       ELSE l.approved_amount END) > 0
            """
        )
