# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from .. import hand_over_papers
from .. import hand_over_receipt as receipts


class KhbsCardHandOverSign(models.TransientModel):
    """Enter how families signed for cards that a terminal handed over."""

    _name = "khbs.card.hand.over.sign"
    _description = "Enter signatures"

    hand_over_ids = fields.Many2many(
        comodel_name="khbs.card.hand.over",
        string="Hand-overs",
        default=lambda self: self._chosen(),
        readonly=True,
    )
    acknowledged = fields.Selection(
        selection=receipts.ACKNOWLEDGEMENTS,
        string="Acknowledged by",
        required=True,
        default="signature",
    )
    witness_name = fields.Char(string="Witness")
    notice = fields.Text(compute="_compute_notice")
    notice_given = fields.Boolean(string="The notice was read out or handed out")

    @api.model
    def _chosen(self):
        """Return the chosen hand-overs that wait for a signature."""
        context = self.env.context
        hand_overs = self.env["khbs.card.hand.over"]
        if context.get("active_model") != hand_overs._name:
            return hand_overs
        chosen = hand_overs.search([("id", "in", context.get("active_ids") or [])])
        return chosen.filtered(lambda one: not one.sign)

    def _compute_notice(self):
        self.notice = hand_over_papers.NOTICE

    def action_confirm(self):
        """Enter it for all of them; it is not changed afterwards."""
        self.ensure_one()
        self.hand_over_ids.action_acknowledge(
            {
                "acknowledged": self.acknowledged,
                "witness_name": self.witness_name,
                "notice_given": self.notice_given,
            }
        )
        # The name stands beside the hand-over now, where it can be redacted.
        self.witness_name = False
        return {"type": "ir.actions.act_window_close"}
