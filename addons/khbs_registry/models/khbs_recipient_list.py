# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .khbs_household import DECILES

OPERATOR = "khbs_registry.group_registry_operator"
APPROVER = "khbs_registry.group_approver"


class KhbsRecipientList(models.Model):
    """The families that receive the card in one area, proposed and decided.

    Its lines are ranked within each village: lowest decile first, verified first, more
    members first, then a draw that anybody can repeat with the published seed. What an
    approver decides is the SHA-256 over the sorted lines; the database refuses any
    change to the lines of a list that is no draft.
    """

    _name = "khbs.recipient.list"
    _inherit = ["khbs.guarded", "khbs.approvable"]
    _description = "Recipient list"
    _order = "id desc"

    _guarded_fields = (
        "state",
        "name",
        "sha256",
        "line_count",
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
        "line_count",
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
        required=True,
        default=lambda self: secrets.token_hex(8),
        help="Of the draw among families that are equal otherwise. Publish it: with "
        "it anybody can repeat the draw.",
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

    def init(self):
        """Let the database refuse changes to a decided list."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION khbs_refuse_decided_list() RETURNS trigger AS $$
            BEGIN
                IF OLD.state = 'decided' AND (
                    TG_OP = 'DELETE'
                    OR (OLD.state, OLD.name, OLD.area_id, OLD.criteria_id, OLD.seed,
                        OLD.sha256, OLD.line_count, OLD.decided_at)
                    IS DISTINCT FROM
                    (NEW.state, NEW.name, NEW.area_id, NEW.criteria_id, NEW.seed,
                        NEW.sha256, NEW.line_count, NEW.decided_at)
                ) THEN
                    RAISE EXCEPTION 'Recipient list % is decided: % refused',
                        OLD.name, TG_OP USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER khbs_recipient_list_decided
                BEFORE UPDATE OR DELETE ON khbs_recipient_list
                FOR EACH ROW EXECUTE FUNCTION khbs_refuse_decided_list()
            """
        )

    @api.model
    def _own_vals(self, vals):
        return {"name": self.env["ir.sequence"].sudo().next_by_code(self._name)}

    def write(self, vals):
        result = super().write(vals)
        # Lines stand for the area, criteria and seed they were collected with.
        if vals.keys() & {"area_id", "criteria_id", "seed"}:
            for recipient_list in self.sudo():
                recipient_list._clear_lines()
                recipient_list.line_count = 0
        return result

    def action_collect(self):
        """Fill the draft with the eligible families of its area, ranked."""
        for recipient_list in self._checked(OPERATOR, "recipient_list.collect", "read"):
            recipient_list._require_state("draft")
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
            self.env["khbs.approval"]._refuse_maker(recipient_list, "decided")
            recipient_list._approve("decided", APPROVER)
            self.env["khbs.household"]._set_state_where(
                SQL(
                    "id IN (SELECT household_id FROM khbs_recipient_line "
                    "WHERE list_id = %s)",
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

    def _clear_lines(self):
        self.ensure_one()
        self.env.cr.execute(
            SQL("DELETE FROM khbs_recipient_line WHERE list_id = %s", self.id)
        )
        self.env["khbs.recipient.line"].invalidate_model()
        self.invalidate_recordset(["line_ids"])

    def _collect_lines(self):
        self.ensure_one()
        self.env.flush_all()
        self._clear_lines()
        cr = self.env.cr
        cr.execute(
            SQL(
                """
                INSERT INTO khbs_recipient_line (list_id, household_id, area_id,
                    regency_id, rank, decile, verified, member_count)
                WITH member AS (
                    SELECT household_id, count(*) AS number FROM khbs_person
                    WHERE active AND state = 'alive' GROUP BY household_id
                )
                SELECT %(id)s, h.id, h.area_id, h.regency_id,
                    row_number() OVER (
                        PARTITION BY h.area_id
                        ORDER BY h.decile::int, h.verified_at IS NULL,
                            member.number DESC NULLS LAST,
                            sha256(convert_to(%(seed)s || h.name, 'UTF8'))
                    ), h.decile, h.verified_at IS NOT NULL,
                    COALESCE(member.number, 0)
                FROM khbs_household h
                JOIN khbs_area village ON village.id = h.area_id
                JOIN khbs_decision d ON d.household_id = h.id AND d.current
                LEFT JOIN member ON member.household_id = h.id
                WHERE h.active AND h.state = 'eligible' AND d.outcome = 'eligible'
                    AND d.criteria_id = %(criteria)s
                    AND village.parent_path LIKE %(path)s
                ORDER BY village.code, 5
                """,
                id=self.id,
                seed=self.seed,
                criteria=self.criteria_id.id,
                path=f"{self.area_id.parent_path}%",
            )
        )
        self.line_count = cr.rowcount
        self.env["khbs.recipient.line"].invalidate_model()
        self.invalidate_recordset(["line_ids"])

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

    def _lines_sha256(self):
        """Return the digest over the lines, sorted by village and rank."""
        self.ensure_one()
        self.env.flush_all()
        [[digest]] = self.env.execute_query(
            SQL(
                """
                SELECT encode(sha256(convert_to(string_agg(
                    concat_ws('|', village.code, line.rank, h.name, line.decile,
                        line.verified::int, line.member_count),
                    E'\\n' ORDER BY village.code, line.rank
                ), 'UTF8')), 'hex')
                FROM khbs_recipient_line line
                JOIN khbs_household h ON h.id = line.household_id
                JOIN khbs_area village ON village.id = line.area_id
                WHERE line.list_id = %s
                """,
                self.id,
            )
        )
        return digest


class KhbsRecipientLine(models.Model):
    """A family's place in a list, as it was when the list was made."""

    _name = "khbs.recipient.line"
    _description = "Line of a recipient list"
    _order = "list_id, area_id, rank"
    _rec_name = "household_id"
    _log_access = False

    list_id = fields.Many2one(
        comodel_name="khbs.recipient.list",
        required=True,
        index=True,
        ondelete="cascade",
    )
    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Village",
        required=True,
        index=True,
        ondelete="restrict",
    )
    regency_id = fields.Many2one(
        comodel_name="khbs.area", required=True, index=True, ondelete="restrict"
    )
    rank = fields.Integer(required=True, aggregator=None, help="Within the village.")
    decile = fields.Selection(selection=DECILES)
    verified = fields.Boolean()
    member_count = fields.Integer(string="Members")
    state = fields.Selection(related="list_id.state", string="List state")

    _household_uniq = models.Constraint(
        "UNIQUE (list_id, household_id)", "A list names a family once."
    )
    _rank_uniq = models.Constraint(
        "UNIQUE (list_id, area_id, rank)", "Two families have one rank."
    )

    def init(self):
        """Let the database refuse changes to the lines of what is no draft.

        It looks once at all rows of a statement: a list has 300,000.
        """
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION khbs_refuse_frozen_lines() RETURNS trigger AS $$
            BEGIN
                IF TG_OP <> 'TRUNCATE' THEN
                    PERFORM FROM changed
                        JOIN khbs_recipient_list list ON list.id = changed.list_id
                        WHERE list.state <> 'draft' LIMIT 1;
                    IF NOT FOUND THEN
                        RETURN NULL;
                    END IF;
                END IF;
                RAISE EXCEPTION 'Lines of a recipient list are frozen: % refused', TG_OP
                    USING ERRCODE = 'restrict_violation';
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER khbs_recipient_line_no_insert
                AFTER INSERT ON khbs_recipient_line REFERENCING NEW TABLE AS changed
                FOR EACH STATEMENT EXECUTE FUNCTION khbs_refuse_frozen_lines();
            CREATE OR REPLACE TRIGGER khbs_recipient_line_no_update
                AFTER UPDATE ON khbs_recipient_line REFERENCING OLD TABLE AS changed
                FOR EACH STATEMENT EXECUTE FUNCTION khbs_refuse_frozen_lines();
            CREATE OR REPLACE TRIGGER khbs_recipient_line_no_move
                AFTER UPDATE ON khbs_recipient_line REFERENCING NEW TABLE AS changed
                FOR EACH STATEMENT EXECUTE FUNCTION khbs_refuse_frozen_lines();
            CREATE OR REPLACE TRIGGER khbs_recipient_line_no_delete
                AFTER DELETE ON khbs_recipient_line REFERENCING OLD TABLE AS changed
                FOR EACH STATEMENT EXECUTE FUNCTION khbs_refuse_frozen_lines();
            CREATE OR REPLACE TRIGGER khbs_recipient_line_no_truncate
                BEFORE TRUNCATE ON khbs_recipient_line
                FOR EACH STATEMENT EXECUTE FUNCTION khbs_refuse_frozen_lines()
            """
        )
