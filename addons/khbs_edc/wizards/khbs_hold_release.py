# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.khbs_lease_hold import REASONS


class KhbsHoldRelease(models.TransientModel):
    """Asks why holds end; the hold checks who may end it, and when."""

    _name = "khbs.hold.release"
    _description = "Release holds"

    hold_ids = fields.Many2many(
        comodel_name="khbs.lease.hold",
        string="Holds",
        default=lambda self: self._holds(),
    )
    reason = fields.Selection(selection=REASONS, required=True)

    @api.model
    def _holds(self):
        if self.env.context.get("active_model") != "khbs.lease.hold":
            return self.env["khbs.lease.hold"]
        ids = self.env.context.get("active_ids", [])
        return self.env["khbs.lease.hold"].browse(ids)

    def action_confirm(self):
        """Release all chosen holds or none."""
        self.ensure_one()
        if not self.hold_ids:
            raise UserError(self.env._("Choose at least one hold."))
        self.hold_ids.action_release(self.reason)
        return {"type": "ir.actions.act_window_close"}
