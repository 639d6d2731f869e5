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
