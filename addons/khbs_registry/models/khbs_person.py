# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS

from .. import relations
from ..identity_numbers import mask


class KhbsPerson(models.Model):
    """A member of a household."""

    _name = "khbs.person"
    _inherit = ["khbs.guarded", "khbs.find"]
    _description = "Person"
    _order = "household_id, relation, id"

    _guarded_fields = ("nik",)  # a delivery brings it
    _editable_states = None
    _proposed_fields = frozenset(
        (
            "household_id",
            "name",
            "nik_status",
            "relation",
            "birth_date",
            "sex",
            "state",
            "active",
        )
    )
    _change_act = "person.change"

    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(related="household_id.area_id")
    name = fields.Char(required=True)
    nik = fields.Char(
        string="NIK",
        size=16,
        index="btree_not_null",
        copy=False,
        groups=NO_ACCESS,  # khbs.reveal shows it, for a purpose
    )
    nik_masked = fields.Char(
        string="NIK (masked)", compute="_compute_nik_masked", compute_sudo=True
    )
    nik_status = fields.Selection(
        selection=[
            ("valid", "Valid"),
            ("warning", "Warning"),
            ("missing", "No NIK yet"),
        ],
        required=True,
        default="missing",
    )
    relation = fields.Selection(
        selection=relations.SHDK, required=True, help="SHDK, as on the KK."
    )
    relation_dtsen = fields.Selection(
        selection=relations.DTSEN,
        string="Relation in DTSEN",
        compute="_compute_relation_dtsen",
        help="The same relation in the codes of Regsosek and DTSEN.",
    )
    birth_date = fields.Date()
    sex = fields.Selection(selection=[("1", "Male"), ("2", "Female")])
    state = fields.Selection(
        selection=[
            ("alive", "Alive"),
            ("deceased", "Deceased"),
            ("moved", "Moved away"),
            ("not_found", "Not found"),
        ],
        required=True,
        default="alive",
    )
    active = fields.Boolean(default=True)
    former_nik_ids = fields.One2many(
        comodel_name="khbs.person.nik", inverse_name="person_id", string="Former NIK"
    )

    _nik_form = models.Constraint(
        "CHECK (nik ~ '^[0-9]{16}$')", "A NIK has sixteen digits."
    )
    _nik_uniq = models.UniqueIndex(
        "(nik) WHERE active AND state = 'alive'",
        "This NIK belongs to another person.",
    )
    _head_uniq = models.UniqueIndex(
        "(household_id) WHERE active AND state = 'alive' AND relation = '1'",
        "A household has one head.",
    )

    # Names are searched by any part of them.
    _name_trgm = models.Index("USING gin (name gin_trgm_ops)")

    @api.depends("nik")
    def _compute_nik_masked(self):
        for person in self:
            person.nik_masked = mask(person.nik)

    @api.depends("relation")
    def _compute_relation_dtsen(self):
        for person in self:
            person.relation_dtsen = relations.to_dtsen(person.relation)

    @api.model
    def _refuse_creation(self):
        self.env["khbs.household"]._refuse_creation()

    def _auto_init(self):
        self.env.cr.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        return super()._auto_init()
