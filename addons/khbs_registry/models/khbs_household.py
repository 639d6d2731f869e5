# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from ..identity_numbers import mask

STATES = [
    ("listed", "Listed"),
    ("needs_verification", "Needs verification"),
    ("verified", "Verified"),
    ("eligible", "Eligible"),
    ("not_eligible", "Not eligible"),
    ("decided", "Decided"),
    ("active", "Active"),
    ("suspended", "Suspended"),
    ("exited", "Exited"),
]
DWELLING_KINDS = [
    ("owned", "Own house"),
    ("rented", "Rented"),
    ("free", "Free of rent"),
    ("official", "Official residence"),
    ("shared", "Lives with others"),
    ("floating", "Floating house"),
    ("field_hut", "Field hut"),
    ("none", "No house"),
    ("other", "Other"),
]
DECILES = [(str(decile), f"{decile}") for decile in range(1, 11)]


class KhbsHousehold(models.Model):
    """A family of the registry, under a number of its own.

    The KK number is no stable key (DOMAIN 2.5): its history stands in
    ``khbs.household.kk``.
    """

    _name = "khbs.household"
    _description = "Household"
    _order = "name"

    name = fields.Char(
        string="Number",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    kk_number = fields.Char(
        string="KK number",
        size=16,
        index="btree_not_null",
        groups="khbs_registry.group_pii_reader",
    )
    kk_masked = fields.Char(
        string="KK", compute="_compute_kk_masked", compute_sudo=True
    )
    kk_ids = fields.One2many(
        comodel_name="khbs.household.kk", inverse_name="household_id"
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Village",
        required=True,
        index=True,
        ondelete="restrict",
    )
    regency_id = fields.Many2one(
        comodel_name="khbs.area",
        compute="_compute_regency_id",
        store=True,
        index=True,
    )
    address = fields.Char()
    rt = fields.Char(string="RT", size=3)
    rw = fields.Char(string="RW", size=3)
    decile = fields.Selection(
        selection=DECILES,
        help="DTSEN decile. Empty is a state of its own: not yet ranked.",
    )
    person_ids = fields.One2many(
        comodel_name="khbs.person", inverse_name="household_id", string="Members"
    )
    member_count = fields.Integer(compute="_compute_members")
    head_id = fields.Many2one(
        comodel_name="khbs.person", compute="_compute_members", search="_search_head_id"
    )
    dwelling_kind = fields.Selection(selection=DWELLING_KINDS)
    latitude = fields.Float(digits=(9, 6), aggregator=None)
    longitude = fields.Float(digits=(9, 6), aggregator=None)
    accuracy_m = fields.Integer(string="Accuracy (m)", aggregator=None)
    captured_at = fields.Datetime()
    captured_by_id = fields.Many2one(comodel_name="res.users")
    state = fields.Selection(
        selection=STATES, required=True, default="listed", index=True
    )
    reason_code = fields.Char(readonly=True)
    active = fields.Boolean(default=True)

    _name_uniq = models.Constraint(
        "UNIQUE (name)", "A household with this number exists."
    )
    _kk_number_form = models.Constraint(
        "CHECK (kk_number ~ '^[0-9]{16}$')", "A KK number has sixteen digits."
    )
    _kk_number_uniq = models.UniqueIndex(
        "(kk_number) WHERE active AND state <> 'exited'",
        "This KK number belongs to another household.",
    )

    @api.depends("kk_number")
    def _compute_kk_masked(self):
        for household in self:
            household.kk_masked = mask(household.kk_number)

    @api.depends("area_id.parent_path")
    def _compute_regency_id(self):
        for household in self:
            household.regency_id = household.area_id._regency()

    @api.depends("person_ids.relation", "person_ids.state")
    def _compute_members(self):
        for household in self:
            present = household.person_ids.filtered(lambda p: p.state == "alive")
            household.member_count = len(present)
            household.head_id = present.filtered(lambda p: p.relation == "1")[:1]

    def _search_head_id(self, operator, value):
        heads = self.env["khbs.person"]._search(
            [("relation", "=", "1"), ("state", "=", "alive"), ("id", operator, value)]
        )
        return [("person_ids", "in", heads)]

    @api.depends("name", "head_id.name")
    def _compute_display_name(self):
        for household in self:
            head = household.head_id.name
            household.display_name = (
                f"{household.name} {head}" if head else household.name
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("name"):
                vals["name"] = self._next_number(vals["area_id"])
        return super().create(vals_list)

    @api.model
    def _next_number(self, area_id):
        """Return a new number: KHBS-62.06.01-000123 (DOMAIN 2.5)."""
        area = self.env["khbs.area"].browse(area_id)
        district = area._ancestor("district") or area
        serial = self.env["ir.sequence"].sudo().next_by_code("khbs.household")
        return f"KHBS-{district.code}-{serial}"
