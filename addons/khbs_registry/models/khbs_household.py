# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL
from odoo.tools.sql import column_exists

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
# From a state to those that may follow it (DESIGN 5).
TRANSITIONS = {
    "listed": {"needs_verification", "verified", "eligible", "not_eligible", "exited"},
    "needs_verification": {"verified", "eligible", "not_eligible", "exited"},
    "verified": {"needs_verification", "eligible", "not_eligible", "exited"},
    "eligible": {"needs_verification", "not_eligible", "decided", "exited"},
    "not_eligible": {"needs_verification", "eligible", "exited"},
    "decided": {"active", "suspended", "exited"},
    "active": {"suspended", "exited"},
    "suspended": {"active", "exited"},
    "exited": {"listed"},
}
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
# Why a family leaves the programme, where no death or move is the cause (DOMAIN 2.6).
EXIT_REASONS = [
    ("GRADUATED", "Better off (graduation)"),
    ("DUPLICATE", "Recorded twice"),
    ("OTHER_AID", "Receives other aid"),
    ("NOT_FOUND", "Not found"),
    ("WITHDREW", "Declines or withdraws"),
    ("NOT_ENTITLED", "Not entitled (village deliberation)"),
]
# Why a household is in its state.
REASONS = [
    ("DECILE_WITHIN", "Decile within the limit"),
    ("DECILE_ABOVE", "Decile above the limit"),
    ("DECILE_MISSING", "Without decile"),
    ("AID_RECEIVED", "Receives other aid"),
    ("NO_OTHER_AID", "Receives no other aid"),
    ("NIK_MISSING", "Head of family without NIK"),
    ("PLACE_MISSING", "Neither geotag nor kind of dwelling"),
    ("ADDRESS_MISSING", "Without address or RT"),
    ("BIRTH_MISSING", "Head of family without date of birth"),
    ("DTSEN_GONE", "No longer named by DTSEN"),
    ("MEMBER_FLAGGED", "In a list that calls for verification"),
    ("HOUSE_SHARED", "Another family of the house comes first"),
    ("LIST_DECIDED", "In a decided recipient list"),
    ("PROMOTED", "Promoted from the waiting list"),
    ("RELEASED", "Place in the list released"),
    ("VISIT_FOUND", "Visited: family found"),
    ("VISIT_NO_RESPONDENT", "Visited: nobody at home"),
    ("VISIT_REFUSED", "Visited: refused"),
    ("VISIT_MOVED", "Visited: moved away"),
    ("VISIT_NOT_FOUND", "Visited: not found"),
    ("DELIBERATION_DECEASED", "Village deliberation: deceased"),
    ("DELIBERATION_MOVED", "Village deliberation: moved away"),
    ("DELIBERATION_BETTER_OFF", "Village deliberation: better off"),
    ("DELIBERATION_DOUBLE", "Village deliberation: listed twice"),
    ("DELIBERATION_OTHER_AID", "Village deliberation: receives other aid"),
    ("DELIBERATION_NOT_FOUND", "Village deliberation: not found"),
    ("DELIBERATION_REFUSES", "Village deliberation: refuses"),
    ("DELIBERATION_OBJECTION", "Objection to the village deliberation"),
    ("CANDIDATE_ACCEPTED", "Candidate accepted"),
    ("CARD_HANDED_OVER", "Card handed over"),
    ("FAMILY_SPLIT", "New family after a split"),
    ("DECEASED", "All members deceased"),
    ("MOVED_OUT", "Moved out of the province"),
    ("MERGED", "Taken into another family"),
    *EXIT_REASONS,
]
DECILES = [(str(decile), f"{decile}") for decile in range(1, 11)]


