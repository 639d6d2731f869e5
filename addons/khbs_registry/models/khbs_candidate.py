# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.orm.models import NO_ACCESS

from ..held_file import HeldFile
from ..identity_numbers import kk_form_error, mask
from .khbs_deliberation_check import MAKERS, VALIDATOR
from .khbs_household import DWELLING_KINDS

# Where the referral to Dukcapil stands; the office writes it in every state.
REFERRAL_FIELDS = {
    "referral_number",
    "referral_date",
    "referral_result",
    "referral_result_date",
}


class KhbsCandidate(models.Model):
    """A family outside DTSEN that somebody proposes (DOMAIN 12.12, 12.13).

    Accepted, it becomes a household that needs verification and has no decile: no
    criteria take it before DTSEN ranks it. KK and NIK are written once and then shown
    masked, as everywhere.
    """

    _name = "khbs.candidate"
    _inherit = [
        "khbs.guarded",
        "khbs.approvable",
        "khbs.candidate.check",
        "khbs.candidate.household",
    ]
    _description = "Candidate"
    _order = "id desc"

    _guarded_fields = (
        "state",
        "name",
        "kk_number",
        "findings",
        "household_id",
        "return_note",
        "round_number",
    )
    _editable_states = None  # what a state allows depends on the field
    _change_act = "candidate.change"
    _reading_actions = ("action_accept",)
    _unread_steps = ("proposed", "returned", "refused")
    _content_fields = ("state", "round_number")

    name = fields.Char(string="Number", readonly=True, copy=False)
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Village",
        required=True,
        index=True,
        ondelete="restrict",
        domain=lambda self: self.env["khbs.area"]._own_villages(),
    )
    origin = fields.Selection(
        selection=[
            ("deliberation", "Village deliberation"),
            ("split", "Split of a family"),
            ("complaint", "Proposal of a resident"),
        ],
        string="Proposed by",
        required=True,
        default="deliberation",
    )
    deliberation_id = fields.Many2one(
        comodel_name="khbs.deliberation", index="btree_not_null", ondelete="restrict"
    )
    complaint_id = fields.Many2one(
        comodel_name="khbs.complaint",
        string="Proposal",
        index="btree_not_null",
        ondelete="restrict",
    )
    former_household_id = fields.Many2one(
        comodel_name="khbs.household",
        string="Split from",
        index="btree_not_null",
        ondelete="restrict",
    )
    kk_number = fields.Char(
        string="KK number",
        size=16,
        copy=False,
        groups=NO_ACCESS,  # khbs.reveal shows it, for a purpose
    )
    kk_entry = fields.Char(
        string="KK number (sixteen digits)",
        compute="_compute_kk_entry",
        inverse="_inverse_kk_entry",
        compute_sudo=True,
        help="Type it from the KK. Once saved it is shown masked.",
    )
    kk_masked = fields.Char(
        string="KK", compute="_compute_kk_masked", compute_sudo=True
    )
    address = fields.Char()
    rt = fields.Char(string="RT", size=3)
    rw = fields.Char(string="RW", size=3)
    dwelling_kind = fields.Selection(selection=DWELLING_KINDS)
    latitude = fields.Float(digits=(9, 6), aggregator=None)
    longitude = fields.Float(digits=(9, 6), aggregator=None)
    accuracy_m = fields.Integer(string="Accuracy (m)", aggregator=None)
    captured_at = fields.Datetime(help="When the position was taken.")
    photo = fields.Image(
        string="Photo of the dwelling", max_width=1280, max_height=1280
    )
    kk_scan = HeldFile(
        rows="member_count",
        string="Scan of the KK",
        attachment=True,
        copy=False,
        help="PDF or photo of the KK, or of the letter of the RT where there is none.",
    )
    kk_scan_name = fields.Char(copy=False)
    ground = fields.Text(string="Why it is proposed")
    person_ids = fields.One2many(
        comodel_name="khbs.candidate.person",
        inverse_name="candidate_id",
        string="Members",
    )
    head_name = fields.Char(
        string="Head of family", compute="_compute_members", store=True
    )
    member_count = fields.Integer(
        string="Number of members",
        compute="_compute_members",
        store=True,
        aggregator=None,
    )
    without_nik = fields.Boolean(
        string="Head without NIK", compute="_compute_members", store=True
    )
    referral_number = fields.Char(
        string="Referral letter", copy=False, help="Letter to Dukcapil."
    )
    referral_date = fields.Date(string="Referred on", copy=False)
    referral_result = fields.Selection(
        selection=[
            ("recorded", "Recorded, NIK issued"),
            ("known", "Known under a NIK already"),
            ("refused", "Not recorded"),
        ],
        string="Answer of Dukcapil",
        copy=False,
    )
    referral_result_date = fields.Date(string="Answered on", copy=False)
    household_id = fields.Many2one(
        comodel_name="khbs.household",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    return_note = fields.Char(string="Note of the validator", readonly=True, copy=False)
    round_number = fields.Integer(readonly=True, default=1, copy=False, aggregator=None)
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("accepted", "Accepted"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )

    _name_uniq = models.Constraint("UNIQUE (name)", "This number is taken.")
    _kk_number_form = models.Constraint(
        "CHECK (kk_number ~ '^[0-9]{16}$')", "A KK number has sixteen digits."
    )
    _kk_number_uniq = models.UniqueIndex(
        "(kk_number) WHERE state IN ('draft', 'proposed')",
        "A candidate with this KK number is under way already.",
    )
    _household_uniq = models.UniqueIndex(
        "(household_id) WHERE household_id IS NOT NULL",
        "This candidate has become a household already.",
    )
    _accepted_has_household = models.Constraint(
        "CHECK (state <> 'accepted' OR household_id IS NOT NULL)",
        "An accepted candidate is a household.",
    )
    _referral_order = models.Constraint(
        "CHECK (referral_result_date >= referral_date)",
        "Dukcapil cannot answer before it was asked.",
    )
    _rt_rw_form = models.Constraint(
        "CHECK (rt ~ '^[0-9]{1,3}$' AND rw ~ '^[0-9]{1,3}$')",
        "RT and RW have up to three digits.",
    )

    @api.depends("kk_number")
    def _compute_kk_entry(self):
        self.kk_entry = False

    def _inverse_kk_entry(self):
        for candidate in self:
            number = "".join((candidate.kk_entry or "").split())
            if not number:
                continue
            if kk_form_error(number):
                raise ValidationError(
                    self.env._(
                        "This is no KK number: sixteen digits, the seventh to twelfth "
                        "of which are a date. Compare it with the KK."
                    )
                )
            candidate._note_entered(number)
            candidate.sudo().kk_number = number

    @api.depends("kk_number")
    def _compute_kk_masked(self):
        for candidate in self:
            candidate.kk_masked = mask(candidate.kk_number)

    @api.depends("person_ids.relation", "person_ids.name", "person_ids.nik_status")
    def _compute_members(self):
        for candidate in self:
            head = candidate.person_ids.filtered(lambda p: p.relation == "1")[:1]
            candidate.head_name = head.name
            candidate.member_count = len(candidate.person_ids)
            candidate.without_nik = head.nik_status == "missing"

    @api.depends("name", "head_name")
    def _compute_display_name(self):
        for candidate in self:
            number, head = candidate.name or "", candidate.head_name or ""
            candidate.display_name = f"{number} {head}".strip()

    @api.constrains("area_id", "deliberation_id", "complaint_id")
    def _check_area(self):
        for candidate in self.sudo():
            if candidate.area_id.level not in ("village", "urban_village"):
                raise ValidationError(
                    self.env._("A family lives in a village: choose one.")
                )
            village = candidate.deliberation_id.area_id
            if village and village != candidate.area_id:
                raise ValidationError(
                    self.env._(
                        "The deliberation was held in %(village)s: a family of "
                        "another village is proposed there.",
                        village=village.name,
                    )
                )

    @api.onchange("deliberation_id")
    def _onchange_deliberation_id(self):
        if self.deliberation_id:
            self.area_id = self.deliberation_id.area_id

    @api.model
    def _own_vals(self, vals):
        return {"name": self.env["ir.sequence"].sudo().next_by_code(self._name)}

    @api.model_create_multi
    def create(self, vals_list):
        candidates = super().create(vals_list)
        candidates._forget_entries()
        if not self.env.su:
            candidates._refuse_unless_open(set().union(*vals_list))
        candidates._note_findings()
        return candidates

    def write(self, vals):
        if not self.env.su:
            self._refuse_guarded(vals)
            self._refuse_unless_open(vals.keys())
        result = super().write(vals)
        self._forget_entries()
        if not self.env.su:
            self._refuse_unless_open(vals.keys())
            self._note_findings()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_draft(self):
        if any(candidate.state != "draft" for candidate in self):
            raise UserError(self.env._("A candidate that was proposed stays on file."))

    def _forget_entries(self):
        """Let no answer to this call hold the number that was typed."""
        self.invalidate_recordset(["kk_entry"], flush=False)
        self.person_ids.invalidate_recordset(["nik_entry"], flush=False)

    def _refuse_unless_open(self, names):
        """Refuse a change of what was proposed, but for the course of the referral."""
        for candidate in self:
            if candidate.state != "draft" and set(names) - REFERRAL_FIELDS:
                raise UserError(
                    self.env._(
                        "%(candidate)s was proposed and cannot be changed. A validator "
                        "can send it back.",
                        candidate=candidate.display_name,
                    )
                )
            deliberation = candidate.sudo().deliberation_id
            if "deliberation_id" in names and deliberation.state not in (
                False,
                "draft",
            ):
                raise UserError(
                    self.env._(
                        "The minutes of %(deliberation)s are printed: it takes no "
                        "further candidate.",
                        deliberation=deliberation.display_name,
                    )
                )

    # Actions

    def action_propose(self):
        """Hand the candidate to a validator."""
        held = [group for group in MAKERS if self.env.user.has_group(group)]
        group = (held or MAKERS)[0]
        for candidate in self._checked(group, "candidate.proposed"):
            candidate._require_state("draft")
            candidate._check_complete()
            candidate._note_findings()
            candidate._refuse_blocking()
            candidate.write({"state": "proposed", "return_note": False})
            self.env["khbs.approval"]._decide(
                candidate.sudo(False),
                "proposed",
                group,
                candidate._content_sha(),
                round_number=candidate.round_number,
            )
        return True

    def action_accept(self):
        """Take the family into the registry, to be verified: the validator's act."""
        for candidate in self._begin_validation("accepted"):
            self.env["khbs.approval"]._refuse_author(candidate, "accepted")
            self.env["khbs.approval"]._decide(
                candidate,
                "accepted",
                VALIDATOR,
                candidate._content_sha(),
                round_number=candidate.round_number,
            )
            candidate = candidate.sudo()
            candidate._note_findings()
            candidate._refuse_blocking()
            candidate.write(
                {"household_id": candidate._make_household().id, "state": "accepted"}
            )
        return True

    def action_refuse(self, note):
        """Refuse the candidate with the reason *note*; it stays on file."""
        return self._turn_down("refused", note)

    def action_return(self, note):
        """Send the candidate back to whoever proposed it, with the reason *note*."""
        return self._turn_down("returned", note)

    def action_open_household(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.household",
            "res_id": self.household_id.id,
            "views": [(False, "form")],
        }

    def _begin_validation(self, step):
        """Return these proposed candidates, locked, if the user validates."""
        for candidate in self:
            self.env["khbs.audit.event"]._require_group(
                VALIDATOR, f"candidate.{step}", candidate
            )
        self.check_access("read")
        self.sudo()._lock()
        self._require_state("proposed")
        for candidate in self.sudo():
            deliberation = candidate.deliberation_id
            if deliberation and deliberation.state != "closed" and step != "returned":
                raise UserError(
                    self.env._(
                        "%(deliberation)s is not closed yet: its candidates wait for "
                        "the days of objection.",
                        deliberation=deliberation.display_name,
                    )
                )
            if deliberation.state in ("held", "announced") and step == "returned":
                raise UserError(
                    self.env._(
                        "The minutes of %(deliberation)s name this candidate. Send "
                        "the deliberation back.",
                        deliberation=deliberation.display_name,
                    )
                )
        return self

    def _turn_down(self, step, note):
        if not note:
            raise UserError(self.env._("Say why, in a sentence."))
        for candidate in self._begin_validation(step):
            self.env["khbs.approval"]._decide(
                candidate,
                step,
                VALIDATOR,
                candidate._content_sha(),
                note=note,
                round_number=candidate.round_number,
            )
            values = {"state": "refused", "return_note": note}
            if step == "returned":
                values |= {"state": "draft", "round_number": candidate.round_number + 1}
            candidate.sudo().write(values)
        return True

    # Business

    def _check_complete(self):
        self.ensure_one()
        if not self.person_ids:
            raise UserError(self.env._("Enter the members of the family."))
        if not (self.address and self.dwelling_kind):
            raise UserError(
                self.env._(
                    "Enter the address and the kind of dwelling; a family may have no "
                    "house."
                )
            )
        if not self.ground:
            raise UserError(self.env._("Write why the family is proposed."))
        if self.origin == "deliberation" and not self.deliberation_id:
            raise UserError(self.env._("Choose the deliberation that proposes it."))
        if self.origin == "complaint" and not self.complaint_id:
            raise UserError(self.env._("Choose the proposal that it comes from."))
        if self.origin == "split" and not self.former_household_id:
            raise UserError(self.env._("Choose the family that it split from."))

    def _content_sha(self):
        """Return the digest of what is proposed; numbers enter it as they are."""
        self.ensure_one()
        candidate = self.sudo()
        content = [
            candidate.name,
            candidate.area_id.code,
            candidate.kk_number or "",
            candidate.address or "",
            candidate.rt or "",
            candidate.rw or "",
            candidate.dwelling_kind or "",
            f"{candidate.latitude:.6f} {candidate.longitude:.6f}",
            candidate.ground or "",
            [person._content() for person in candidate.person_ids.sorted("id")],
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def _content_parts(self):
        return self._content_sha()
