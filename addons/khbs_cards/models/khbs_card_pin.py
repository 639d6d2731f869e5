# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from .khbs_card_pin_order import CARD_STATES


class KhbsCard(models.Model):
    # One file for each part of a card's life.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card"

    pin_order_ids = fields.One2many(
        comodel_name="khbs.card.pin.order", inverse_name="card_id", string="PIN resets"
    )
    pin_order_count = fields.Integer(compute="_compute_pin_order_count")
    may_order_pin = fields.Boolean(compute="_compute_may_order_pin")

    @api.depends("pin_order_ids")
    def _compute_pin_order_count(self):
        for card in self:
            card.pin_order_count = len(card.pin_order_ids)

    @api.depends("state", "spki_9c", "pin_order_ids.state", "pin_order_ids.expires_at")
    def _compute_may_order_pin(self):
        for card in self:
            card.may_order_pin = (
                bool(card.spki_9c)
                and card.state in CARD_STATES
                and not any(order._is_open() for order in card.pin_order_ids)
            )

    def action_order_pin(self):
        """Open the order of a new PIN for this card."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.card.pin.order",
            "name": self.env._("PIN reset"),
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_card_id": self.id},
        }

    def action_view_pin_orders(self):
        """Open the PIN resets of this card."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_cards.khbs_card_pin_order_action"
        )
        return action | {"domain": [("card_id", "=", self.id)], "context": {}}
