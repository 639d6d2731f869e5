# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..life_cycle import REASONS

# What the user chooses, and the method of the card that does it.
METHODS = {
    "suspend": "action_suspend",
    "lift": "action_lift",
    "revoke": "action_revoke",
    "return": "action_return",
    "spoil": "action_spoil",
    "replace": "action_replace",
}


class KhbsCardMove(models.TransientModel):
    """Asks for the reason of an act on cards; the card checks who may do it."""

    _name = "khbs.card.move"
    _description = "Act on cards"

    card_ids = fields.Many2many(
        comodel_name="khbs.card", string="Cards", default=lambda self: self._cards()
    )
    target = fields.Selection(
        selection=[
            ("suspend", "Suspend: no payment until lifted"),
            ("lift", "Lift the suspension"),
            ("revoke", "Revoke for ever"),
            ("return", "Take back from the village"),
            ("spoil", "Write off and make anew"),
            ("replace", "Suspend and make a new card"),
        ],
        string="Act",
        required=True,
        default="suspend",
    )
    reason = fields.Selection(selection=REASONS, required=True)

    @api.model
    def _cards(self):
        if self.env.context.get("active_model") != "khbs.card":
            return self.env["khbs.card"]
        return self.env["khbs.card"].browse(self.env.context.get("active_ids", []))

    def action_confirm(self):
        """Do it to all chosen cards or to none."""
        self.ensure_one()
        if not self.card_ids:
            raise UserError(self.env._("Choose at least one card."))
        getattr(self.card_ids, METHODS[self.target])(self.reason)
        return {"type": "ir.actions.act_window_close"}
