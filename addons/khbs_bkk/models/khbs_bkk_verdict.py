# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from odoo.addons.khbs_registry import append_only
from odoo.addons.khbs_registry.rupiah import Rupiah

from .khbs_bkk_proposal_line import VERDICTS


class KhbsBkkVerdict(models.Model):
    """What was found about a holder in one round of verification, kept for good.

    Lines are built anew when a proposal was sent back; these rows stay.
    """

    _name = "khbs.bkk.verdict"
    _inherit = ["khbs.bkk.round"]
    _description = "BKK verdict"
    _order = "proposal_id, round_number desc, id"
    _rec_name = "verdict"
    _log_access = False

    holder_id = fields.Many2one(
        comodel_name="khbs.bkk.holder", required=True, ondelete="restrict"
    )
    rate_id = fields.Many2one(
        comodel_name="khbs.bkk.rate", required=True, ondelete="restrict"
    )
    name = fields.Char(required=True, help="As it stood on the line.")
    area_names = fields.Char(string="Areas", help="Empty before they were kept.")
    appointment_letter = fields.Char(help="Empty before it was kept.")
    month_from = fields.Date(string="First month", required=True)
    months = fields.Integer(required=True, aggregator=None)
    amount = Rupiah(required=True)
    verdict = fields.Selection(selection=VERDICTS, required=True)
    approved_from = fields.Date(string="First approved month")
    approved_months = fields.Integer(required=True, aggregator=None)
    approved_amount = Rupiah(required=True)
    reason = fields.Char()
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, ondelete="restrict"
    )
    at = fields.Datetime(required=True)

    _line_uniq = models.Constraint(
        "UNIQUE (proposal_id, round_number, holder_id, rate_id, month_from)",
        "A round gives one verdict on a holder, a rate and a first month.",
    )

    def init(self):
        append_only.install(self.env.cr, self._table)
