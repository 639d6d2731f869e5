# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError


class KhbsBkkCeiling(models.Model):
    """How many holders of a role the programme pays in an area, from a day on.

    An area of any level may have one. A ceiling is never altered: it is closed and the
    next one begins; a mistaken one is archived. So an old verification is
    explained still.
    """

    _name = "khbs.bkk.ceiling"
    _description = "BKK ceiling"
    _order = "area_code, role_id, valid_from desc, id"
    _rec_name = "role_id"

    role_id = fields.Many2one(
        comodel_name="khbs.bkk.role", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area", required=True, index=True, ondelete="restrict"
    )
    area_code = fields.Char(related="area_id.code", store=True)
    area_level = fields.Selection(related="area_id.level", string="Level")
    regency_id = fields.Many2one(
        comodel_name="khbs.area",
        compute="_compute_regency_id",
        store=True,
        index=True,
        help="Empty for a ceiling of the whole province.",
    )
    people = fields.Integer(
        required=True,
        help="How many may hold the role here at one time. None: not paid here.",
    )
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(help="Last day. Empty: until a new one begins.")
    basis = fields.Char(required=True, help="Regulation or letter that sets it.")
    active = fields.Boolean(default=True)

    _people_not_negative = models.Constraint(
        "CHECK (people >= 0)", "A ceiling is zero people or more."
    )
    _period_order = models.Constraint(
        "CHECK (valid_to >= valid_from)", "A ceiling ends after it begins."
    )
    _no_overlap = models.Constraint(
        """EXCLUDE USING gist (
            int4range(role_id, role_id, '[]') WITH &&,
            int4range(area_id, area_id, '[]') WITH &&,
            daterange(valid_from, valid_to, '[]') WITH &&
        ) WHERE (active)""",
        "Another ceiling of this role and area covers these days. "
        "Set the last day of the earlier one first.",
    )

    @api.depends("area_id")
    def _compute_regency_id(self):
        for ceiling in self:
            ceiling.regency_id = ceiling.area_id and ceiling.area_id._regency()

    @api.depends("role_id.name", "area_id.name", "people")
    def _compute_display_name(self):
        for ceiling in self:
            ceiling.display_name = (
                f"{ceiling.role_id.name} {ceiling.area_id.name}: {ceiling.people}"
            )

    def write(self, vals):
        if set(vals) - {"valid_to", "active"}:
            raise UserError(
                self.env._(
                    "A ceiling is not altered. Set its last day and add a new one that "
                    "begins on the next day; archive one that was entered by mistake."
                )
            )
        return super().write(vals)
