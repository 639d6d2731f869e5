# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from odoo import fields, models
from odoo.exceptions import UserError

from ..models.khbs_bkk_payment_file import PURPOSES, SCOPES

# A reference is kept on record: the number of a letter, never a personal number.
_PERSONAL_NUMBER = re.compile(r"[0-9]([ .-]?[0-9]){11,}")


class KhbsBkkPaymentExport(models.TransientModel):
    """Asks what for the full numbers of a payment list leave, and in which columns."""

    _name = "khbs.bkk.payment.export"
    _description = "Export of a BKK payment list"

    payment_id = fields.Many2one(
        comodel_name="khbs.bkk.payment", required=True, readonly=True
    )
    layout_id = fields.Many2one(
        comodel_name="khbs.bkk.layout", string="Columns", required=True
    )
    scope = fields.Selection(
        selection=SCOPES, string="Lines", required=True, default="to_pay"
    )
    purpose = fields.Selection(
        selection=PURPOSES,
        required=True,
        help="Why the file needs the numbers; it is recorded.",
    )
    reference = fields.Char(
        required=True, help="Number of the order to the bank or of the assignment."
    )

    def action_export(self):
        """Make the file, record it and download it."""
        self.ensure_one()
        reference = " ".join((self.reference or "").split())
        if not reference or _PERSONAL_NUMBER.search(reference):
            raise UserError(
                self.env._(
                    "Enter the number of a letter or order: no NIK and no account "
                    "number in it."
                )
            )
        file = self.env["khbs.bkk.payment.file"]._export(
            self.payment_id, self.layout_id, self.scope, self.purpose, reference
        )
        return {**file.action_download(), "close": True}
