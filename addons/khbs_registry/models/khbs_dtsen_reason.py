# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from ..dtsen.reasons import REASONS


class KhbsDtsenReason(models.Model):
    """How many rows of a delivery were refused for one reason."""

    _name = "khbs.dtsen.reason"
    _description = "Refused rows by reason"
    _order = "row_count desc, code"
    _rec_name = "code"
    _log_access = False

    import_id = fields.Many2one(
        comodel_name="khbs.dtsen.import", required=True, index=True, ondelete="cascade"
    )
    code = fields.Char(required=True)
    label = fields.Selection(
        selection=[(code, label) for code, (label, _sentence) in REASONS.items()],
        string="Reason",
        compute="_compute_label",
    )
    row_count = fields.Integer(string="Rows", required=True)

    @api.depends("code")
    def _compute_label(self):
        for reason in self:
            reason.label = reason.code
