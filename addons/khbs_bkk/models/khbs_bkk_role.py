# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from ..terms import PAYEE_LEVELS


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
    payee_level = fields.Selection(
        selection=PAYEE_LEVELS,
        string="Paid through",
        required=True,
        default="regency",
        help="Where the money of the role goes. Through a village: only of holders "
        "whose first area is a desa; a kelurahan has no treasury of its own.",
    )
    rank_required = fields.Boolean(
        help="A holder is a soldier, a police officer or a civil servant by the role "
        "itself: an import without the rank is refused, for the rank decides the tax.",
    )
    rate_ids = fields.One2many(comodel_name="khbs.bkk.rate", inverse_name="role_id")
    ceiling_ids = fields.One2many(
        comodel_name="khbs.bkk.ceiling", inverse_name="role_id"
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE (code)", "A role with this code exists.")
