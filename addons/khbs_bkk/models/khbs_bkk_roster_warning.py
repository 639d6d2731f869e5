# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import SQL
from odoo.tools.date_utils import end_of, start_of

from .. import warning_rules


class KhbsBkkRosterWarning(models.Model):
    """What the rules find in the roster as it stands, before any proposal is built.

    Nothing is stored: what is mended in the roster is gone from here at once. The rules
    look at the present quarter and at the next one.
    """

    _name = "khbs.bkk.roster.warning"
    _inherit = "khbs.bkk.warned"
    _description = "Warning on the BKK roster"
    _auto = False
    # What the rules read; pending changes of it are written before they do.
    _depends = {
        "khbs.area": ["code", "level", "parent_path"],
        "khbs.bkk.ceiling": [
            *("role_id", "area_id", "regency_id", "people"),
            *("valid_from", "valid_to", "active"),
        ],
        "khbs.bkk.holder": [
            *("role_id", "regency_id", "area_ids", "nik", "date_from", "date_to"),
            *("account_name_differs", "bank_account_name", "active"),
        ],
        "khbs.bkk.local.pay": [
            *("nik", "role_id", "funding_source", "amount"),
            *("date_from", "date_to", "active"),
        ],
        "khbs.household": ["state", "active"],
        "khbs.person": ["nik", "household_id", "state", "active"],
    }
    _order = "period_from, rule, regency_id, area_id, holder_id, id"

    period_from = fields.Date(string="Quarter from", readonly=True)
    line_id = fields.Many2one(comodel_name="khbs.bkk.proposal.line", readonly=True)

    @property
    def _table_query(self):
        first = start_of(fields.Date.context_today(self), "quarter")
        return SQL(
            "(%s) UNION ALL (%s)",
            self._quarter_query(first, 0),
            self._quarter_query(first + relativedelta(months=3), 1),
        )

    def _quarter_query(self, first, ahead):
        """Return the warnings of the quarter that begins on *first*.

        The id says of what and by which rule it is, so that it stays the same while the
        warning does. Only the user's regencies are looked at, which is quicker; what
        refuses the others is the rule, and to it a user without any is left.
        """
        areas = self.env.user.khbs_area_ids
        every = self.env["khbs.area"].sudo()
        level = [("level", "in", ("regency", "city"))]
        regencies = every.search([*level, ("id", "child_of", areas.ids)])
        regencies = regencies or every.search(level)
        ceilings = SQL("c.regency_id = ANY (%s)", regencies.ids)
        if "province" in areas.mapped("level"):
            ceilings = SQL("TRUE")
        return SQL(
            """
            %(relations)s
            SELECT coalesce(found.holder_id, found.ceiling_id) * 32
                   + array_position(%(codes)s, found.rule) * 2 + %(ahead)s AS id,
                   %(first)s::date AS period_from, %(located)s
              FROM (%(rows)s) AS found
            """,
            relations=warning_rules.relations(
                first, end_of(first, "quarter"), regencies.ids, ceilings=ceilings
            ),
            codes=list(warning_rules.RULES),
            ahead=ahead,
            first=first,
            located=warning_rules.LOCATED,
            rows=warning_rules.rows(),
        )
