# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.papers import words

from ..terms import PROPOSER


class KhbsBkkPaymentSteps(models.AbstractModel):
    """From a list that is made to a list that is paid."""

    _name = "khbs.bkk.payment.steps"
    _description = "BKK payment list: its steps"

    def action_ready(self):
        """Close the figures and issue the list as a paper (DOMAIN 10 no. 25)."""
        for payment in self:
            payment._checked(PROPOSER, "khbs.bkk.payment.ready")
            payment._require_state("draft")
            payment._require_current()
            payment.sudo().state = "ready"
            payment._follow_lines()
            payment._issue_list()
            self.env["khbs.audit.event"]._record(
                "khbs.bkk.payment.ready",
                payment,
                {
                    "lines": payment.line_count,
                    "gross": payment.gross,
                    "tax": payment.tax,
                    "net": payment.net,
                },
            )
        return True

    def action_draft(self):
        """Open the figures again, while nobody is paid yet."""
        for payment in self:
            payment._checked(PROPOSER, "khbs.bkk.payment.draft")
            payment._require_state("ready")
            if payment.line_ids.filtered("paid_on"):
                raise UserError(
                    self.env._(
                        "Somebody is paid by this list already: it is no draft any "
                        "more. Renew its open lines from the decree instead."
                    )
                )
            payment.sudo().write({"state": "draft", "paper_id": False})
            self.env["khbs.audit.event"]._record("khbs.bkk.payment.draft", payment)
        return True

    def action_pay_all(self, day=None):
        """Mark every line that is to be paid as paid on *day*, today by default."""
        for payment in self:
            open_lines = payment.line_ids.filtered(lambda line: line.state == "to_pay")
            if not open_lines:
                raise UserError(payment._nobody_to_pay())
            open_lines.action_pay(day)
        return True

    def action_ask_pay(self):
        """Open the dialogue that asks on which day the list was paid."""
        self.ensure_one()
        open_lines = self.line_ids.filtered(lambda line: line.state == "to_pay")
        if not open_lines:
            raise UserError(self._nobody_to_pay())
        return self.env["khbs.bkk.payment.mark"]._ask(open_lines, "action_pay")

    # Business

    def _nobody_to_pay(self):
        """Return the sentence that says why nobody of the list can be paid now."""
        self.ensure_one()
        if not self.held_count:
            return self.env._("Nobody of this list is to be paid any more.")
        return self.env._(
            "Nobody of this list can be paid now. %(held)s. Mend the accounts in the "
            "roster, let a second person confirm them, then renew the list from the "
            "decree.",
            held=self.held_text,
        )

    def _require_current(self):
        """Refuse a list without lines, or of a decree that was amended meanwhile."""
        self.ensure_one()
        if not self.line_ids:
            raise UserError(self.env._("Take the lines from the decree first."))
        if self.decree_id != self.sudo().proposal_id.payable_decree_id:
            raise UserError(
                self.env._(
                    "The decree was amended after the list was made. Renew it first."
                )
            )

    def _follow_lines(self):
        """Close a list of which nothing is open any more, or open it again."""
        self.env.flush_all()
        for payment in self.sudo():
            payment.invalidate_recordset()
            if payment.state == "ready" and payment.line_count:
                if not payment.open_count:
                    payment.state = "paid"
            elif payment.state == "paid" and payment.open_count:
                payment.state = "ready"
        self.env.flush_all()
        self.sudo().proposal_id._money_moved()

    def _require_listed(self):
        """Refuse to pay figures that no paper shows."""
        self.ensure_one()
        if not self.sudo().paper_id:
            raise UserError(
                self.env._(
                    "No paper has the figures of this list. Issue the list first."
                )
            )

    def _require_received(self, lines, day):
        """Refuse to pay out what has not come into the treasury yet."""
        self.ensure_one()
        payment = self.sudo()
        left = payment.received_amount - payment.paid_gross
        wanted = sum(lines.mapped("gross"))
        if wanted > left:
            raise UserError(
                self.env._(
                    "%(wanted)s is to be paid, and %(left)s of what %(area)s received "
                    "is left. Wait for the transfer, or pay fewer lines.",
                    wanted=words.rupiah(wanted),
                    left=words.rupiah(left),
                    area=self.area_id.name,
                )
            )
        if day > fields.Date.context_today(self):
            raise UserError(self.env._("Nobody is paid in the future."))
        began = self._money_from()
        if began and day < began:
            raise UserError(
                self.env._(
                    "The money left the province on %(day)s: nobody was paid before.",
                    day=words.date(began),
                )
            )

    def _money_from(self):
        """Return the day of the first SP2D to the treasury that stands, if any."""
        self.ensure_one()
        transfers = (
            self.env["khbs.bkk.transfer"]
            .sudo()
            .search(
                [
                    ("disbursement_id.proposal_id", "=", self.proposal_id.id),
                    ("area_id", "=", self.area_id.id),
                    ("cancelled_by_id", "=", False),
                ]
            )
        )
        return min(transfers.disbursement_id.mapped("sp2d_date"), default=None)
