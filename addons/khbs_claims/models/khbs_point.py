# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class KhbsPoint(models.Model):
    """A place where food arrives or families are served."""

    _name = "khbs.point"
    _description = "Point"
    _order = "code"

    code = fields.Char(required=True, copy=False)
    name = fields.Char(required=True)
    kind = fields.Selection(
        selection=[
            ("warehouse", "Warehouse"),
            ("distribution", "Distribution point"),
            ("handover", "Hand-over point"),
            ("mobile", "Mobile service"),
        ],
        required=True,
        default="handover",
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area", required=True, index=True, ondelete="restrict"
    )
    regency_id = fields.Many2one(
        comodel_name="khbs.area", compute="_compute_regency_id", store=True, index=True
    )
    village_ids = fields.Many2many(
        comodel_name="khbs.area",
        relation="khbs_point_village_rel",
        string="Villages served",
        domain="[('level', 'in', ['village', 'urban_village'])]",
    )
    latitude = fields.Float(digits=(9, 6), aggregator=None)
    longitude = fields.Float(digits=(9, 6), aggregator=None)
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE (code)", "A point with this code exists.")
    _code_form = models.Constraint(
        "CHECK (code ~ '^[A-Z0-9-]{1,16}$')",
        "A point's code has up to 16 capitals, digits or hyphens.",
    )
    _latitude_range = models.Constraint(
        "CHECK (latitude BETWEEN -90 AND 90)", "The latitude lies between -90 and 90."
    )
    _longitude_range = models.Constraint(
        "CHECK (longitude BETWEEN -180 AND 180)",
        "The longitude lies between -180 and 180.",
    )

    @api.depends("area_id.parent_path")
    def _compute_regency_id(self):
        for point in self:
            point.regency_id = point.area_id._regency()

    @api.depends("name", "code")
    def _compute_display_name(self):
        for point in self:
            point.display_name = f"{point.name} ({point.code})"
