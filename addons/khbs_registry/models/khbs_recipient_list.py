# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from ..rupiah import Rupiah

OPERATOR = "khbs_registry.group_registry_operator"
APPROVER = "khbs_registry.group_approver"
# A decided list does not change; a seed that is bound does not change either.
TRIGGERS = """
CREATE OR REPLACE FUNCTION khbs_refuse_decided_list() RETURNS trigger AS $$
BEGIN
    IF OLD.state = 'decided' AND (
        TG_OP = 'DELETE'
        OR (OLD.state, OLD.name, OLD.area_id, OLD.criteria_id, OLD.seed,
            OLD.sha256, OLD.line_count, OLD.decided_at, OLD.places)
        IS DISTINCT FROM
        (NEW.state, NEW.name, NEW.area_id, NEW.criteria_id, NEW.seed,
            NEW.sha256, NEW.line_count, NEW.decided_at, NEW.places)
    ) THEN
        RAISE EXCEPTION 'Recipient list % is decided: % refused',
            OLD.name, TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER khbs_recipient_list_decided
    BEFORE UPDATE OR DELETE ON khbs_recipient_list
    FOR EACH ROW EXECUTE FUNCTION khbs_refuse_decided_list();

CREATE OR REPLACE FUNCTION khbs_refuse_other_seed() RETURNS trigger AS $$
BEGIN
    IF (OLD.seed_bound_at, OLD.seed_sha256, OLD.seed_source, OLD.seed_known_on)
        IS DISTINCT FROM
        (NEW.seed_bound_at, NEW.seed_sha256, NEW.seed_source, NEW.seed_known_on)
        OR OLD.seed <> NEW.seed OR (OLD.seed IS NOT NULL AND NEW.seed IS NULL)
        OR OLD.seed_drawn IS DISTINCT FROM NEW.seed_drawn
        OR (OLD.seed IS NULL AND NEW.seed IS NOT NULL
            AND (NEW.seed <> OLD.seed_drawn OR OLD.seed_known_on
                > (now() AT TIME ZONE 'Asia/Pontianak')::date))
    THEN
        RAISE EXCEPTION 'The seed of recipient list % is bound', OLD.name
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER khbs_recipient_list_seed
    BEFORE UPDATE ON khbs_recipient_list
    FOR EACH ROW WHEN (OLD.seed_bound_at IS NOT NULL)
    EXECUTE FUNCTION khbs_refuse_other_seed();
"""


