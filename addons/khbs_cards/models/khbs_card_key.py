# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from odoo.addons.khbs_registry import append_only


class KhbsCardKey(models.Model):
    """Every key that any card ever had, by the SHA-256 of its SPKI.

    The unique index catches copied keys and weak generators (EDC_PROTOCOL 2).
    """

    _name = "khbs.card.key"
    _description = "Card key"
    _order = "id desc"
    _rec_name = "sha256"
    _log_access = False

    card_id = fields.Many2one(
        comodel_name="khbs.card", required=True, index=True, ondelete="restrict"
    )
    slot = fields.Selection(
        selection=[("9E", "9E card key"), ("9C", "9C PIN key")], required=True
    )
    sha256 = fields.Char(
        string="SHA-256", required=True, help="Of the SubjectPublicKeyInfo."
    )
    at = fields.Datetime(required=True, default=fields.Datetime.now)

    _sha256_uniq = models.Constraint(
        "UNIQUE (sha256)", "This key is known: it belongs to a card already."
    )
    _sha256_form = models.Constraint(
        "CHECK (sha256 ~ '^[0-9a-f]{64}$')",
        "A SHA-256 has 64 hexadecimal digits.",
    )

    def init(self):
        append_only.install(self.env.cr, self._table)
