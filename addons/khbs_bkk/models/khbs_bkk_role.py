# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsBkkRole(models.Model):
    """A post whose holders guard the programme: Damang, Ketua RT .. (DOMAIN 4.1)."""

    _name = "khbs.bkk.role"
    _description = "BKK role"
    _order = "sequence, id"

    code = fields.Char(required=True)
    name = fields.Char(required=True, help="As it is printed in the decree.")
    sequence = fields.Integer(required=True, default=100)
    area_level = fields.Selection(
        selection=[("district", "District"), ("village", "Village")],
        required=True,
        help="Level of the areas that a holder of the role serves.",
    )
    rate_ids = fields.One2many(comodel_name="khbs.bkk.rate", inverse_name="role_id")
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE (code)", "A role with this code exists.")
