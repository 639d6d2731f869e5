# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL


class KhbsPoint(models.Model):
    """A place where food arrives or families are served."""

    _name = "khbs.point"
    _description = "Point"
    _order = "code"
    _rec_names_search = ["name", "code"]

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
    delivery_count = fields.Integer(
        compute="_compute_delivery_count", compute_sudo=True
    )
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
            area = point.area_id
            point.regency_id = area._regency() if area else False

    @api.depends("name", "code")
    def _compute_display_name(self):
        for point in self:
            point.display_name = f"{point.name} ({point.code})"

    def _compute_delivery_count(self):
        counts = dict(
            self.env["khbs.delivery"]._read_group(
                [("point_id", "in", self.ids)], ["point_id"], ["__count"]
            )
        )
        for point in self:
            point.delivery_count = counts.get(point, 0)

    def action_open_deliveries(self):
        """Show the deliveries to these points."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "khbs_claims.khbs_delivery_action"
        )
        return {**action, "domain": [("point_id", "in", self.ids)]}

    def _stock(self):
        """Return {commodity code: (received good, handed over, stock)} of the point.

        Handed over is what settled claims at the point say was issued: of a whole
        package each commodity in its quantity, of a split part its own.
        """
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH good AS (
                    SELECT c.code, sum(l.good) AS quantity
                      FROM khbs_delivery_line l
                      JOIN khbs_delivery d ON d.id = l.delivery_id
                      JOIN khbs_benefit_line c ON c.id = l.benefit_line_id
                     WHERE d.point_id = %(point)s AND l.received
                     GROUP BY c.code
                ), issued AS (
                    SELECT e.benefit_id, e.benefit_line_id
                      FROM khbs_claim k
                      JOIN khbs_claim_line l ON l.claim_id = k.id
                      JOIN khbs_entitlement e ON e.id = l.entitlement_id
                      JOIN LATERAL (
                           SELECT o.stock FROM khbs_claim_outcome o
                            WHERE o.line_id = l.id ORDER BY o.version DESC LIMIT 1
                           ) o ON o.stock = 'issue'
                     WHERE k.point_id = %(point)s AND e.channel = 'goods'
                ), handed AS (
                    SELECT c.code, sum(c.quantity) AS quantity
                      FROM issued i
                      JOIN khbs_benefit_line c ON c.benefit_id = i.benefit_id
                       AND (i.benefit_line_id IS NULL OR c.id = i.benefit_line_id)
                     GROUP BY c.code
                )
                SELECT code, COALESCE(g.quantity, 0), COALESCE(h.quantity, 0)
                  FROM good g FULL JOIN handed h USING (code)
                """,
                point=self.id,
            )
        )
        return {
            code: (int(good), int(handed), int(good - handed))
            for code, good, handed in rows
        }