class KhbsHousehold(models.Model):
    """A family of the registry, under a number of its own.

    The KK number is no stable key (DOMAIN 2.5): its history stands in
    ``khbs.household.kk``.
    """

    _name = "khbs.household"
    _inherit = [
        "khbs.guarded",
        "khbs.household.deliberation",
        "khbs.household.dtsen",
        "khbs.household.family",
        "khbs.household.find",
        "khbs.household.subject",
    ]
    _description = "Household"
    _order = "name"

    _guarded_fields = (
        "name",
        "state",
        "reason_code",
        "dtsen_key",
        "dtsen_import_id",
        "dtsen_quarter",
        "dtsen_gone_on",
        "verified_at",
        "removal_reason",
        "latitude",
        "longitude",
        "accuracy_m",
        "captured_at",
        "captured_by_id",
        # A delivery brings the KK number; a family leaves by its state.
        "kk_number",
        "active",
        "processing_suspended_on",
    )
    _editable_states = None
    _proposed_fields = frozenset(
        ("area_id", "address", "rt", "rw", "decile", "dwelling_kind", "person_ids")
    )
    _change_act = "household.change"

    name = fields.Char(
        string="Number",
        required=True,
        readonly=True,
        copy=False,
    )
    kk_number = fields.Char(
        string="KK number",
        size=16,
        index="btree_not_null",
        copy=False,
        groups=NO_ACCESS,  # khbs.reveal shows it, for a purpose
    )
    kk_masked = fields.Char(
        string="KK", compute="_compute_kk_masked", compute_sudo=True
    )
    dtsen_key = fields.Char(
        string="DTSEN family",
        readonly=True,
        copy=False,
        help="Key of the family in DTSEN; it outlives a change of the KK number.",
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
    verified_at = fields.Datetime(
        string="Verified on",
        readonly=True,
        copy=False,
        help="When a validator accepted a visit that found the family.",
    )
    visit_ids = fields.One2many(
        comodel_name="khbs.visit", inverse_name="household_id", string="Visits"
    )
    decision_ids = fields.One2many(
        comodel_name="khbs.decision", inverse_name="household_id", string="Decisions"
    )
    recipient_line_ids = fields.One2many(
        comodel_name="khbs.recipient.line", inverse_name="household_id"
    )
    visit_count = fields.Integer(compute="_compute_counts", compute_sudo=True)
    decision_count = fields.Integer(compute="_compute_counts", compute_sudo=True)
    recipient_list_count = fields.Integer(compute="_compute_counts", compute_sudo=True)
    state = fields.Selection(
        selection=STATES,
        required=True,
        readonly=True,
        default="listed",
        copy=False,
    )
    reason_code = fields.Selection(
        selection=REASONS, string="Reason", readonly=True, copy=False
    )
    active = fields.Boolean(default=True)
    complaint_count = fields.Integer(compute="_compute_complaint_count")

    _name_uniq = models.Constraint(
        "UNIQUE (name)", "A household with this number exists."
    )
    _kk_number_form = models.Constraint(
        "CHECK (kk_number ~ '^[0-9]{16}$')", "A KK number has sixteen digits."
    )
    _kk_number_uniq = models.UniqueIndex(
        "(kk_number) WHERE present",
        "This KK number belongs to another household.",
    )
    _dtsen_key_uniq = models.UniqueIndex(
        "(dtsen_key) WHERE present",
        "This DTSEN family is another household.",
    )

    def _add_sql_constraints(self):
        """Lay the table out for runs that change the state of every family.

        No index has the state in it, and a page has room for a second version of its
        rows: PostgreSQL writes a family in its new state beside the old one and leaves
        all indexes alone (HOT). The unique indexes ask for ``present``, which
        PostgreSQL computes, and which changes only when a family leaves or returns.
        """
        self.env.cr.execute("ALTER TABLE khbs_household SET (fillfactor = 45)")
        if not column_exists(self.env.cr, self._table, "present"):
            self.env.cr.execute(
                """
                ALTER TABLE khbs_household ADD COLUMN present boolean
                    GENERATED ALWAYS AS (active AND state <> 'exited') STORED
                """
            )
        return super()._add_sql_constraints()

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

    @api.depends("visit_ids", "decision_ids", "recipient_line_ids")
    def _compute_counts(self):
        for household in self:
            household.visit_count = len(household.visit_ids)
            household.decision_count = len(household.decision_ids)
            household.recipient_list_count = len(household.recipient_line_ids)

    @api.depends("name", "head_id.name")
    def _compute_display_name(self):
        for household in self:
            head = household.head_id.name
            household.display_name = (
                f"{household.name} {head}" if head else household.name
            )

    def _compute_complaint_count(self):
        complaints = self.env["khbs.complaint"]
        counts = {}
        if complaints.has_access("read"):
            counts = dict(
                complaints._read_group(
                    [("household_id", "in", self.ids)], ["household_id"], ["__count"]
                )
            )
        for household in self:
            household.complaint_count = counts.get(household, 0)

    @api.model
    def _refuse_creation(self):
        """No family enters the registry, and so a list, by one person's hand."""
        raise AccessError(
            self.env._(
                "Families and their members come by a delivery of DTSEN, an accepted "
                "candidate or a family event. Enter a candidate."
            )
        )

    @api.model
    def _own_vals(self, vals):
        return {} if vals.get("name") else {"name": self._next_number(vals["area_id"])}

    @api.model
    def _next_number(self, area_id):
        """Return a new number: KHBS-62.06.01-000123 (DOMAIN 2.5)."""
        area = self.env["khbs.area"].browse(area_id)
        district = area._ancestor("district") or area
        serial = self.env["ir.sequence"].sudo().next_by_code("khbs.household")
        return f"KHBS-{district.code}-{serial}"

    def action_explain(self):
        """Show why the family is eligible or not: the current decision."""
        self.ensure_one()
        decision = self.env["khbs.decision"].search(
            [("household_id", "=", self.id), ("current", "=", True)]
        )
        if not decision:
            raise UserError(
                self.env._(
                    "No criteria have been applied to this family yet. "
                    "Run the criteria in force, then ask again."
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why is this family (not) eligible?"),
            "res_model": "khbs.decision",
            "res_id": decision.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def action_view_visits(self):
        return self._action_of_household("khbs_registry.khbs_visit_action")

    def action_view_decisions(self):
        return self._action_of_household("khbs_registry.khbs_decision_action")

    def action_view_recipient_lines(self):
        return self._action_of_household("khbs_registry.khbs_recipient_line_action")

    def action_view_complaints(self):
        return self._action_of_household("khbs_registry.khbs_complaint_action")

    def _action_of_household(self, xmlid):
        """Return the action *xmlid* narrowed to the records of this household."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return {**action, "domain": [("household_id", "=", self.id)], "context": {}}

    def _set_state(self, state, reason_code):
        """Move each household to *state*; the caller has checked its own caller.

        A household already in that state stays as it is, without an event.

        :param reason_code: why, a code of REASONS; it stands in the audit event
        :raises UserError: the state cannot follow the present one
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for household in self.sudo():
            former = household.state
            if former == state:
                continue
            if state not in TRANSITIONS[former]:
                raise UserError(
                    self.env._(
                        "%(household)s is %(former)s and cannot become %(state)s.",
                        household=household.name,
                        former=labels[former],
                        state=labels[state],
                    )
                )
            household.write({"state": state, "reason_code": reason_code})
            self.env["khbs.audit.event"]._record(
                "household.state",
                household,
                {"from": former, "to": state, "reason": reason_code},
            )

    @api.model
    def _set_state_where(self, condition, former, state, reason_code):
        """Move all households that meet *condition* to *state*, in one statement.

        The caller records one event for the act; the rows that *condition* reads
        (lines, decisions) are the record of each family.

        :param condition: SQL on the table khbs_household
        :param former: the state they are in
        :return: how many were moved
        """
        if state not in TRANSITIONS[former]:
            raise ValueError(f"{former} -> {state}")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE khbs_household SET state = %s, reason_code = %s, write_uid = %s,
                    write_date = now() AT TIME ZONE 'UTC'
                WHERE state = %s AND (%s)
                """,
                state,
                reason_code,
                self.env.uid,
                former,
                condition,
            )
        )
        moved = self.env.cr.rowcount
        self.invalidate_model(["state", "reason_code"])
        return moved
