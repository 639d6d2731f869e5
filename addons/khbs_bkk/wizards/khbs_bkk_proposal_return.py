# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsBkkProposalReturn(models.TransientModel):
    """Asks what the regency has to mend."""

    _name = "khbs.bkk.proposal.return"
    _description = "Return of a BKK proposal"

    proposal_id = fields.Many2one(comodel_name="khbs.bkk.proposal", required=True)
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Send the proposal back."""
        self.ensure_one()
        self.proposal_id.action_return(self.reason)
        return {"type": "ir.actions.act_window_close"}
