# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

# The bank's code for an account that must not be used: what it is to the programme
# when its holder has died or has left the family (DOMAIN 12.5).
BLOCKED = "05"


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

    def _head_changed_by(self, delivery):
        result = super()._head_changed_by(delivery)
        self._block_former_accounts({"delivery": delivery.name})
        return result

    def _has_left(self, data):
        result = super()._has_left(data)
        accounts = (
            self.env["khbs.bank.account"]
            .sudo()
            .search(
                [
                    ("household_id", "in", self.ids),
                    ("state", "in", ("active", "failed")),
                ]
            )
        )
        accounts.write({"state": "closed", "reason_code": False})
        for account in accounts:
            self.env["khbs.audit.event"]._record("bank.account.close", account, data)
        return result

    def _block_former_accounts(self, data):
        """Hold the cash where the account is not in the name of the present head.

        :param data: what brought it about, for the audit
        """
        accounts = (
            self.env["khbs.bank.account"]
            .sudo()
            .search([("household_id", "in", self.ids), ("state", "=", "active")])
        )
        others = accounts.filtered(
            lambda account: (
                (account.account_name or "").casefold()
                != (account.household_id.head_id.name or "").casefold()
            )
        )
        others.write({"state": "failed", "reason_code": BLOCKED})
        for account in others:
            self.env["khbs.audit.event"]._record("bank.account.block", account, data)

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
