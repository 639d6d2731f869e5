# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class KhbsRecipientList(models.Model):
    """A list knows from the benefits what one round gives a family."""

    _inherit = "khbs.recipient.list"

    @api.model
    def _package_amount(self, kind):
        today = fields.Date.context_today(self)
        benefits = self.env["khbs.benefit"].sudo().search([("kind", "=", kind)])
        return sum(benefits._valid_on(today).mapped("amount"))

    def _committed_amount(self, line):
        """Add the rounds for this list that were decided on *line*."""
        [(amount,)] = (
            self.env["khbs.round.total"]
            .sudo()
            ._read_group(
                [
                    ("budget_line_id", "=", line.id),
                    ("round_id.recipient_list_id", "=", self.id),
                    ("round_id.state", "not in", ("draft", "generated")),
                ],
                aggregates=["amount:sum"],
            )
        )
        return super()._committed_amount(line) + (amount or 0)
