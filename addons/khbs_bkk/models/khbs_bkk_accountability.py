# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.khbs_registry.identity_numbers import PERSONAL_NUMBER
from odoo.addons.khbs_registry.papers import words
from odoo.addons.khbs_registry.rupiah import Rupiah

from ..guards import accountability as guards
from ..terms import PROPOSER, VERIFIER

STATES = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("accepted", "Accepted"),
]
# What is measured from decree, SP2D, payment list and STS, never entered.
FIGURES = (
    "decreed_amount",
    "received_amount",
    "paid_amount",
    "tax_amount",
    "net_amount",
    "left_amount",
    "refunded_amount",
    "people_count",
)


class KhbsBkkAccountability(models.Model):
    """What a regency accounts for of one proposal: the LPJ (DOMAIN 4.2, 10 no. 26).

    Received is what was paid on to the holders and what is left; what is left goes
    back to the provincial treasury by STS before the LPJ is accepted. The figures are
    measured; submission freezes them. Money that moves after that begins a new round,
    or, when the LPJ was accepted already, a further version beside it.
    """

    _name = "khbs.bkk.accountability"
    _inherit = [
        "khbs.guarded",
        "khbs.approvable",
        "khbs.papered",
        "khbs.bkk.document",
        "khbs.bkk.accountability.figures",
        "khbs.bkk.accountability.papers",
    ]
    _description = "BKK accountability report (LPJ)"
    _order = "fiscal_year desc, quarter desc, regency_id, proposal_id, version desc"

    _guarded_fields = (
        "proposal_id",
        "regency_id",
        "fiscal_year",
        "quarter",
        "version",
        "due_date",
        "state",
        "round_number",
        "return_reason",
        "reopen_reason",
        "printed_sha256",
        "paper_id",
        "submitted_by_id",
        "submitted_at",
        "accepted_by_id",
        "accepted_at",
        "snapshot_sha256",
        *FIGURES,
    )
    _reading_actions = ("action_submit", "action_accept")
    _content_fields = (
        "proposal_id",
        "version",
        "state",
        "round_number",
        "letter_number",
        "letter_date",
        "note",
        *FIGURES,
    )

    proposal_id = fields.Many2one(readonly=True)
    regency_id = fields.Many2one(
        related="proposal_id.regency_id", store=True, index=True, precompute=True
    )
    fiscal_year = fields.Integer(
        related="proposal_id.fiscal_year", store=True, precompute=True, aggregator=None
    )
    quarter = fields.Selection(
        related="proposal_id.quarter", store=True, precompute=True
    )
    decree_id = fields.Many2one(related="proposal_id.decree_id")
    version = fields.Integer(
        required=True,
        readonly=True,
        default=1,
        aggregator=None,
        help="A further version accounts for money that moved after the earlier one "
        "was accepted.",
    )
    due_date = fields.Date(
        string="Due",
        readonly=True,
        help="The days of the policy after the last SP2D that stands; none while "
        "nothing is received.",
    )
    overdue = fields.Boolean(compute="_compute_overdue", search="_search_overdue")
    state = fields.Selection(
        selection=STATES,
        required=True,
        readonly=True,
        default="draft",
        index=True,
        copy=False,
    )
    round_number = fields.Integer(
        string="Submission", required=True, readonly=True, default=1, aggregator=None
    )
    return_reason = fields.Char(string="Sent back because", readonly=True)
    reopen_reason = fields.Char(string="Open again because", readonly=True)
    letter_number = fields.Char(
        size=80, help="Of the letter by which Bupati or Wali Kota sends the LPJ."
    )
    letter_date = fields.Date()
    note = fields.Text(
        string="Explanation",
        help="Why money is left, and what else the province should know. It is "
        "printed; no NIK and no account number.",
    )
    decreed_amount = Rupiah(string="By decree", readonly=True, default=0)
    received_amount = Rupiah(
        string="Received",
        readonly=True,
        default=0,
        help="First payments less what came back, and what was paid again.",
    )
    paid_amount = Rupiah(
        string="Paid",
        readonly=True,
        default=0,
        help="To the holders, before the withheld tax.",
    )
    tax_amount = Rupiah(string="Tax withheld", readonly=True, default=0)
    net_amount = Rupiah(string="Paid out", readonly=True, default=0)
    left_amount = Rupiah(string="Left", readonly=True, default=0)
    refunded_amount = Rupiah(string="Refunded", readonly=True, default=0)
    people_count = fields.Integer(string="People paid", readonly=True, default=0)
    role_ids = fields.One2many(
        comodel_name="khbs.bkk.accountability.role",
        inverse_name="accountability_id",
        string="By role",
        readonly=True,
    )
    refund_ids = fields.One2many(
        comodel_name="khbs.bkk.refund", inverse_name="accountability_id"
    )
    evidence_ids = fields.One2many(
        comodel_name="khbs.bkk.evidence", inverse_name="accountability_id"
    )
    printed_sha256 = fields.Char(readonly=True, copy=False)
    paper_id = fields.Many2one(
        comodel_name="khbs.paper", string="Printed LPJ", readonly=True, copy=False
    )
    submitted_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    submitted_at = fields.Datetime(readonly=True)
    accepted_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    accepted_at = fields.Datetime(readonly=True)
    snapshot_sha256 = fields.Char(
        string="SHA-256 of the figures",
        readonly=True,
        help="Of figures, roles, refunds and evidence as they were submitted.",
    )
    approval_ids = fields.One2many(
        comodel_name="khbs.approval",
        inverse_name="res_id",
        domain=[("model", "=", "khbs.bkk.accountability")],
        string="Decisions",
    )

    _version_uniq = models.Constraint(
        "UNIQUE (proposal_id, version)", "This version of the LPJ exists."
    )
    _one_open = models.UniqueIndex(
        "(proposal_id) WHERE state <> 'accepted'",
        "There is an open LPJ of this proposal.",
    )
    _sums = models.Constraint(
        "CHECK (left_amount = received_amount - paid_amount "
        "AND net_amount = paid_amount - tax_amount)",
        "Received is what was paid and what is left.",
    )
    _submitted_whole = models.Constraint(
        "CHECK (state = 'draft' OR (left_amount >= 0 AND submitted_by_id IS NOT NULL "
        "AND submitted_at IS NOT NULL AND snapshot_sha256 IS NOT NULL))",
        "A submitted LPJ names who submitted it, and pays no more than was received.",
    )
    _accepted_whole = models.Constraint(
        "CHECK (state <> 'accepted' OR (left_amount = refunded_amount "
        "AND accepted_by_id IS NOT NULL AND accepted_at IS NOT NULL))",
        "An LPJ is accepted when everything that is left was refunded.",
    )
    _two_persons = models.Constraint(
        "CHECK (accepted_by_id <> submitted_by_id)",
        "Who submits an LPJ does not accept it.",
    )

    def init(self):
        self.env.cr.execute(guards.ACCOUNTABILITY_GUARD)

    @api.depends("proposal_id.display_name", "version")
    def _compute_display_name(self):
        for report in self:
            further = f" ({report.version})" if report.version > 1 else ""
            report.display_name = f"LPJ {report.proposal_id.display_name}{further}"

    @api.depends("state", "due_date", "received_amount")
    def _compute_overdue(self):
        today = fields.Date.context_today(self)
        for report in self:
            report.overdue = bool(
                report.state == "draft"
                # Of nothing received nothing can be submitted, so nothing is late.
                and report.received_amount > 0
                and report.due_date
                and report.due_date < today
            )

    def _search_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = Domain(
            [
                ("state", "=", "draft"),
                ("received_amount", ">", 0),
                ("due_date", "<", fields.Date.context_today(self)),
            ]
        )
        return overdue if True in value else ~overdue

    @api.constrains("note")
    def _check_note(self):
        for report in self:
            if PERSONAL_NUMBER.search(report.note or ""):
                raise ValidationError(
                    self.env._("The explanation is printed: no NIK or KK number in it.")
                )

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------

    def action_measure(self):
        """Take the figures anew from decree, SP2D, payment list and STS."""
        for report in self._checked(PROPOSER, "khbs.bkk.accountability.prepare"):
            report._require_state("draft")
            report._measure()
        return True

    def action_submit(self):
        """Send the LPJ to the province: the figures stay as they are now."""
        for report in self:
            report._checked(PROPOSER, "khbs.bkk.accountability.submitted")
            report._require_state("draft")
            report.sudo()._require_measured()
            report._require_complete()
            approvals = self.env["khbs.approval"]
            digest = report.sudo()._figures_sha256()
            approvals._decide(
                report, "submitted", PROPOSER, digest, None, report.round_number
            )
            report.sudo().write(
                {
                    "state": "submitted",
                    "submitted_by_id": self.env.uid,
                    "submitted_at": fields.Datetime.now(),
                    "snapshot_sha256": digest,
                    "return_reason": False,
                }
            )
            self.env.flush_all()
        return True

    def action_accept(self):
        """Accept the LPJ: everything that was received is accounted for."""
        for report in self:
            report._checked(VERIFIER, "khbs.bkk.accountability.accepted", "read")
            report._require_state("submitted")
            report._require_refunded()
            approvals = self.env["khbs.approval"]
            approvals._refuse_maker(report, "accepted")
            approvals._decide(
                report,
                "accepted",
                VERIFIER,
                report.snapshot_sha256,
                None,
                report.round_number,
            )
            report.sudo().write(
                {
                    "state": "accepted",
                    "accepted_by_id": self.env.uid,
                    "accepted_at": fields.Datetime.now(),
                }
            )
            self.env.flush_all()
            report.sudo().proposal_id._close_accounted()
            report.sudo().decree_id.budget_line_id._check_flow()
        return True

    def action_return(self, reason):
        """Send the LPJ back to the regency; a new round begins.

        :param reason: what is to be mended, shown to the regency
        """
        self.ensure_one()
        self._checked(VERIFIER, "khbs.bkk.accountability.returned", "read")
        self._require_state("submitted")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write what the regency has to mend."))
        self.env["khbs.approval"]._decide(
            self, "returned", VERIFIER, self.snapshot_sha256, reason, self.round_number
        )
        self.sudo()._begin_round({"return_reason": reason})
        return True

    def action_ask_return(self):
        """Open the dialogue that asks for the reason of a return."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send back"),
            "res_model": "khbs.bkk.accountability.return",
            "view_mode": "form",
            "target": "new",
            "context": {"default_accountability_id": self.id},
        }

    def _movements(self, line):
        """Return what this LPJ says of budget line *line*: realised and paid back."""
        self.ensure_one()
        day = fields.Date.context_today(self, self.accepted_at)
        movements = [
            line._movement(
                refund.sts_date,
                f"STS {self.regency_id.name}",
                refund.sts_number,
                "sts",
                refund.amount,
            )
            for refund in self._all_refunds()
        ]
        if self.paid_amount:
            movements.append(
                line._movement(
                    day,
                    f"LPJ {self.regency_id.name}",
                    self.letter_number,
                    "realised",
                    self.paid_amount,
                )
            )
        return movements

    @api.model
    def _open(self, proposal, version, due_date, reason=None):
        """Begin a version of the LPJ of *proposal* and return it."""
        report = self.sudo().create(
            {
                "proposal_id": proposal.id,
                "version": version,
                "due_date": due_date,
                "reopen_reason": reason,
            }
        )
        report._measure()
        return report

    def _begin_round(self, vals):
        """Open a submitted LPJ again; what was submitted stays in its decision."""
        for report in self:
            report.write(
                {
                    "state": "draft",
                    "round_number": report.round_number + 1,
                    "submitted_by_id": False,
                    "submitted_at": False,
                    "snapshot_sha256": False,
                    **vals,
                }
            )
        self.env.flush_all()
        self._measure()

    def _require_measured(self):
        """Refuse figures that are not those of this moment."""
        if self._is_stale():
            raise UserError(
                self.env._(
                    "Money moved since the figures of %(report)s were taken. Press "
                    '"Take the figures anew", read them, then submit.',
                    report=self.display_name,
                )
            )

    def _require_complete(self):
        """Refuse to submit what the province cannot check."""
        self.ensure_one()
        if not self.received_amount:
            raise UserError(self.env._("Nothing was received that could be accounted."))
        if self.left_amount < 0:
            raise UserError(
                self.env._(
                    "%(paid)s was paid and only %(received)s received: compare the "
                    "payment list with the SP2D.",
                    paid=words.rupiah(self.paid_amount),
                    received=words.rupiah(self.received_amount),
                )
            )
        undecided = self.sudo()._undecided_count()
        if undecided:
            raise UserError(
                self.env._(
                    "%(count)s names of the decree are neither paid nor given up yet: "
                    "finish the payment list first.",
                    count=undecided,
                )
            )
        if not (self.letter_number and self.letter_date):
            raise UserError(self.env._("Enter number and date of the LPJ's letter."))
        if self.printed_sha256 != self.sudo()._printable_sha256():
            raise UserError(
                self.env._(
                    "Print the LPJ as it stands now, have it signed and upload it: "
                    "what was printed before has other figures."
                )
            )
        signed = self.evidence_ids.filtered(lambda one: one.kind == "signed")
        if not signed:
            raise UserError(self.env._("Upload the signed LPJ among the evidence."))
        if self.printed_sha256 not in signed.mapped("printed_sha256"):
            raise UserError(
                self.env._(
                    "The signed LPJ was uploaded before the LPJ was printed as it "
                    "stands now. Have the new print signed and upload it."
                )
            )

    def _require_refunded(self):
        """Refuse to accept while money is left, or more came back than was left."""
        if self.left_amount != self.refunded_amount:
            raise UserError(
                self.env._(
                    "%(left)s is left and %(refunded)s is refunded by STS. Send the "
                    "LPJ back, so that the regency refunds the rest or mends the STS.",
                    left=words.rupiah(self.left_amount),
                    refunded=words.rupiah(self.refunded_amount),
                )
            )
