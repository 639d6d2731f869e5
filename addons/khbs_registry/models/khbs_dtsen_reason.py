# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from ..dtsen.reasons import REASONS, WARNINGS


class KhbsDtsenReason(models.Model):
    """How many rows of a delivery have one reason against them, or one remark."""

    _name = "khbs.dtsen.reason"
    _description = "Refused rows by reason"
    _order = "kind, row_count desc, code"
    _rec_name = "code"
    _log_access = False

    import_id = fields.Many2one(
        comodel_name="khbs.dtsen.import", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        selection=[("refused", "Refused"), ("remark", "Remark only")],
        required=True,
        default="refused",
    )
    code = fields.Char(required=True)
    label = fields.Selection(
        selection=[(code, label) for code, (label, _sentence) in REASONS.items()]
        + list(WARNINGS.items()),
        string="Reason",
        compute="_compute_label",
    )
    row_count = fields.Integer(string="Rows", required=True)

    @api.depends("code")
    def _compute_label(self):
        for reason in self:
            reason.label = reason.code
