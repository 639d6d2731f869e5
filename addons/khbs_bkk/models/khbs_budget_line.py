# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class KhbsBudgetLine(models.Model):
    _inherit = "khbs.budget.line"

    def _decided_amount(self):
        """Add what was paid on decrees that are revoked: that money is gone."""
        [(amount,)] = (
            self.env["khbs.bkk.disbursement"]
            .sudo()
            ._read_group(
                [
                    ("proposal_id.decree_id.budget_line_id", "=", self.id),
                    ("proposal_id.decree_id.state", "=", "revoked"),
                ],
                aggregates=["amount:sum"],
            )
        )
        return super()._decided_amount() + (amount or 0)

    def _flow_amount(self, kind):
        """Add the SP2D of the proposals that are paid from this line."""
        amount = super()._flow_amount(kind)
        if kind == "sp2d":
            amount += sum(self._disbursements().mapped("amount"))
        return amount

    def _movements(self):
        """Add those SP2D, and as decided what was paid on a decree now revoked."""
        movements = super()._movements()
        for one in self._disbursements():
            text = f"SP2D {one.regency_id.name}"
            steps = ["sp2d"]
            if one.decree_id.state == "revoked":
                steps.append("decided")
            movements += [
                self._movement(one.sp2d_date, text, one.sp2d_number, step, one.amount)
                for step in steps
            ]
        return movements

    def _disbursements(self, *conditions):
        domain = [("proposal_id.decree_id.budget_line_id", "=", self.id), *conditions]
        return self.env["khbs.bkk.disbursement"].sudo().search(domain)
