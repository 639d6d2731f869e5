# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo import fields, models
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from .khbs_household import DECILES, DWELLING_KINDS

VERDICTS = [
    ("new", "New"),
    ("changed", "Changed"),
    ("unchanged", "Unchanged"),
    ("gone", "Gone"),
    ("rejected", "Refused"),
    ("moved", "Held back"),
    ("dropped", "Left out"),
]


class KhbsDtsenFamily(models.Model):
    """A family of a staged delivery and what it would do to the registry.

    Every step here is one statement over the whole delivery or over a chunk of it
    (DESIGN 6); each takes the delivery as ``khbs.dtsen.import``, whose methods have
    checked the caller.
    """

    _name = "khbs.dtsen.family"
    _inherit = [
        "khbs.dtsen.compare",
        "khbs.dtsen.diff",
        "khbs.dtsen.apply",
        "khbs.dtsen.settle",
    ]
    _description = "Family of a delivery"
    _order = "import_id, line, id"
    _log_access = False

    import_id = fields.Many2one(
        comodel_name="khbs.dtsen.import", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(string="DTSEN family", required=True)
    line = fields.Integer(
        required=True, aggregator=None, help="Of the head; 0: not in the file."
    )
    kk_number = fields.Char(string="KK number", copy=False, groups=NO_ACCESS)
    area_id = fields.Many2one(comodel_name="khbs.area", string="Village", index=True)
    regency_id = fields.Many2one(comodel_name="khbs.area")
    address = fields.Char()
    rt = fields.Char(string="RT")
    rw = fields.Char(string="RW")
    decile = fields.Selection(selection=DECILES)
    dwelling_kind = fields.Selection(selection=DWELLING_KINDS)
    latitude = fields.Float(digits=(9, 6), aggregator=None)
    longitude = fields.Float(digits=(9, 6), aggregator=None)
    member_count = fields.Integer()
    household_id = fields.Many2one(
        comodel_name="khbs.household", index="btree_not_null", ondelete="set null"
    )
    verdict = fields.Selection(
        selection=VERDICTS,
        required=True,
        help="Held back: changed here since the delivery was checked. "
        "Left out: the rest of the delivery was dropped.",
    )
    decile_moved = fields.Boolean()
    village_moved = fields.Boolean()
    excluded = fields.Selection(
        selection=[("decile", "Decile above the limit"), ("aid", "Receives other aid")],
        string="Now excluded",
    )
    held_count = fields.Integer(
        string="Values verified here", help="They are not overwritten but decided."
    )
    entangled = fields.Boolean(
        help="Takes a number from another family of the delivery, or gives it one."
    )
    version = fields.Char()
    change_ids = fields.One2many(
        comodel_name="khbs.dtsen.change", inverse_name="family_id"
    )

    _family_uniq = models.Constraint(
        "UNIQUE (import_id, name)", "A delivery names a family once."
    )
    _verdict_idx = models.Index("(import_id, verdict)")

    def action_view_changes(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_registry.khbs_dtsen_change_action"
        )
        return {**action, "domain": [("family_id", "=", self.id)], "context": {}}

    def _run(self, query, delivery, **values):
        """Execute *query*, which knows the delivery as %(id)s; return its row count.

        What PostgreSQL says of an error quotes the row, and rows hold NIK: neither the
        log nor the caller gets more of it than its code and the name of a constraint.
        """
        query = SQL(query, id=delivery.id, **values)
        try:
            self.env.cr.execute(query, log_exceptions=False)
        except psycopg2.IntegrityError as error:
            constraint = error.diag.constraint_name or ""
            raise RegistryClash(error.pgcode, constraint) from None
        return self.env.cr.rowcount


class RegistryClash(Exception):
    """A chunk met rows of the registry that its comparison did not know."""
