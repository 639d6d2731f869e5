# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

READER = "khbs_registry.group_pii_reader"
# UU 27/2022: three times twenty-four hours, not three working days.
ANSWER_WITHIN = timedelta(hours=72)
# Whose data and what of it: the identified applicant asked for this and no other.
ASKED = frozenset({"household_id", "person_id", "kind"})
# What was looked at when the applicant was identified.
IDENTITY = frozenset({"applicant", "identity_kind", "identity_note", "received_at"})
_PERSONAL_NUMBER = re.compile(r"[0-9]([ .-]?[0-9]){11,}")


class KhbsSubjectRequest(models.Model):
    """What a person asks about his own data, until it is answered (DOMAIN 12.50)."""

    _name = "khbs.subject.request"
    _inherit = ["khbs.guarded", "khbs.subject.report"]
    _description = "Request of a data subject"
    _order = "due_at, id"

    _guarded_fields = (
        "name",
        "state",
        "identified_at",
        "identified_by_id",
        "report_sha256",
        "report_at",
        "answered_at",
        "answered_by_id",
    )
    _editable_states = ("received", "identified")
    _change_act = "subject.change"

    name = fields.Char(string="Number", required=True, readonly=True, copy=False)
    kind = fields.Selection(
        selection=[
            ("access", "Wants to know what is stored and who looked"),
            ("suspension", "Wants the processing suspended"),
            ("resumption", "Wants the processing resumed"),
        ],
        string="Request",
        required=True,
        default="access",
    )
    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="restrict"
    )
    person_id = fields.Many2one(
        comodel_name="khbs.person",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('household_id', '=', household_id)]",
        help="Empty: the family asks, by its head or whom it sent.",
    )
    area_id = fields.Many2one(related="household_id.area_id")
    channel = fields.Selection(
        selection=[
            ("desk", "Complaint desk"),
            ("letter", "Letter"),
            ("phone", "Telephone or message"),
            ("officer", "Field officer"),
        ],
        required=True,
        default="desk",
    )
    applicant = fields.Char(
        required=True, help="Who asks: the person, or who comes with a letter for them."
    )
    received_at = fields.Datetime(
        required=True,
        default=fields.Datetime.now,
        help="When it arrived; the three times twenty-four hours run from here.",
    )
    due_at = fields.Datetime(
        string="Answer until", compute="_compute_due_at", store=True, index=True
    )
    overdue = fields.Boolean(compute="_compute_overdue", search="_search_overdue")
    identity_kind = fields.Selection(
        selection=[
            ("ktp", "KTP of the person"),
            ("kk", "Family card"),
            ("attorney", "Letter of attorney with KTP"),
            ("village", "Statement of the village"),
        ],
        string="Identified by",
    )
    identity_note = fields.Char(
        string="Seen by and where",
        help="How the paper was checked; no NIK or KK here, the paper has it.",
    )
    identified_at = fields.Datetime(readonly=True, copy=False)
    identified_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False
    )
    state = fields.Selection(
        selection=[
            ("received", "Received"),
            ("identified", "Identified"),
            ("answered", "Answered"),
            ("refused", "Refused"),
        ],
        required=True,
        default="received",
        readonly=True,
        copy=False,
        index=True,
    )
    report_sha256 = fields.Char(
        string="SHA-256 of the report",
        readonly=True,
        copy=False,
        help="Of the paper that was made last. The paper itself is not kept.",
    )
    report_at = fields.Datetime(string="Report made at", readonly=True, copy=False)
    handed_to = fields.Char(help="Who took the answer, and how.")
    reason = fields.Char(string="Reason of the refusal")
    answered_at = fields.Datetime(readonly=True, copy=False)
    answered_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False
    )

    _name_uniq = models.Constraint(
        "UNIQUE (name)", "A request with this number exists."
    )
    _answered_whole = models.Constraint(
        "CHECK (state NOT IN ('answered', 'refused') OR (answered_at IS NOT NULL "
        "AND answered_by_id IS NOT NULL))",
        "An answered request has a time and a person.",
    )
    _two_persons = models.Constraint(
        "CHECK (identified_by_id <> create_uid)",
        "Who enters a request does not identify its applicant.",
    )

    @api.depends("received_at")
    def _compute_due_at(self):
        for request in self:
            received = request.received_at
            request.due_at = received and received + ANSWER_WITHIN

    @api.depends("due_at", "state")
    def _compute_overdue(self):
        now = fields.Datetime.now()
        for request in self:
            waiting = request.state in ("received", "identified")
            request.overdue = bool(waiting and request.due_at and request.due_at < now)

    def _search_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [
            ("state", "in", ["received", "identified"]),
            ("due_at", "<", fields.Datetime.now()),
        ]

    @api.constrains("person_id", "household_id")
    def _check_person(self):
        for request in self:
            if request.person_id and request.person_id.household_id != (
                request.household_id
            ):
                raise UserError(
                    self.env._("The person is not a member of the family chosen.")
                )

    @api.constrains("applicant", "identity_note", "handed_to", "reason")
    def _check_no_number(self):
        for request in self:
            texts = (
                request.applicant,
                request.identity_note,
                request.handed_to,
                request.reason,
            )
            if any(_PERSONAL_NUMBER.search(text or "") for text in texts):
                raise UserError(
                    self.env._("No NIK or KK in a request: the paper shown has it.")
                )

    @api.constrains("received_at")
    def _check_received_at(self):
        for request in self:
            if request.received_at > fields.Datetime.now() + timedelta(minutes=5):
                raise UserError(self.env._("A request is not received in the future."))

    @api.model
    def _own_vals(self, vals):
        number = self.env["ir.sequence"].sudo().next_by_code(self._name)
        return {} if vals.get("name") else {"name": number}

    def write(self, vals):
        if not self.env.su:
            self._refuse_exchange(vals)
        return super().write(vals)

    def _refuse_exchange(self, vals):
        """Whoever is identified asks for what was entered by somebody else."""
        for request in self:
            if request.state != "received" and vals.keys() & (ASKED | IDENTITY):
                raise UserError(
                    self.env._(
                        "The applicant of %(request)s is identified: who asks and for "
                        "whose data does not change any more. Refuse it and enter "
                        "another request.",
                        request=request.name,
                    )
                )
            if vals.keys() & ASKED and request.create_uid != self.env.user:
                raise UserError(
                    self.env._(
                        "Whose data is asked for is changed by %(user)s alone, who "
                        "entered %(request)s.",
                        user=request.sudo().create_uid.name,
                        request=request.name,
                    )
                )

    def action_identify(self):
        """Record that whoever asks is who he says."""
        requests = self._checked(READER, "subject.identify")
        requests._require_state("received")
        for request in requests:
            if request.create_uid == self.env.user:
                raise UserError(
                    self.env._(
                        "You entered %(request)s yourself: a colleague identifies the "
                        "applicant.",
                        request=request.name,
                    )
                )
            if not request.identity_kind or not request.identity_note:
                raise UserError(
                    self.env._(
                        "Enter by which paper the applicant was identified, and who "
                        "saw it."
                    )
                )
            request.write(
                {
                    "state": "identified",
                    "identified_at": fields.Datetime.now(),
                    "identified_by_id": self.env.uid,
                }
            )
            self._record_step("subject.identify", request)

    def action_report(self):
        """Download what is stored about the person and who looked at it."""
        self.ensure_one()
        self._require_report()
        url = f"/khbs/subject/{self.id}/pdf"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _require_report(self):
        """Refuse the report to who may not make it, and before it may be made."""
        self.env["khbs.audit.event"]._require_group(READER, "subject.paper", self)
        self.check_access("read")
        if self.kind != "access":
            raise UserError(self.env._("This request is not about access."))
        self._require_state("identified", "answered")

    def action_answer(self):
        """Close the request: handed over, suspended or resumed."""
        requests = self._checked(READER, "subject.answer")
        requests._require_state("identified")
        for request in requests:
            if not request.handed_to:
                raise UserError(self.env._("Enter who took the answer, and how."))
            if request.kind == "access" and not request.report_sha256:
                raise UserError(
                    self.env._("Download the report and hand it over first.")
                )
            if request.kind != "access":
                request._suspend(request.kind == "suspension")
            request._close("answered")

    def action_refuse(self):
        """Close the request without what was asked, with the reason."""
        requests = self._checked(READER, "subject.refuse")
        requests._require_state("received", "identified")
        for request in requests:
            if not request.reason:
                raise UserError(self.env._("Enter why the request is refused."))
            request._close("refused")

    def _suspend(self, suspend):
        """Leave the data of the family alone from today on, or no longer."""
        household = self.household_id
        today = fields.Date.context_today(self)
        household.processing_suspended_on = today if suspend else False
        self._record_step(
            "household.leave_alone" if suspend else "household.resume",
            household,
            {"request": self.id},
        )

    def _close(self, state):
        self.write(
            {
                "state": state,
                "answered_at": fields.Datetime.now(),
                "answered_by_id": self.env.uid,
            }
        )
        verb = "answer" if state == "answered" else "refuse"
        late = self.answered_at > self.due_at
        self._record_step(f"subject.{verb}", self, {"kind": self.kind, "late": late})

    def _record_step(self, act, record, data=None):
        self.env["khbs.audit.event"]._record(act, record, data)
