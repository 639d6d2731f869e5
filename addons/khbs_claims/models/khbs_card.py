# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsCard(models.Model):
    _inherit = "khbs.card"

    entitlement_count = fields.Integer(related="household_id.entitlement_count")
    claim_count = fields.Integer(compute="_compute_claim_count", compute_sudo=True)

    def _compute_claim_count(self):
        counts = dict(
            self.env["khbs.claim"]._read_group(
                [("card_id", "in", self.ids)], ["card_id"], ["__count"]
            )
        )
        for card in self:
            card.claim_count = counts.get(card, 0)

    def action_open_entitlements(self):
        """Show what the families of these cards may receive or have received."""
        return self.household_id.action_open_entitlements()

    def action_open_claims(self):
        """Show what these cards signed."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "khbs_claims.khbs_claim_action"
        )
        return {**action, "domain": [("card_id", "in", self.ids)]}
