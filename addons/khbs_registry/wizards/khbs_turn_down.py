# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class KhbsTurnDown(models.TransientModel):
    """Ask a validator why a deliberation or a candidate goes back or is refused."""

    _name = "khbs.turn.down"
    _description = "Send back or refuse"

    deliberation_id = fields.Many2one(comodel_name="khbs.deliberation")
    candidate_id = fields.Many2one(comodel_name="khbs.candidate")
    step = fields.Selection(
        selection=[("returned", "Send back"), ("refused", "Refuse")],
        required=True,
        default="returned",
    )
    note = fields.Char(string="Reason", required=True)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        target = {
            "khbs.deliberation": "deliberation_id",
            "khbs.candidate": "candidate_id",
        }.get(self.env.context.get("active_model"))
        if target in fields_list:
            values[target] = self.env.context.get("active_id")
        return values

    def action_apply(self):
        self.ensure_one()
        if self.deliberation_id:
            self.deliberation_id.action_return(self.note)
        elif self.step == "refused":
            self.candidate_id.action_refuse(self.note)
        else:
            self.candidate_id.action_return(self.note)
        return {"type": "ir.actions.act_window_close"}
