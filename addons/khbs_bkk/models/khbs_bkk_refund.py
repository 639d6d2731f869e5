# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.khbs_registry.papers import words
from odoo.addons.khbs_registry.rupiah import Rupiah


class KhbsBkkRefund(models.Model):
    """Money that a regency paid back to the provincial treasury, by its STS.

    The bank gives the number; here it stands as a reference (DOMAIN 4.2).
    """

    _name = "khbs.bkk.refund"
    _inherit = ["khbs.bkk.accountability.part"]
    _description = "BKK refund"
    _order = "sts_date, sts_number, id"
    _rec_name = "sts_number"

    _file_field = "scan"

    sts_number = fields.Char(string="STS number", size=80, required=True)
    sts_date = fields.Date(string="STS date", required=True)
    amount = Rupiah(required=True)
    reason = fields.Char(
        required=True, help="Why it was not paid: post vacant, holder died .."
    )
    scan = fields.Binary(
        string="Scan of the STS", attachment=True, required=True, copy=False
    )
    scan_name = fields.Char()
    scan_sha256 = fields.Char(
        string="SHA-256 of the scan", readonly=True, required=True
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "An STS moves more than zero rupiah."
    )
    _sts_uniq = models.Constraint(
        "UNIQUE (proposal_id, sts_number)",
        "This STS is entered for this proposal already.",
    )

    @api.constrains("sts_date", "accountability_id")
    def _check_date(self):
        """What is paid back was received before, and not in the future."""
        for refund in self:
            received = (
                refund.sudo()
                .proposal_id.disbursement_ids.filtered(
                    lambda one: not one.cancelled_by_id
                )
                .mapped("sp2d_date")
            )
            if received and refund.sts_date < min(received):
                raise ValidationError(
                    self.env._(
                        "The STS is dated before the money was received on %(day)s. "
                        "Compare it.",
                        day=words.date(min(received)),
                    )
                )
            if refund.sts_date > fields.Date.context_today(refund):
                raise ValidationError(
                    self.env._("The STS is dated in the future. Compare it.")
                )

    def _on_change(self, reports):
        reports.sudo()._measure()
        for proposal in reports.sudo().proposal_id:
            proposal._require_not_refunded()
