# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError


class KhbsBkkAccountConfirmation(models.TransientModel):
    """Shows accounts that changed after the decree together, to confirm them at once.

    What is confirmed is what the dialogue showed: it keeps the digest of each.
    """

    _name = "khbs.bkk.account.confirmation"
    _description = "Confirmation of BKK accounts"

    holder_ids = fields.Many2many(
        comodel_name="khbs.bkk.holder",
        string="Accounts",
        readonly=True,
        context={"active_test": False},
    )
    holder_count = fields.Integer(compute="_compute_holder_count", string="People")
    seen = fields.Text(readonly=True)

    @api.depends("holder_ids")
    def _compute_holder_count(self):
        for one in self:
            one.holder_count = len(one.holder_ids)

    @api.model
    def _ask(self, holders):
        """Return the action that shows the accounts of *holders* that wait."""
        waiting = holders.filtered("account_pending")
        if not waiting:
            raise UserError(
                self.env._("Choose the people whose account is to be confirmed.")
            )
        shown = self.create(
            {
                "holder_ids": waiting.ids,
                "seen": " ".join(one._content_sha256() for one in waiting),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Confirm accounts"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "res_id": shown.id,
            "context": {"dialog_size": "extra-large"},
        }

    def action_confirm(self):
        """Confirm them; the accounts check who may, and that nothing changed."""
        self.ensure_one()
        seen = (self.seen or "").split()
        self.holder_ids.with_context(khbs_seen=seen).action_confirm_account()
        return {"type": "ir.actions.act_window_close"}
