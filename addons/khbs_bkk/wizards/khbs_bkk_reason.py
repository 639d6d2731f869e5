# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

# What may be asked for a reason, and what the button says then.
ASKED = {
    ("khbs.bkk.payee", "action_refuse"),
    ("khbs.bkk.request", "action_withdraw"),
    ("khbs.bkk.disbursement", "action_cancel"),
    ("khbs.bkk.transfer.return", "action_cancel"),
}


class KhbsBkkReason(models.TransientModel):
    """Asks why, before a payee is refused or an entry of money is cancelled.

    The document's own method checks who may do it.
    """

    _name = "khbs.bkk.reason"
    _description = "Reason of a BKK act"

    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        model_field="res_model", required=True, readonly=True
    )
    method = fields.Char(required=True, readonly=True)
    document = fields.Char(compute="_compute_document")
    reason = fields.Char(required=True)

    @api.depends("res_model", "res_id")
    def _compute_document(self):
        for asked in self:
            asked.document = asked._record().display_name

    @api.model
    def _ask(self, record, method):
        """Return the action that opens the dialogue for *record*."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Say why"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_res_model": record._name,
                "default_res_id": record.id,
                "default_method": method,
            },
        }

    def action_confirm(self):
        """Do what was asked for, with the reason."""
        self.ensure_one()
        getattr(self._record(), self.method)(self.reason)
        return {"type": "ir.actions.act_window_close"}

    def _record(self):
        if (self.res_model, self.method) not in ASKED:
            raise UserError(self.env._("Nothing was asked for."))
        return self.env[self.res_model].browse(self.res_id).exists()
