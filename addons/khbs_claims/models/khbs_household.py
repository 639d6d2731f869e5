# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsHousehold(models.Model):
    _inherit = "khbs.household"

    entitlement_count = fields.Integer(compute="_compute_aid_counts", compute_sudo=True)
    claim_count = fields.Integer(compute="_compute_aid_counts", compute_sudo=True)

    def _compute_aid_counts(self):
        entitlements = dict(
            self.env["khbs.entitlement"]._read_group(
                [("household_id", "in", self.ids)], ["household_id"], ["__count"]
            )
        )
        claims = dict(
            self.env["khbs.claim"]._read_group(
                [("household_id", "in", self.ids)], ["household_id"], ["__count"]
            )
        )
        for household in self:
            household.entitlement_count = entitlements.get(household, 0)
            household.claim_count = claims.get(household, 0)

    def action_open_entitlements(self):
        """Show what these households may receive or have received."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "khbs_claims.khbs_entitlement_action"
        )
        return {**action, "domain": [("household_id", "in", self.ids)]}

    def action_open_claims(self):
        """Show the claims of these households."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "khbs_claims.khbs_claim_action"
        )
        return {**action, "domain": [("household_id", "in", self.ids)]}
