# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.khbs_registry import append_only
from odoo.addons.khbs_registry.rupiah import Rupiah

from .. import guards


class KhbsBkkDecreeLine(models.Model):
    """One name of a decree's annex II, as it was frozen and is to be paid.

    Written once, when the decree is frozen, and never changed: an amendment has lines
    of its own. The names of role and areas are kept as they were printed.
    """

    _name = "khbs.bkk.decree.line"
    _description = "Name in a BKK decree"
    _order = "decree_id, area_code, name, line_id"
    _log_access = False

    decree_id = fields.Many2one(
        comodel_name="khbs.decree", required=True, index=True, ondelete="restrict"
    )
    proposal_id = fields.Many2one(
        comodel_name="khbs.bkk.proposal", required=True, index=True, ondelete="restrict"
    )
    line_id = fields.Many2one(
        comodel_name="khbs.bkk.proposal.line",
        string="Proposal line",
        required=True,
        index=True,
        ondelete="restrict",
    )
    holder_id = fields.Many2one(
        comodel_name="khbs.bkk.holder", required=True, index=True, ondelete="restrict"
    )
    role_id = fields.Many2one(
        comodel_name="khbs.bkk.role", required=True, ondelete="restrict"
    )
    rate_id = fields.Many2one(
        comodel_name="khbs.bkk.rate", required=True, ondelete="restrict"
    )
    regency_id = fields.Many2one(
        comodel_name="khbs.area", required=True, index=True, ondelete="restrict"
    )
    payee_area_id = fields.Many2one(
        comodel_name="khbs.area",
        required=True,
        index=True,
        ondelete="restrict",
        help="The regency or the village whose treasury receives the money.",
    )
    name = fields.Char(required=True)
    role_name = fields.Char(string="Role as printed", required=True)
    area_names = fields.Char(string="Areas", required=True)
    area_code = fields.Char(
        required=True, help="Of the first area; annex II is sorted by it."
    )
    regency_name = fields.Char(string="Regency as printed", required=True)
    district_name = fields.Char(string="District as printed")
    payee_name = fields.Char(string="Payee as printed", required=True)
    letter = fields.Char(string="Appointed by", required=True)
    rate_amount = Rupiah(string="Rate per month", required=True, aggregator=None)
    month_from = fields.Date(required=True, help="First day of the first month.")
    months = fields.Integer(required=True, aggregator=None)
    amount = Rupiah(required=True)
    payable = fields.Boolean(
        string="To be paid",
        compute="_compute_payable",
        search="_search_payable",
        help="The line stands in the decree that its proposal is paid from.",
    )

    _line_uniq = models.Constraint(
        "UNIQUE (decree_id, line_id)", "A proposed line stands in a decree once."
    )
    _amount_explained = models.Constraint(
        "CHECK (amount = rate_amount * months AND months BETWEEN 1 AND 3)",
        "An amount is the rate times one to three months.",
    )
    _month_form = models.Constraint(
        "CHECK (extract(day FROM month_from) = 1)",
        "A month is named by its first day.",
    )

    def init(self):
        append_only.install(self.env.cr, self._table)
        self.env.cr.execute(guards.DECREE_LINE_GUARD)
        self.env.cr.execute(guards.PAYABLE_GUARD)

    @api.depends("decree_id", "proposal_id.payable_decree_id")
    def _compute_payable(self):
        for line in self:
            line.payable = line.decree_id == line.proposal_id.payable_decree_id

    def _search_payable(self, operator, value):
        if operator != "in":
            return NotImplemented
        payable = Domain.custom(
            to_sql=lambda _model, alias, _query: SQL(
                "EXISTS (SELECT FROM khbs_bkk_proposal p WHERE p.id = %s "
                "AND p.payable_decree_id = %s)",
                SQL.identifier(alias, "proposal_id"),
                SQL.identifier(alias, "decree_id"),
            ),
            predicate=lambda line: line.payable,
        )
        self.env["khbs.bkk.proposal"].flush_model(["payable_decree_id"])
        return payable if True in value else ~payable

    @api.depends("name", "role_name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.name}, {line.role_name}"

    def action_correct(self):
        """Open a new correction of this line."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correction"),
            "res_model": "khbs.bkk.correction",
            "view_mode": "form",
            "context": {"default_decree_line_id": self.id},
        }
