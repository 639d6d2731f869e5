# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsBkkCorrectionRefusal(models.TransientModel):
    """Asks what the regency is told when its correction is refused."""

    _name = "khbs.bkk.correction.refusal"
    _description = "Refusal of a BKK correction"

    correction_id = fields.Many2one(comodel_name="khbs.bkk.correction", required=True)
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Refuse the correction."""
        self.ensure_one()
        self.correction_id.action_refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}
