# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from .. import hand_over_receipt as receipts


class KhbsCardHandOverLine(models.Model):
    """A card on the list of a session."""

    _name = "khbs.card.hand.over.line"
    _description = "Card of a hand-over session"
    _order = "session_id, number"
    _rec_name = "card_id"
    _log_access = False

    session_id = fields.Many2one(
        comodel_name="khbs.card.hand.over.session",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    card_id = fields.Many2one(
        comodel_name="khbs.card",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    number = fields.Integer(string="No", required=True, readonly=True, aggregator=None)
    open = fields.Boolean(readonly=True, help="Its session is not closed.")
    household_id = fields.Many2one(related="card_id.household_id")
    card_state = fields.Selection(related="card_id.state", string="State of the card")
    hand_over_id = fields.Many2one(
        comodel_name="khbs.card.hand.over",
        string="Hand-over",
        compute="_compute_hand_over_id",
    )
    at = fields.Datetime(string="Handed over at", compute="_compute_hand_over_id")
    received_by = fields.Selection(
        selection=receipts.RECEIVERS, compute="_compute_hand_over_id"
    )
    acknowledged = fields.Selection(
        selection=receipts.ACKNOWLEDGEMENTS,
        string="Acknowledged by",
        compute="_compute_hand_over_id",
    )

    _card_uniq = models.Constraint(
        "UNIQUE (session_id, card_id)", "A card stands once on a list."
    )
    _open_uniq = models.UniqueIndex(
        "(card_id) WHERE open", "This card is on the list of another session."
    )

    def _compute_hand_over_id(self):
        found = self.env["khbs.card.hand.over"].search(
            [("card_id", "in", self.card_id.ids)]
        )
        by_card = {one.card_id.id: one for one in found}
        for line in self:
            done = by_card.get(line.card_id.id, found.browse())
            line.hand_over_id = done
            line.at = done.at
            line.received_by = done.received_by
            line.acknowledged = done.sign

    @api.model
    def _session_of(self, card):
        """Return the open session on whose list *card* is, or none."""
        return (
            self.sudo()
            .search([("card_id", "=", card.id), ("open", "=", True)])
            .session_id
        )
