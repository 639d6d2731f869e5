# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsBkkDocument(models.AbstractModel):
    """A document that follows from one proposal, and leads back to it."""

    _name = "khbs.bkk.document"
    _description = "Document of a BKK proposal"

    proposal_id = fields.Many2one(
        comodel_name="khbs.bkk.proposal",
        required=True,
        index=True,
        ondelete="restrict",
    )
    regency_id = fields.Many2one(related="proposal_id.regency_id")

    def action_view_proposal(self):
        """Open the proposal."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.bkk.proposal",
            "view_mode": "form",
            "res_id": self.proposal_id.id,
        }
