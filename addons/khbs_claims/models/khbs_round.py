# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.khbs_registry.rupiah import Rupiah

from .. import guards

OPERATOR = "khbs_registry.group_registry_operator"
APPROVER = "khbs_registry.group_approver"
WIB = pytz.timezone("Asia/Pontianak")
# Columns that only the actions of the round set.
PROTECTED = {
    "state",
    "generation",
    "sha256",
    "generated_by_id",
    "generated_at",
    "decided_by_id",
    "decided_at",
    "total_ids",
}


class KhbsRound(models.Model):
    """One distribution: which benefits, for whom, where, from day to day.

    The operator generates its entitlements from a decided list of recipients; another
    person decides them, by the SHA-256 of all of them; then it is opened.
    """

    _name = "khbs.round"
    _description = "Round"
    _order = "date_from desc, id desc"

    code = fields.Char(required=True, copy=False, help="Code p of the EDC protocol.")
    name = fields.Char(required=True)
    benefit_ids = fields.Many2many(
        comodel_name="khbs.benefit", relation="khbs_round_benefit_rel"
    )
    area_ids = fields.Many2many(
        comodel_name="khbs.area",
        relation="khbs_round_area_rel",
        help="The round serves the villages in these areas.",
    )
    date_from = fields.Date(required=True)
    date_to = fields.Date(required=True)
    until = fields.Integer(
        compute="_compute_until",
        aggregator=None,
        help="Last second of the last day in WIB, as Unix time.",
    )
    ceiling = Rupiah(
        required=True, help="The round is not generated above this amount."
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("generated", "Generated"),
            ("decided", "Decided"),
            ("open", "Open"),
            ("closing", "Closing"),
            ("closed", "Closed"),
        ],
        required=True,
        default="draft",
        index=True,
        copy=False,
    )
    generation = fields.Integer(
        copy=False,
        default=0,
        help="How often entitlements were added; each time is decided on anew.",
    )
    sha256 = fields.Char(
        string="SHA-256",
        copy=False,
        readonly=True,
        help="Over all entitlements, by number.",
    )
    generated_by_id = fields.Many2one(
        comodel_name="res.users", copy=False, readonly=True
    )
    generated_at = fields.Datetime(copy=False, readonly=True)
    decided_by_id = fields.Many2one(comodel_name="res.users", copy=False, readonly=True)
    decided_at = fields.Datetime(copy=False, readonly=True)
    total_ids = fields.One2many(
        comodel_name="khbs.round.total", inverse_name="round_id", string="Totals"
    )
    entitlement_count = fields.Integer(compute="_compute_totals")
    total = Rupiah(compute="_compute_totals")

    _code_uniq = models.Constraint("UNIQUE (code)", "A round with this code exists.")
    _code_form = models.Constraint(
        "CHECK (code ~ '^[A-Z0-9-]{1,16}$')",
        "A round's code has up to 16 capitals, digits or hyphens.",
    )
    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "The round ends before it begins."
    )
    _ceiling_positive = models.Constraint(
        "CHECK (ceiling > 0)", "Enter the ceiling of the round in rupiah."
    )
    _maker_checker = models.Constraint(
        "CHECK (decided_by_id <> generated_by_id)",
        "Who generated the round cannot decide it; a second person must.",
    )

    @api.depends("date_to")
    def _compute_until(self):
        for record in self:
            if not record.date_to:
                record.until = 0
                continue
            midnight = WIB.localize(
                datetime.combine(record.date_to + timedelta(days=1), time.min)
            )
            record.until = int(midnight.timestamp()) - 1

    @api.depends("total_ids.entitlement_count", "total_ids.amount")
    def _compute_totals(self):
        for record in self:
            record.entitlement_count = sum(record.total_ids.mapped("entitlement_count"))
            record.total = sum(record.total_ids.mapped("amount"))

    @api.depends("name", "code")
    def _compute_display_name(self):
        for record in self:
            record.display_name = f"{record.name} ({record.code})"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            guards.refuse(self, vals, PROTECTED)
        return super().create(vals_list)

    def write(self, vals):
        guards.refuse(
            self, vals, PROTECTED, frozen=any(r.state != "draft" for r in self)
        )
        return super().write(vals)

    def action_open_entitlements(self):
        """Show the entitlements of these rounds."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "khbs_claims.khbs_entitlement_action"
        )
        return {**action, "domain": [("round_id", "in", self.ids)]}

    def _entitlement_sha256(self):
        """Return the digest of the round's entitlements, in the order of their numbers.

        One line each: number, household, village, benefit, amount; all by their public
        keys, so that a list on paper or in a file can be checked against it.
        """
        self.ensure_one()
        self.env.flush_all()
        [[digest]] = self.env.execute_query(
            SQL(
                """
                SELECT encode(sha256(convert_to(COALESCE(string_agg(
                           concat_ws('|', e.number, h.name, a.code, b.code, e.amount),
                           E'\\n' ORDER BY e.number), ''), 'UTF8')), 'hex')
                  FROM khbs_entitlement e
                  JOIN khbs_household h ON h.id = e.household_id
                  JOIN khbs_area a ON a.id = e.area_id
                  JOIN khbs_benefit b ON b.id = e.benefit_id
                 WHERE e.round_id = %s AND e.parent_id IS NULL
                """,
                self.id,
            )
        )
        return digest
