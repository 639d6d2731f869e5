# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..held_file import HeldFile
from .khbs_deliberation_check import MAKERS, VALIDATOR

# What the signed minutes and their publication add to a printed deliberation.
HELD_FIELDS = {"minutes_file", "minutes_file_name", "announced_from", "announced_to"}
# First bytes of what a phone or a scanner makes.
SCAN_MARKS = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG")

STATES = [
    ("draft", "Draft"),
    ("held", "Held"),
    ("announced", "Announced"),
    ("closed", "Closed"),
]


class KhbsDeliberation(models.Model):
    """A village deliberation (musdes, muskel) on who belongs on the list.

    The families of the village are read out: each is confirmed or taken off for a
    reason; families outside DTSEN come in as candidates. Printing the minutes freezes
    the list by its hash. After the signed minutes hang out for objections, a validator
    closes the deliberation, and only then it changes anything (DOMAIN 2.6).
    """

    _name = "khbs.deliberation"
    _inherit = [
        "khbs.guarded",
        "khbs.approvable",
        "khbs.deliberation.check",
        "khbs.deliberation.effect",
        "khbs.deliberation.links",
        "khbs.deliberation.papers",
    ]
    _description = "Village deliberation"
    _order = "held_at desc, id desc"

    _guarded_fields = (
        "state",
        "name",
        "lines_sha256",
        "minutes_sha256",
        "printed_at",
        "announced_at",
        "closed_at",
        "return_note",
        "round_number",
    )
    _editable_states = ("draft", "held")
    _change_act = "deliberation.change"
    _reading_actions = ("action_close",)
    _unread_steps = ("held", "returned")
    _content_fields = (
        "state",
        "round_number",
        "area_id",
        "minutes_number",
        "held_at",
        "attendee_count",
        "lines_sha256",
        "minutes_sha256",
        "announced_from",
        "announced_to",
    )

    name = fields.Char(string="Number", readonly=True, copy=False)
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Village",
        required=True,
        index=True,
        ondelete="restrict",
        domain=lambda self: self.env["khbs.area"]._own_villages(),
    )
    kind = fields.Selection(
        selection=[("musdes", "Musdes"), ("muskel", "Muskel")],
        compute="_compute_kind",
        store=True,
        help="Musdes in a rural village, muskel in an urban one.",
    )
    minutes_number = fields.Char(copy=False, help="Number that the village gives.")
    held_at = fields.Datetime(string="Date and time", copy=False)
    place = fields.Char()
    invitation_number = fields.Char(copy=False)
    invitation_date = fields.Date(copy=False)
    chair_name = fields.Char(string="Chair")
    chair_office = fields.Char(string="Office of the chair")
    invited_count = fields.Integer(string="Invited", aggregator=None)
    attendee_count = fields.Integer(
        string="Attended", aggregator=None, help="All who signed the attendance list."
    )
    official_ids = fields.One2many(
        comodel_name="khbs.deliberation.official",
        inverse_name="deliberation_id",
        string="Named participants",
    )
    line_ids = fields.One2many(
        comodel_name="khbs.deliberation.line",
        inverse_name="deliberation_id",
        string="Families",
    )
    candidate_ids = fields.One2many(
        comodel_name="khbs.candidate",
        inverse_name="deliberation_id",
        string="Candidates",
    )
    resolutions = fields.Text(
        string="Other decisions", help="One a line; they stand in the minutes."
    )
    line_count = fields.Integer(string="Considered", compute="_compute_counts")
    confirmed_count = fields.Integer(
        string="Stays on the list", compute="_compute_counts"
    )
    removed_count = fields.Integer(string="Removed", compute="_compute_counts")
    undecided_count = fields.Integer(string="Undecided", compute="_compute_counts")
    candidate_count = fields.Integer(string="Added", compute="_compute_counts")
    lines_sha256 = fields.Char(
        string="SHA-256 of the list",
        readonly=True,
        copy=False,
        help="Over families and candidates, taken when the minutes were printed.",
    )
    printed_at = fields.Datetime(string="Minutes printed", readonly=True, copy=False)
    minutes_file = HeldFile(
        rows="line_count",
        string="Signed minutes",
        attachment=True,
        copy=False,
        help="PDF or photo of the minutes with all signatures.",
    )
    minutes_file_name = fields.Char(copy=False)
    minutes_sha256 = fields.Char(
        string="SHA-256 of the signed minutes", readonly=True, copy=False
    )
    announced_from = fields.Date(
        string="Published from", copy=False, help="First day for objections."
    )
    announced_to = fields.Date(
        string="Published to", copy=False, help="Last day for objections."
    )
    announced_at = fields.Datetime(readonly=True, copy=False)
    closed_at = fields.Datetime(readonly=True, copy=False)
    complaint_ids = fields.One2many(
        comodel_name="khbs.complaint",
        inverse_name="deliberation_id",
        string="Objections and proposals",
        readonly=True,
    )
    complaint_count = fields.Integer(compute="_compute_complaint_count")
    return_note = fields.Char(string="Sent back because", readonly=True, copy=False)
    round_number = fields.Integer(readonly=True, default=1, copy=False, aggregator=None)
    state = fields.Selection(
        selection=STATES,
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )

    _name_uniq = models.Constraint("UNIQUE (name)", "This number is taken.")
    _open_uniq = models.UniqueIndex(
        "(area_id) WHERE state <> 'closed'",
        "A deliberation of this village is under way. Finish that one first.",
    )
    _frozen_has_hash = models.Constraint(
        "CHECK (state = 'draft' OR lines_sha256 ~ '^[0-9a-f]{64}$')",
        "A printed deliberation has the hash of its list.",
    )
    _announced_whole = models.Constraint(
        "CHECK (state NOT IN ('announced', 'closed') OR (minutes_sha256 IS NOT NULL "
        "AND announced_from IS NOT NULL AND announced_to IS NOT NULL))",
        "What is announced has signed minutes and days of publication.",
    )
    _window_order = models.Constraint(
        "CHECK (announced_to >= announced_from)",
        "The publication ends before it begins.",
    )
    _counts_positive = models.Constraint(
        "CHECK (invited_count >= 0 AND attendee_count >= 0)",
        "A count of people is not below zero.",
    )

    def init(self):
        """Let the database refuse changes to a closed deliberation."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION khbs_refuse_closed_deliberation()
            RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'DELETE' OR (
                    OLD.state, OLD.name, OLD.area_id, OLD.minutes_number, OLD.held_at,
                    OLD.lines_sha256, OLD.minutes_sha256, OLD.announced_from,
                    OLD.announced_to, OLD.attendee_count
                ) IS DISTINCT FROM (
                    NEW.state, NEW.name, NEW.area_id, NEW.minutes_number, NEW.held_at,
                    NEW.lines_sha256, NEW.minutes_sha256, NEW.announced_from,
                    NEW.announced_to, NEW.attendee_count
                ) THEN
                    RAISE EXCEPTION 'Deliberation % is closed: % refused',
                        OLD.name, TG_OP USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN NEW;
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER khbs_deliberation_closed
                BEFORE UPDATE OR DELETE ON khbs_deliberation
                FOR EACH ROW WHEN (OLD.state = 'closed')
                EXECUTE FUNCTION khbs_refuse_closed_deliberation()
            """
        )

    @api.depends("area_id.level")
    def _compute_kind(self):
        for deliberation in self:
            urban = deliberation.area_id.level == "urban_village"
            deliberation.kind = "muskel" if urban else "musdes"

    @api.depends("line_ids.result", "candidate_ids.state")
    def _compute_counts(self):
        counts = {}
        for deliberation, result, count in self.env[
            "khbs.deliberation.line"
        ]._read_group(
            [("deliberation_id", "in", self.ids)],
            ["deliberation_id", "result"],
            ["__count"],
        ):
            counts[deliberation.id, result] = count
        for deliberation in self:
            key = deliberation._origin.id
            deliberation.confirmed_count = counts.get((key, "confirmed"), 0)
            deliberation.removed_count = counts.get((key, "removed"), 0)
            deliberation.undecided_count = counts.get((key, False), 0)
            deliberation.line_count = (
                deliberation.confirmed_count
                + deliberation.removed_count
                + deliberation.undecided_count
            )
            deliberation.candidate_count = len(deliberation._added())

    @api.depends("complaint_ids")
    def _compute_complaint_count(self):
        for deliberation in self:
            deliberation.complaint_count = len(deliberation.sudo().complaint_ids)

    @api.depends("name", "area_id.name", "held_at")
    def _compute_display_name(self):
        for deliberation in self:
            number, village = deliberation.name or "", deliberation.area_id.name or ""
            deliberation.display_name = f"{number} {village}".strip()

    @api.constrains("area_id")
    def _check_village(self):
        for deliberation in self:
            if deliberation.area_id.level not in ("village", "urban_village"):
                raise ValidationError(
                    self.env._("A deliberation is held in a village: choose one.")
                )
            if deliberation.sudo().line_ids.household_id.area_id - deliberation.area_id:
                raise ValidationError(
                    self.env._(
                        "The list holds families of another village. Make another "
                        "deliberation for %(village)s.",
                        village=deliberation.area_id.name,
                    )
                )

    @api.model
    def _own_vals(self, vals):
        return {"name": self.env["ir.sequence"].sudo().next_by_code(self._name)}

    @api.model_create_multi
    def create(self, vals_list):
        deliberations = super().create(vals_list)
        deliberations._note_minutes(set().union(*vals_list))
        return deliberations

    def write(self, vals):
        if not self.env.su:
            late = sorted(vals.keys() - HELD_FIELDS - set(self._guarded_fields))
            for deliberation in self:
                if late and deliberation.state == "held":
                    raise UserError(
                        self.env._(
                            "The minutes of %(deliberation)s are printed: only the "
                            "signed minutes and the publication are still entered. "
                            "Take it back to draft to correct anything else.",
                            deliberation=deliberation.display_name,
                        )
                    )
        result = super().write(vals)
        self._note_minutes(vals)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_draft(self):
        if any(deliberation.state != "draft" for deliberation in self):
            raise UserError(self.env._("Minutes that were printed stay on file."))

    def _note_minutes(self, names):
        """Keep the SHA-256 of the signed minutes that were just handed over."""
        if "minutes_file" not in names:
            return
        for deliberation in self.sudo():
            content = deliberation._minutes_content()
            if content and not content.startswith(SCAN_MARKS):
                raise UserError(
                    self.env._("Hand the signed minutes in as PDF, JPEG or PNG.")
                )
            deliberation.minutes_sha256 = (
                hashlib.sha256(content).hexdigest() if content else False
            )

    def _minutes_content(self):
        """Return the bytes of the signed minutes, as superuser."""
        self.ensure_one()
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("res_field", "=", "minutes_file"),
            ],
            limit=1,
        )
        return attachment.raw or b""

    # Actions

    def action_collect(self):
        """Put the families of the village on the list; results given so far stay."""
        for deliberation in self._checked_maker("deliberation.collect"):
            deliberation._require_state("draft")
            count = deliberation.line_ids._collect(deliberation)
            self.env["khbs.audit.event"]._record(
                "deliberation.collected", deliberation, {"lines": count}
            )
        return True

    def action_confirm_rest(self):
        """Confirm the families of which nothing else was said."""
        for deliberation in self._checked_maker("deliberation.confirm"):
            deliberation._require_state("draft")
            rest = deliberation.line_ids.filtered(lambda line: not line.result)
            rest.write({"result": "confirmed"})
            self.env["khbs.audit.event"]._record(
                "deliberation.confirm", deliberation, {"lines": len(rest)}
            )
        return True

    def action_hold(self):
        """Freeze the list by its hash and print the minutes and the list."""
        for deliberation in self._checked_maker("deliberation.held"):
            deliberation._require_state("draft")
            deliberation._check_complete()
            drafts = deliberation.candidate_ids.filtered(lambda c: c.state == "draft")
            drafts.sudo(False).action_propose()
            # The database refuses a line of printed minutes that is written late.
            self.env.flush_all()
            deliberation.write(
                {
                    "lines_sha256": deliberation._lines_sha256(),
                    "printed_at": fields.Datetime.now(),
                    "return_note": False,
                    "state": "held",
                }
            )
            deliberation._decide_step("held")
            deliberation._issue_minutes()
        return True

    def action_reopen(self):
        """Take printed minutes back to draft, to be corrected and printed anew."""
        for deliberation in self._checked_maker("deliberation.reopen"):
            deliberation._require_state("held")
            deliberation._back_to_draft()
            self.env["khbs.audit.event"]._record("deliberation.reopen", deliberation)
        return True

    def action_announce(self):
        """Publish the signed minutes: from now on objections are taken."""
        for deliberation in self._checked_maker("deliberation.announce"):
            deliberation._require_state("held")
            deliberation._check_window()
            deliberation.write(
                {"state": "announced", "announced_at": fields.Datetime.now()}
            )
            self.env["khbs.audit.event"]._record(
                "deliberation.announce",
                deliberation,
                {
                    "from": str(deliberation.announced_from),
                    "to": str(deliberation.announced_to),
                    "minutes_sha256": deliberation.minutes_sha256,
                },
            )
        return True

    def action_close(self):
        """Close the deliberation and let it take effect: the validator's act."""
        for deliberation in self:
            self.env["khbs.audit.event"]._require_group(
                VALIDATOR, "deliberation.closed", deliberation
            )
            deliberation.check_access("read")
            deliberation.sudo()._lock()
            deliberation._require_state("announced")
            deliberation.sudo()._check_closable()
            self.env["khbs.approval"]._refuse_author(deliberation, "closed")
            deliberation._decide_step("closed", VALIDATOR)
            deliberation = deliberation.sudo()
            deliberation.write({"state": "closed", "closed_at": fields.Datetime.now()})
            deliberation._take_effect()
        return True

    def action_return(self, note):
        """Send an announced deliberation back to draft with the reason *note*."""
        if not note:
            raise UserError(self.env._("Say what is to be mended."))
        for deliberation in self:
            self.env["khbs.audit.event"]._require_group(
                VALIDATOR, "deliberation.returned", deliberation
            )
            deliberation.check_access("read")
            deliberation.sudo()._lock()
            deliberation._require_state("announced")
            deliberation._decide_step("returned", VALIDATOR, note)
            deliberation.sudo()._back_to_draft(note)
        return True

    # Business

    def _checked_maker(self, act):
        """Return self as superuser, locked, if the user keeps deliberations."""
        return self._checked(self._maker_group(), act)

    @api.model
    def _maker_group(self):
        held = [group for group in MAKERS if self.env.user.has_group(group)]
        return (held or MAKERS)[0]

    def _decide_step(self, step, group=None, note=None):
        """Record the *step* of the present user on the hash of the list."""
        self.env["khbs.approval"]._decide(
            self.sudo(False),
            step,
            group or self._maker_group(),
            self.lines_sha256,
            note=note,
            round_number=self.round_number,
        )

    def _added(self):
        """Return the candidates that count as added: all but the refused ones."""
        return self.sudo().candidate_ids.filtered(lambda c: c.state != "refused")

    def _back_to_draft(self, note=False):
        self.write(
            {
                "state": "draft",
                "lines_sha256": False,
                "announced_at": False,
                "return_note": note,
                "round_number": self.round_number + 1,
            }
        )
        self.flush_recordset()

    def _officials(self, role):
        """Return the named participants of *role*."""
        return self.official_ids.filtered(lambda official: official.role == role)

    def _lines_sha256(self):
        """Return the digest over the families and the candidates of the list."""
        self.ensure_one()
        lines = self.line_ids.sorted("household_name")
        rows = [line._content() for line in lines]
        rows += [c._content_sha() for c in self._added().sorted("name")]
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()

    def _content_parts(self):
        """Return what a validator reads of the objections."""
        complaints = self.sudo().complaint_ids.sorted("name")
        return [
            [complaint.name, complaint.state, complaint.outcome or ""]
            for complaint in complaints
        ]
