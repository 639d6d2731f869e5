# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class KhbsRefusal(models.TransientModel):
    _inherit = "khbs.refusal"

    @api.model
    def _refusable(self):
        return (*super()._refusable(), "khbs.manual.claim")
