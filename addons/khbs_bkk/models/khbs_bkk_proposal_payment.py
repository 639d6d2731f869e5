# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError


class KhbsBkkProposalPayment(models.AbstractModel):
    """What a decree in force leaves to be paid."""

    _name = "khbs.bkk.proposal.payment"
    _description = "BKK proposal: payment"

    def action_view_disbursements(self):
        """Open the payments of the proposal."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Disbursements"),
            "res_model": "khbs.bkk.disbursement",
            "view_mode": "list,form",
            "domain": [("proposal_id", "=", self.id)],
            "context": {"default_proposal_id": self.id},
        }

    def _check_payable(self, amount, paid_on):
        """Refuse to pay *amount* unless a decree in force leaves room for it."""
        self.ensure_one()
        if self.state not in ("decreed", "disbursed") or not self.decree_id._in_force():
            raise UserError(
                self.env._(
                    "%(proposal)s has no decree in force: nothing can be paid.",
                    proposal=self.display_name,
                )
            )
        if paid_on and not (
            self.decree_id.decree_date <= paid_on <= fields.Date.context_today(self)
        ):
            raise UserError(
                self.env._(
                    "The SP2D is dated before the decree or in the future. "
                    "Compare it with SIPD."
                )
            )
        rest = self.approved_amount - self.disbursed_amount
        if amount > rest:
            raise UserError(
                self.env._(
                    "Of %(proposal)s Rp%(rest)s is left to be paid.",
                    proposal=self.display_name,
                    rest=f"{rest:,}".replace(",", "."),
                )
            )

    def _close_disbursed(self):
        """Move on what is paid in full."""
        for proposal in self.sudo():
            if (
                proposal.state == "decreed"
                and proposal.disbursed_amount == proposal.approved_amount
            ):
                proposal.state = "disbursed"
