# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.khbs_registry.rupiah import Rupiah

from ..terms import PAYEE_LEVELS, QUARTERS


class KhbsBkkBudget(models.Model):
    """What became of each account code of BKK in a year, regency by regency.

    Rows add up: the DPA and what is left of it stand in a row of the province, for no
    regency has a DPA; the ceilings and the proposals stand in others. Before a decree
    names the account, a proposal stands with the one account of its year that fits the
    level of its payee; where several fit, with none.
    """

    _name = "khbs.bkk.budget"
    _description = "BKK budget"
    _order = "year desc, account_code, regency_code, quarter, id"
    _rec_name = "account_code"
    _auto = False
    _log_access = False

    year = fields.Integer(string="Fiscal year", readonly=True, aggregator=None)
    budget_line_id = fields.Many2one(comodel_name="khbs.budget.line", readonly=True)
    account_code = fields.Char(readonly=True)
    kind = fields.Selection(
        selection=[("dpa", "DPA"), ("ceiling", "Ceiling"), ("proposal", "Proposal")],
        readonly=True,
    )
    regency_id = fields.Many2one(comodel_name="khbs.area", readonly=True)
    regency_code = fields.Char(readonly=True)
    quarter = fields.Selection(selection=QUARTERS, readonly=True)
    payee_level = fields.Selection(
        selection=PAYEE_LEVELS, string="Paid through", readonly=True
    )
    proposal_id = fields.Many2one(comodel_name="khbs.bkk.proposal", readonly=True)
    dpa_amount = Rupiah(
        string="DPA", readonly=True, help="With its shifts and revisions."
    )
    ceiling_amount = Rupiah(
        string="Ceiling in rupiah",
        readonly=True,
        help="People of the ceilings, by the rate of each month.",
    )
    proposed_amount = Rupiah(string="Proposed", readonly=True)
    approved_amount = Rupiah(string="Approved", readonly=True)
    decreed_amount = Rupiah(
        string="Decreed",
        readonly=True,
        help="What may be paid: decrees in force, and less already where an amendment "
        "that takes away is frozen.",
    )
    disbursed_amount = Rupiah(
        string="Disbursed", readonly=True, help="Every SP2D, re-payments included."
    )
    returned_amount = Rupiah(
        string="Returned", readonly=True, help="Transfers that came back."
    )
    accounted_amount = Rupiah(
        string="Accounted",
        readonly=True,
        help="Paid to the holders, by accepted LPJ.",
    )
    refunded_amount = Rupiah(
        string="Refunded", readonly=True, help="By STS of accepted LPJ."
    )
    free_amount = Rupiah(
        string="Left of the DPA", readonly=True, help="DPA less what is decreed."
    )
    open_amount = Rupiah(
        string="Left to disburse",
        readonly=True,
        help="Decreed less what was disbursed and did not come back.",
    )

    @property
    def _table_query(self):
        self.env.flush_all()
        return SQL(
            """
            WITH %(lines)s, %(months)s, part AS (
                %(dpa)s UNION ALL %(ceilings)s UNION ALL %(proposals)s
            )
            SELECT row_number() OVER (
                       ORDER BY part.year, part.kind, part.regency_id, part.quarter,
                                part.payee_level, part.proposal_id, part.budget_line_id
                   )::int AS id,
                   part.*, b.account_code, a.code AS regency_code,
                   CASE part.kind WHEN 'dpa'
                        THEN part.dpa_amount - sum(part.decreed_amount) OVER account
                        ELSE 0 END::bigint AS free_amount,
                   part.decreed_amount - part.disbursed_amount
                       + part.returned_amount AS open_amount
              FROM part
         LEFT JOIN khbs_budget_line b ON b.id = part.budget_line_id
         LEFT JOIN khbs_area a ON a.id = part.regency_id
            WINDOW account AS (PARTITION BY part.budget_line_id)
            """,
            lines=_LINES,
            months=_MONTHS,
            dpa=_DPA,
            ceilings=_CEILINGS,
            proposals=_PROPOSALS,
        )


