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