class KhbsRecipientList(models.Model):
    """The families that receive the card in one area, proposed and decided.

    Its lines are ranked within each village: lowest decile first, verified first, more
    members first, then a draw that anybody can repeat with the published seed. Where
    the list has a number of places, its quotas say how many families of a village are
    selected; the others wait in the order of their rank. What an approver decides is
    the SHA-256 over the sorted lines; the database refuses any change to the lines of
    a list that is no draft.
    """

    _name = "khbs.recipient.list"
    _inherit = [
        "khbs.guarded",
        "khbs.approvable",
        "khbs.recipient.draw",
        "khbs.recipient.moves",
        "khbs.recipient.places",
        "khbs.recipient.papers",
        "khbs.recipient.decree",
    ]
    _description = "Recipient list"
    _order = "id desc"

    _guarded_fields = (
        "state",
        "name",
        "sha256",
        "line_count",
        "ranked_at",
        "seed_drawn",
        "seed_sha256",
        "seed_bound_at",
        "round_number",
        "decided_at",
    )
    _reading_actions = ("action_decide",)
    _unread_steps = ("proposed", "returned")
    # The database keeps the lines of a proposed list to their sha256.
    _content_fields = (
        "state",
        "round_number",
        "title",
        "area_id",
        "criteria_id",
        "seed",
        "seed_sha256",
        "line_count",
        "places",
        "cash_amount",
        "food_amount",
        "cash_rounds",
        "food_rounds",
        "cash_budget_line_id",
        "food_budget_line_id",
        "promotion_scope",
        "sha256",
    )

    name = fields.Char(string="Number", readonly=True, copy=False)
    title = fields.Char(required=True)
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.user.khbs_area_ids[:1],
    )
    criteria_id = fields.Many2one(
        comodel_name="khbs.criteria",
        required=True,
        ondelete="restrict",
        domain=[("state", "=", "in_force")],
        default=lambda self: self.env["khbs.criteria"]._in_force(),
    )
    seed = fields.Char(
        copy=False,
        help="Of the draw among families that are equal otherwise: with it anybody can "
        "repeat the draw. The system draws it when the draw is announced and shows it "
        "when the families are collected, or a public event gives it.",
    )
    seed_drawn = fields.Char(
        string="Seed drawn by the system",
        readonly=True,
        copy=False,
        groups=NO_ACCESS,  # nobody collects knowing who will be drawn
    )
    seed_source = fields.Char(
        string="Source of the seed",
        copy=False,
        help="A public event that nobody can foresee, such as the result of a lottery "
        "on a stated day, and how its result is written. Empty: the system draws.",
    )
    seed_known_on = fields.Date(
        string="Seed known on",
        copy=False,
        help="Day of the public event that gives the seed.",
    )
    seed_sha256 = fields.Char(
        string="SHA-256 of the seed",
        readonly=True,
        copy=False,
        help="Published before the draw: the seed cannot be chosen by its result.",
    )
    seed_bound_at = fields.Datetime(
        string="Draw announced on",
        readonly=True,
        copy=False,
        help="From then on the seed, or the event that gives it, cannot be changed.",
    )
    places = fields.Integer(
        copy=False,
        help="How many families the list may select; 0: all that are eligible.",
    )
    cash_amount = Rupiah(
        string="Cash per family and round",
        default=lambda self: self._package_amount("cash"),
    )
    food_amount = Rupiah(
        string="Food per family and round",
        default=lambda self: self._package_amount("food"),
    )
    cash_rounds = fields.Integer(
        string="Rounds of cash", default=1, aggregator=None, help="In the budget year."
    )
    food_rounds = fields.Integer(
        string="Rounds of food", default=1, aggregator=None, help="In the budget year."
    )
    cash_budget_line_id = fields.Many2one(
        comodel_name="khbs.budget.line",
        string="Budget line of the cash",
        help="The list is not decided where its places cost more than is free there.",
    )
    food_budget_line_id = fields.Many2one(
        comodel_name="khbs.budget.line",
        string="Budget line of the food",
        help="The list is not decided where its places cost more than is free there.",
    )
    promotion_scope = fields.Selection(
        selection=[
            ("village", "The same village only"),
            ("district", "Then the same district"),
            ("regency", "Then the same regency"),
        ],
        string="A free place goes to",
        required=True,
        default="regency",
        help="The next waiting family of the village comes first in any case.",
    )
    quota_ids = fields.One2many(
        comodel_name="khbs.quota", inverse_name="list_id", readonly=True
    )
    ranked_at = fields.Datetime(
        readonly=True, copy=False, help="When the places were given by rank."
    )
    amendment_ids = fields.One2many(
        comodel_name="khbs.recipient.amendment", inverse_name="list_id", readonly=True
    )
    line_ids = fields.One2many(
        comodel_name="khbs.recipient.line", inverse_name="list_id", readonly=True
    )
    line_count = fields.Integer(string="Families", readonly=True, copy=False)
    sha256 = fields.Char(
        string="SHA-256",
        readonly=True,
        copy=False,
        help="Over the sorted lines; the decision is on it.",
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("decided", "Decided"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    decided_at = fields.Datetime(readonly=True, copy=False)
    round_number = fields.Integer(readonly=True, default=1, copy=False, aggregator=None)

    _name_uniq = models.Constraint("UNIQUE (name)", "This number is taken.")
    _decided_has_hash = models.Constraint(
        "CHECK (state NOT IN ('proposed', 'decided') OR sha256 ~ '^[0-9a-f]{64}$')",
        "A list is proposed and decided on the hash of its lines.",
    )
    _places_sign = models.Constraint(
        "CHECK (places >= 0)", "The number of places is not negative."
    )
    _amounts_sign = models.Constraint(
        "CHECK (cash_amount >= 0 AND food_amount >= 0 AND cash_rounds >= 0 "
        "AND food_rounds >= 0)",
        "Amounts and numbers of rounds are not negative.",
    )

    def init(self):
        self.env.cr.execute(TRIGGERS)

    @api.model
    def _own_vals(self, vals):
        return {"name": self.env["ir.sequence"].sudo().next_by_code(self._name)}

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.get("seed") for vals in vals_list):
            self._refuse_own_seed()
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and vals.keys() & {"seed", "seed_source", "seed_known_on"}:
            self._refuse_bound_seed(vals)
        result = super().write(vals)
        # Lines stand for the area, criteria and seed they were collected with.
        if vals.keys() & {"area_id", "criteria_id", "seed"}:
            for recipient_list in self.sudo():
                recipient_list._clear_lines()
                recipient_list.line_count = 0
        if "places" in vals:
            for recipient_list in self.sudo():
                recipient_list._forget_ranking()
        return result

    def action_collect(self):
        """Fill the draft with the eligible families of its area, ranked."""
        for recipient_list in self._checked(OPERATOR, "recipient_list.collect", "read"):
            recipient_list._require_state("draft")
            recipient_list._bind_seed()
            recipient_list._reveal_seed()
            recipient_list._collect_lines()
            self.env["khbs.audit.event"]._record(
                "recipient_list.collected",
                recipient_list,
                {"lines": recipient_list.line_count},
            )
        return True

    def action_propose(self):
        """Freeze the lines and hand the list to an approver."""
        for recipient_list in self._checked(
            OPERATOR, "recipient_list.proposed", "read"
        ):
            recipient_list._require_state("draft")
            if not recipient_list.line_count:
                raise UserError(
                    self.env._(
                        "The list is empty. Collect the eligible families first."
                    )
                )
            recipient_list._require_places()
            recipient_list._refuse_moved_families()
            recipient_list.write(
                {"sha256": recipient_list._lines_sha256(), "state": "proposed"}
            )
            recipient_list._approve("proposed", OPERATOR)
        return True

    def action_return(self):
        """Give a proposed list back to the operator as a draft."""
        for recipient_list in self._checked(
            APPROVER, "recipient_list.returned", "read"
        ):
            recipient_list._require_state("proposed")
            recipient_list._approve("returned", APPROVER)
            recipient_list.write(
                {
                    "state": "draft",
                    "sha256": False,
                    "round_number": recipient_list.round_number + 1,
                }
            )
        return True

    def action_decide(self):
        """Decide the list on the hash of its lines: a second person's act."""
        for recipient_list in self._checked(APPROVER, "recipient_list.decided", "read"):
            recipient_list._require_state("proposed")
            if recipient_list._lines_sha256() != recipient_list.sha256:
                raise UserError(
                    self.env._("The lines are not those that were proposed.")
                )
            recipient_list._refuse_moved_families()
            recipient_list._require_places()
            self.env["khbs.approval"]._refuse_maker(recipient_list, "decided")
            recipient_list._approve("decided", APPROVER)
            self.env["khbs.household"]._set_state_where(
                SQL(
                    "id IN (SELECT household_id FROM khbs_recipient_line "
                    "WHERE list_id = %s AND status = 'selected')",
                    recipient_list.id,
                ),
                "eligible",
                "decided",
                "LIST_DECIDED",
            )
            recipient_list.write(
                {"state": "decided", "decided_at": fields.Datetime.now()}
            )
        return True

    def action_cancel(self):
        """Give the draft up; its families are free for another list."""
        for recipient_list in self._checked(OPERATOR, "recipient_list.cancel", "read"):
            recipient_list._require_state("draft")
            recipient_list.state = "cancelled"
            self.env["khbs.audit.event"]._record(
                "recipient_list.cancelled", recipient_list
            )
        return True

    def action_view_lines(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_registry.khbs_recipient_line_action"
        )
        return {**action, "domain": [("list_id", "=", self.id)], "context": {}}

    def _approve(self, step, group):
        """Record the step of the present user on the hash of the lines."""
        self.env["khbs.approval"]._decide(
            self, step, group, self.sha256, round_number=self.round_number
        )

    def _refuse_moved_families(self):
        """Refuse a list of which a family is no longer eligible or is in another."""
        self.env.flush_all()
        [[moved]] = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FROM khbs_recipient_line line
                JOIN khbs_household h ON h.id = line.household_id
                WHERE line.list_id = %s AND (h.state <> 'eligible' OR NOT h.active
                    OR h.area_id <> line.area_id)
                """,
                self.id,
            )
        )
        if moved:
            raise UserError(
                self.env._(
                    "%(number)s families of the list are no longer eligible or stand "
                    "in another decided list. Collect the families anew.",
                    number=moved,
                )
            )