# The BKK accounts of each year, and the one that bears what no decree names yet: as
# the policies of its quarters have it (khbs.bkk.policy, ``_bears``).
_LINES = SQL(
    """
    province AS (
        SELECT id FROM khbs_area WHERE level = 'province' ORDER BY id LIMIT 1
    ), policy AS (
        SELECT DISTINCT y.year, p.regency_account || '.' AS regency,
               p.village_account || '.' AS village
          FROM (SELECT DISTINCT year FROM khbs_budget_line) y
    CROSS JOIN generate_series(1, 10, 3) AS m (month)
          JOIN LATERAL (
                   SELECT regency_account, village_account FROM khbs_bkk_policy
                    WHERE valid_from <= make_date(y.year, m.month, 1)
                 ORDER BY valid_from DESC, id DESC
                    LIMIT 1
               ) p ON true
    ), borne AS (
        SELECT b.id,
               bool_or(starts_with(b.account_code || '.', p.village)) AS village,
               bool_or(starts_with(b.account_code || '.', p.regency)
                       AND NOT starts_with(b.account_code || '.', p.village))
                   AS regency
          FROM khbs_budget_line b
          JOIN policy p ON p.year = b.year
      GROUP BY b.id
    ), line AS (
        SELECT b.id, b.year, b.account_code,
               b.dpa_amount + coalesce((
                   SELECT sum(amount) FROM khbs_budget_amendment
                    WHERE line_id = b.id
               ), 0) AS ceiling
          FROM khbs_budget_line b
     LEFT JOIN borne ON borne.id = b.id
         WHERE borne.village OR borne.regency
            OR EXISTS (SELECT FROM khbs_decree d
                        WHERE d.budget_line_id = b.id AND d.kind = 'bkk')
    ), fitting AS (
        SELECT l.id, l.year, level.name AS level, level.fits,
               count(*) FILTER (WHERE level.fits) OVER same AS fitting
          FROM line l
     LEFT JOIN borne ON borne.id = l.id
    CROSS JOIN LATERAL (
                   VALUES ('regency', coalesce(borne.regency, false)),
                          ('village', coalesce(borne.village, false))
               ) AS level (name, fits)
        WINDOW same AS (PARTITION BY l.year, level.name)
    ), assumed AS (
        SELECT year, level, id FROM fitting WHERE fits AND fitting = 1
    )
    """
)
# People of the ceilings by regency, role and month. Ceilings of several levels say
# the same people more than once: in a regency the uppermost counts, and the ceiling of
# the whole province only for a role that has none below.
_MONTHS = SQL(
    """
    ceiling_month AS (
        SELECT c.role_id, c.regency_id, m.day::date AS month, c.people,
               CASE a.level WHEN 'province' THEN 0 WHEN 'regency' THEN 1
                            WHEN 'city' THEN 1 WHEN 'district' THEN 2 ELSE 3
               END AS depth
          FROM khbs_bkk_ceiling c
          JOIN khbs_area a ON a.id = c.area_id
          JOIN (SELECT DISTINCT year FROM line) y ON true
    CROSS JOIN generate_series(make_date(y.year, 1, 1), make_date(y.year, 12, 1),
                               interval '1 month') AS m (day)
         WHERE c.active AND m.day >= c.valid_from
           AND m.day <= coalesce(c.valid_to, 'infinity')
    ), uppermost AS (
        SELECT *, min(depth) OVER (
                      PARTITION BY role_id, regency_id, month
                  ) AS first_depth,
               max(depth) OVER (PARTITION BY role_id, month) AS last_depth
          FROM ceiling_month
    ), people AS (
        SELECT u.role_id, u.regency_id, u.month, sum(u.people) AS people
          FROM uppermost u
         WHERE u.depth = u.first_depth AND (u.depth > 0 OR u.last_depth = 0)
      GROUP BY u.role_id, u.regency_id, u.month
    )
    """
)
_DPA = SQL(
    """
    SELECT year, id AS budget_line_id, 'dpa' AS kind,
           (SELECT id FROM province) AS regency_id,
           NULL AS quarter, NULL AS payee_level, NULL::int AS proposal_id,
           ceiling::bigint AS dpa_amount, 0::bigint AS ceiling_amount,
           0::bigint AS proposed_amount, 0::bigint AS approved_amount,
           0::bigint AS decreed_amount, 0::bigint AS disbursed_amount,
           0::bigint AS returned_amount, 0::bigint AS accounted_amount,
           0::bigint AS refunded_amount
      FROM line
    """
)
_CEILINGS = SQL(
    """
    SELECT extract(year FROM p.month)::int, s.id, 'ceiling',
           coalesce(p.regency_id, (SELECT id FROM province)),
           extract(quarter FROM p.month)::int::text, r.payee_level, NULL, 0,
           sum(p.people * coalesce(rate.amount, 0))::bigint, 0, 0, 0, 0, 0, 0, 0
      FROM people p
      JOIN khbs_bkk_role r ON r.id = p.role_id
 LEFT JOIN assumed s ON s.year = extract(year FROM p.month)
       AND s.level = r.payee_level
 LEFT JOIN LATERAL (
               SELECT amount FROM khbs_bkk_rate
                WHERE role_id = p.role_id
                  AND (area_id IS NULL OR area_id = p.regency_id)
                  AND p.month >= valid_from
                  AND p.month <= coalesce(valid_to, 'infinity')
             ORDER BY area_id NULLS LAST
                LIMIT 1
           ) rate ON true
  GROUP BY 1, 2, 4, 5, 6
    """
)
_PROPOSALS = SQL(
    """
    SELECT p.fiscal_year, coalesce(d.budget_line_id, s.id), 'proposal', p.regency_id,
           p.quarter, p.payee_level, p.id, 0, 0,
           CASE WHEN p.state <> 'draft' THEN p.proposed_amount ELSE 0 END,
           CASE WHEN p.state IN ('approved', 'decreed', 'disbursed', 'accounted')
                THEN p.approved_amount ELSE 0 END,
           CASE WHEN p.state IN ('decreed', 'disbursed', 'accounted')
                THEN p.decreed_amount ELSE 0 END,
           p.disbursed_amount + p.repaid_amount, p.returned_amount,
           coalesce(r.paid_amount, 0), coalesce(r.refunded_amount, 0)
      FROM khbs_bkk_proposal p
 LEFT JOIN khbs_decree d ON d.id = p.decree_id
 LEFT JOIN assumed s ON s.year = p.fiscal_year AND s.level = p.payee_level
 LEFT JOIN LATERAL (
               SELECT paid_amount, refunded_amount FROM khbs_bkk_accountability
                WHERE proposal_id = p.id AND state = 'accepted'
             ORDER BY version DESC
                LIMIT 1
           ) r ON true
    """
)
