# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError


class KhbsRefusal(models.TransientModel):
    """Asks why a proposal is refused."""

    _name = "khbs.refusal"
    _description = "Refuse a proposal"

    model = fields.Char(
        required=True, default=lambda self: self.env.context.get("active_model")
    )
    document = fields.Integer(
        required=True, default=lambda self: self.env.context.get("active_id")
    )
    reason = fields.Char(string="Refused because", required=True)

    def action_refuse(self):
        """Refuse the document with the reason."""
        self.ensure_one()
        if self.model not in self._refusable():
            raise UserError(self.env._("Open the proposal and refuse it there."))
        self.env[self.model].browse(self.document).action_refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}

    @api.model
    def _refusable(self):
        """Return the models whose documents a second person refuses with a reason."""
        return ("khbs.family.event", "khbs.change.request")
