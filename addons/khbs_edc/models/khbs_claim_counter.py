# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import format_date

from odoo.addons.khbs_registry.rupiah import Rupiah


class KhbsClaimCounter(models.Model):
    """What a terminal sent on a day, per benefit: written with the claims themselves.

    Screens read these rows instead of counting claims (DESIGN 5).
    """

    _name = "khbs.claim.counter"
    _description = "Claims of a day"
    _order = "day desc, terminal_id, benefit_code"
    _rec_name = "benefit_code"
    _log_access = False

    day = fields.Date(required=True, help="Of first receipt, in WIB.")
    terminal_id = fields.Many2one(
        comodel_name="khbs.terminal", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(related="terminal_id.area_id")
    benefit_code = fields.Char(required=True)
    benefit_name = fields.Char(string="Benefit", compute="_compute_benefit_name")
    lines = fields.Integer(string="Claim lines", required=True, default=0)
    paid_lines = fields.Integer(string="Payable", required=True, default=0)
    held_lines = fields.Integer(string="Held", required=True, default=0)
    paid_amount = Rupiah(string="Payable amount", required=True, default=0)

    _day_uniq = models.Constraint(
        "UNIQUE (day, terminal_id, benefit_code)", "This day is counted already."
    )

    @api.depends("benefit_code")
    @api.depends_context("lang")
    def _compute_benefit_name(self):
        benefits = (
            self.env["khbs.benefit"]
            .sudo()
            .with_context(active_test=False)
            .search([("code", "in", self.mapped("benefit_code"))], order="id")
        )
        names = {benefit.code: benefit.name for benefit in benefits}
        for counter in self:
            counter.benefit_name = names.get(counter.benefit_code, counter.benefit_code)

    @api.depends("day", "terminal_id.code", "benefit_name")
    def _compute_display_name(self):
        for counter in self:
            counter.display_name = (
                f"{counter.terminal_id.code}, {format_date(self.env, counter.day)}, "
                f"{counter.benefit_name}"
            )
