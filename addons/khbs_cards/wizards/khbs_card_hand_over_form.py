# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsCardHandOverForm(models.TransientModel):
    """What the officer at the door enters; the card's own signature decides."""

    _name = "khbs.card.hand.over.form"
    _description = "Hand over a card"

    activation = fields.Text(
        required=True,
        help="The text that the reader shows after the card was held to it.",
    )
    relation = fields.Selection(
        selection=[
            ("head", "Head of family"),
            ("member", "Member of the family"),
            ("representative", "Representative with a letter of authority"),
        ],
        string="Received by",
        required=True,
        default="head",
    )

    def action_confirm(self):
        """Hand the card over and show it."""
        self.ensure_one()
        card_id = self.env["khbs.card"].action_hand_over(
            self.activation.strip(), representative={"rel": self.relation}
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.card",
            "res_id": card_id,
            "views": [[False, "form"]],
        }
