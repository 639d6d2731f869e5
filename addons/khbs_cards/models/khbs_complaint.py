# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

# Kind of complaint to the reason on the card's event.
REASONS = {
    "card_lost": "lost",
    "card_stolen": "stolen",
    "card_found": "found",
    "card_misuse": "fraud",
    "recipient_deceased": "death",
}


class KhbsComplaint(models.Model):
    _inherit = "khbs.complaint"

    def _act_on_card(self, card_no, reason):
        """Suspend the card, if it lies in the areas of the user."""
        self.ensure_one()
        card = self.env["khbs.card"].search([("card_no", "=", card_no)])
        code = REASONS.get(reason, "complaint")
        suspended = card._suspend(code, data={"complaint": self.name})
        return bool(suspended) or super()._act_on_card(card_no, reason)

    @api.model
    def _household_of_card(self, card_no):
        card = self.env["khbs.card"]._by_number(card_no)
        return card.household_id or super()._household_of_card(card_no)
