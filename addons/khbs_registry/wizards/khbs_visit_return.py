# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsVisitReturn(models.TransientModel):
    """Ask why a visit goes back to its officer."""

    _name = "khbs.visit.return"
    _description = "Send a visit back"

    visit_id = fields.Many2one(
        comodel_name="khbs.visit",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    note = fields.Char(string="What is to be mended", required=True)

    def action_return(self):
        self.ensure_one()
        self.visit_id.action_return(self.note)
        return {"type": "ir.actions.act_window_close"}
