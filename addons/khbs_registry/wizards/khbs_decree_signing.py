# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsDecreeSigning(models.TransientModel):
    """The form that registers a decree signed by hand."""

    _name = "khbs.decree.signing"
    _description = "Registration of a signed decree"

    decree_id = fields.Many2one(
        comodel_name="khbs.decree", required=True, readonly=True, ondelete="cascade"
    )
    number = fields.Char(required=True)
    date = fields.Date(required=True)
    scan = fields.Binary(string="Signed scan (PDF)", required=True, attachment=False)

    def action_register(self):
        """Bring the decree in force with what was entered."""
        self.ensure_one()
        return self.decree_id.action_register_signature(
            self.number, self.date, self.scan
        )
