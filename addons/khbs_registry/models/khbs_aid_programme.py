# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsAidProgramme(models.Model):
    """Another aid programme that a family may receive: PKH, Sembako, BLT-DD."""

    _name = "khbs.aid.programme"
    _description = "Aid programme"
    _order = "code"

    code = fields.Char(required=True, help="As it stands in the delivered lists.")
    name = fields.Char(required=True)
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE (code)", "This programme exists.")
