# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class KhbsBudgetLine(models.Model):
    _inherit = "khbs.budget.line"

    def _decided_amount(self):
        """Add the rounds that were decided on this line."""
        [(amount,)] = (
            self.env["khbs.round.total"]
            .sudo()
            ._read_group(
                [
                    ("budget_line_id", "=", self.id),
                    ("round_id.state", "not in", ("draft", "generated")),
                ],
                aggregates=["amount:sum"],
            )
        )
        return super()._decided_amount() + (amount or 0)

    def _movements(self):
        """Add the rounds that were decided on this line."""
        totals = self.env["khbs.round.total"].sudo()
        decided = totals.search(
            [
                ("budget_line_id", "=", self.id),
                ("round_id.state", "not in", ("draft", "generated")),
            ]
        )
        return super()._movements() + [
            self._movement(
                total.round_id.date_from,
                f"Penyaluran {total.round_id.name}: {total.benefit_id.name}",
                total.round_id.code,
                "decided",
                total.amount,
            )
            for total in decided
        ]
