# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError, ValidationError

from ..identity_numbers import PERSONAL_NUMBER

FIELD_OFFICER = "khbs_registry.group_field_officer"
OPERATOR = "khbs_registry.group_registry_operator"
VALIDATOR = "khbs_registry.group_validator"


class KhbsProposal(models.AbstractModel):
    """A change of a family: proposed with its letter, carried out by a second person.

    A model of proposals says what it needs (``_problems``), whom it touches
    (``_families``), and does it (``_carry_out``); its form decides what it shows
    (``_reading_actions``).
    """

    _name = "khbs.proposal"
    _inherit = ["khbs.guarded", "khbs.approvable"]
    _description = "Proposed change of a family"

    _guarded_fields = (
        "state",
        "name",
        "proposer_id",
        "submitted_at",
        "validator_id",
        "validated_at",
        "refusal",
    )
    _unread_steps = ("submitted", "refused")

    name = fields.Char(string="Number", readonly=True, copy=False)
    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(
        related="household_id.area_id", string="Village", store=True, index=True
    )
    letter_number = fields.Char(help="Of the certificate, the letter or the minutes.")
    letter_date = fields.Date()
    evidence = fields.Binary(
        string="Letter (photo or PDF)", attachment=True, copy=False
    )
    evidence_name = fields.Char()
    note = fields.Text(help="What the validator should know; no NIK or KK number.")
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("submitted", "Submitted"),
            ("accepted", "Carried out"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    proposer_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False)
    submitted_at = fields.Datetime(readonly=True, copy=False)
    validator_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False)
    validated_at = fields.Datetime(readonly=True, copy=False)
    refusal = fields.Char(string="Refused because", readonly=True, copy=False)

    _two_persons = models.Constraint(
        "CHECK (validator_id <> proposer_id)",
        "Who proposes a change does not decide it.",
    )
    _decided_whole = models.Constraint(
        "CHECK (state NOT IN ('accepted', 'refused') OR (proposer_id IS NOT NULL "
        "AND validator_id IS NOT NULL AND validated_at IS NOT NULL))",
        "What is decided has a proposer, a validator and a time.",
    )

    @api.constrains("note")
    def _check_note(self):
        for proposal in self:
            if PERSONAL_NUMBER.search(proposal.note or ""):
                raise ValidationError(
                    self.env._("The note is read by many: no NIK or KK number in it.")
                )

    @api.model
    def _own_vals(self, vals):
        return {"name": self.env["ir.sequence"].sudo().next_by_code(self._name)}

    def action_submit(self):
        """Hand the proposal to a validator: the act of whoever makes it."""
        for proposal in self:
            group = proposal._proposer_group()
            self.env["khbs.audit.event"]._require_group(
                group, f"{self._name}.submitted", proposal
            )
            proposal.check_access("write")
            proposal._require_state("draft")
            own = proposal.sudo()
            own._require_possible()
            own.write(
                {
                    "state": "submitted",
                    "proposer_id": self.env.uid,
                    "submitted_at": fields.Datetime.now(),
                }
            )
            own._on_submitted()
            proposal._decide_step("submitted", group)
        return True

    def action_accept(self):
        """Carry the proposal out: a validator's act, never its proposer's."""
        for proposal in self:
            proposal.check_access("read")
            proposal._require_state("submitted")
            self.env["khbs.approval"]._refuse_author(proposal, "accepted")
            proposal._decide_step("accepted", VALIDATOR)
            own = proposal.sudo()
            own._lock_families()
            own._require_possible()
            own._close("accepted")
            own._carry_out()
        return True

    def action_refuse(self, reason):
        """Refuse the proposal with the *reason*: nothing changes."""
        if not reason:
            raise UserError(self.env._("Say why, so that it can be proposed anew."))
        for proposal in self:
            proposal.check_access("read")
            proposal._require_state("submitted")
            proposal._decide_step("refused", VALIDATOR, note=reason)
            proposal.sudo().refusal = reason
            proposal.sudo()._close("refused")
            proposal.sudo()._on_refused()
        return True

    def _close(self, state):
        self.write(
            {
                "state": state,
                "validator_id": self.env.uid,
                "validated_at": fields.Datetime.now(),
            }
        )

    def _decide_step(self, step, group, note=None):
        self.env["khbs.approval"]._decide(
            self, step, group, self._content_sha256(), note=note
        )

    def _proposer_group(self):
        return FIELD_OFFICER if self.env.user.has_group(FIELD_OFFICER) else OPERATOR

    def _require_possible(self):
        """Raise UserError, with what to mend, unless it can be carried out."""
        self.ensure_one()
        for problem in self._problems():
            raise UserError(problem)

    def _problems(self):
        """Yield what stands against the proposal."""
        if self.household_id.state == "exited":
            yield self.env._(
                "%(household)s has left the registry.", household=self.household_id.name
            )
        for household in self._families().filtered("processing_suspended_on"):
            if not (self.note or "").strip():
                yield self.env._(
                    "%(household)s had the processing of its data suspended. Write in "
                    "the note why it is changed nevertheless; the validator reads it.",
                    household=household.name,
                )
        if not (self.evidence or (self.letter_number and self.letter_date)):
            yield self.env._(
                "Enter number and date of the letter that proves it, or add its photo."
            )

    def _note_entered(self, number):
        """Count *number* as searched for when it is handed in, not when it is decided:
        the answer tells whether somebody has it.
        """
        if self.state == "draft":
            self._families()._record_entered_number(number)

    def _on_submitted(self):
        """Keep what the decision compares with."""

    def _on_refused(self):
        """Undo what waited for the proposal."""

    def _families(self):
        """Return the households that the proposal touches."""
        return self.household_id

    def _carry_out(self):
        """Do what is proposed, in the one transaction of its acceptance.

        :raises NotImplementedError: a kind of proposal that does not say what it does;
            to pass over it would record an acceptance that changed nothing
        """
        raise NotImplementedError

    def _lock_families(self):
        """Take the families for this transaction, or say that somebody else has."""
        households = self._families().sorted("id")
        try:
            households.lock_for_update(allow_referencing=True)
            households.person_ids.sorted("id").lock_for_update(allow_referencing=True)
        except LockError as error:
            raise LockError(
                self.env._(
                    "Somebody else is changing the family %(households)s at this "
                    "moment. Open it anew and look before you repeat.",
                    households=", ".join(households.mapped("name")),
                )
            ) from error

    def _proposal_content(self):
        """Return what every decision rests on: the proof and the families as they are.

        Numbers go into the digest keyed: a digest is shown, a number is not.
        """
        evidence = self.with_context(bin_size=False).evidence
        families = self._families().sorted("id")
        return [
            [self.letter_number, str(self.letter_date), str(self.submitted_at)],
            [self.note, self.env["khbs.household"]._sha256_of(evidence)],
            [household._family_content() for household in families],
        ]

    def _remember(self, records, names):
        """Record that these values are known here: no older delivery undoes them."""
        self.env["khbs.local.value"]._record(
            records, names, fields.Date.context_today(self), self
        )
