# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class KhbsBudgetLine(models.Model):
    _inherit = "khbs.budget.line"

    def _decided_amount(self):
        """Add what was paid on decrees that are revoked: that money is gone."""
        revoked = self._payments(("proposal_id.decree_id.state", "=", "revoked"))
        return super()._decided_amount() + sum(amount for *_what, amount in revoked)

    def _flow_amount(self, kind):
        """Add what the proposals on this line were paid, used and paid back."""
        return super()._flow_amount(kind) + sum(
            one["amount"] for one in self._bkk_movements() if one["step"] == kind
        )

    def _movements(self):
        """Add the SP2D of BKK and their returns, and what accepted LPJ say."""
        return super()._movements() + self._bkk_movements()

    def _bkk_movements(self):
        """Return the movements of the proposals that are paid from this line."""
        movements = []
        for decree, day, text, reference, amount in self._payments():
            steps = ["sp2d", "decided"] if decree.state == "revoked" else ["sp2d"]
            movements += [
                self._movement(day, text, reference, step, amount) for step in steps
            ]
        for report in self._accepted_reports():
            movements += report._movements(self)
        return movements

    def _payments(self, *conditions):
        """Return (decree, day, text, reference, rupiah) of each SP2D and return.

        A transfer that came back takes its SP2D back, and its re-payment is another
        one: so what left the treasury stays within what is decreed.
        """
        payments = []
        for one in self._disbursements(("cancelled_by_id", "=", False), *conditions):
            place, number = one.regency_id.name, one.sp2d_number
            decree = one.decree_id
            payments.append(
                (decree, one.sp2d_date, f"SP2D {place}", number, one.amount)
            )
            returns = one.transfer_ids.return_ids
            payments += [
                (
                    decree,
                    back.date,
                    f"Retur SP2D {number}",
                    back.reference,
                    -back.amount,
                )
                for back in returns.filtered(lambda back: not back.cancelled_by_id)
            ]
        return payments

    def _disbursements(self, *conditions):
        if not self.id:
            return self.env["khbs.bkk.disbursement"]
        domain = [("proposal_id.decree_id.budget_line_id", "=", self.id), *conditions]
        return self.env["khbs.bkk.disbursement"].sudo().search(domain)

    def _accepted_reports(self):
        """Return the last accepted LPJ of each proposal on this line."""
        if not self.id:
            return []
        reports = (
            self.env["khbs.bkk.accountability"]
            .sudo()
            .search(
                [
                    ("proposal_id.decree_id.budget_line_id", "=", self.id),
                    ("state", "=", "accepted"),
                ],
                order="version",
            )
        )
        return list({report.proposal_id: report for report in reports}.values())
