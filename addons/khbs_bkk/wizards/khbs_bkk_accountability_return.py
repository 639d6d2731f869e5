# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsBkkAccountabilityReturn(models.TransientModel):
    """Asks what the regency has to mend in its LPJ."""

    _name = "khbs.bkk.accountability.return"
    _description = "Return of an LPJ"

    accountability_id = fields.Many2one(
        comodel_name="khbs.bkk.accountability", string="LPJ", required=True
    )
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Send the LPJ back."""
        self.ensure_one()
        self.accountability_id.action_return(self.reason)
        return {"type": "ir.actions.act_window_close"}
