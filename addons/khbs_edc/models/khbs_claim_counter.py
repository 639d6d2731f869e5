# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

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
    benefit_code = fields.Char(string="Benefit", required=True)
    lines = fields.Integer(string="Claim lines", required=True, default=0)
    paid_lines = fields.Integer(string="Payable", required=True, default=0)
    held_lines = fields.Integer(string="Held", required=True, default=0)
    paid_amount = Rupiah(string="Payable amount", required=True, default=0)

    _day_uniq = models.Constraint(
        "UNIQUE (day, terminal_id, benefit_code)", "This day is counted already."
    )
