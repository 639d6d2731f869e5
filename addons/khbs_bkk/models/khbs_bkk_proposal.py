# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry.rupiah import Rupiah

from .. import guards
from ..terms import PAYEE_LEVELS, PROPOSER, QUARTERS, VERIFIER

STATES = [
    ("draft", "Draft"),
    ("proposed", "Proposed"),
    ("verified", "Verified"),
    ("endorsed", "Endorsed"),
    ("approved", "Approved"),
    ("decreed", "Decreed"),
    ("disbursed", "Disbursed"),
    ("accounted", "Accounted"),
]
# Which days of the policy a stage may take.
STAGE_DAYS = {
    "proposed": "verify_days",
    "verified": "approve_days",
    "endorsed": "approve_days",
    "approved": "decree_days",
    "decreed": "disburse_days",
    "disbursed": "report_days",
}
# What a user may enter, by state; everything else moves through actions.
IDENTITY = {"regency_id", "fiscal_year", "quarter", "payee_level", "supplement"}
LETTER = {
    "letter_number",
    "letter_date",
    "letter_file",
    "letter_file_name",
    "control_count",
    "control_amount",
}
MINUTES = {"minutes_number", "minutes_date", "check_ids", "team_ids"}


class KhbsBkkProposal(models.Model):
    """What a regency asks for the holders of one quarter (DOMAIN 4, 8).

    Proposer, verifier and approver are three persons. A proposal that is sent back
    begins a new round; decisions and verdicts of the earlier ones stay. The steps
    stand in files of their own: who takes them, roster, verification, papers, payment.
    """

    _name = "khbs.bkk.proposal"
    _inherit = [
        "khbs.approvable",
        "khbs.papered",
        "khbs.bkk.proposal.steps",
        "khbs.bkk.proposal.roster",
        "khbs.bkk.proposal.warnings",
        "khbs.bkk.proposal.letter",
        "khbs.bkk.proposal.verification",
        "khbs.bkk.proposal.limits",
        "khbs.bkk.proposal.minutes",
        "khbs.bkk.proposal.compare",
        "khbs.bkk.proposal.months",
        "khbs.bkk.proposal.papers",
        "khbs.bkk.proposal.accountability",
        "khbs.bkk.proposal.payment",
        "khbs.bkk.proposal.decree",
    ]
    _description = "BKK proposal"
    _order = "fiscal_year desc, quarter desc, regency_id, payee_level, supplement"

    _reading_actions = ("action_verify", "action_approve")
    _unread_steps = ("proposed", "returned")
    _content_fields = (
        "state",
        "round_number",
        "regency_id",
        "fiscal_year",
        "quarter",
        "payee_level",
        "supplement",
        "policy_id",
        "letter_number",
        "letter_date",
        "letter_sha256",
        "control_count",
        "control_amount",
        "minutes_number",
        "minutes_date",
        "proposed_amount",
        "approved_amount",
    )

    regency_id = fields.Many2one(
        comodel_name="khbs.area",
        required=True,
        index=True,
        domain=[("level", "in", ["regency", "city"])],
        default=lambda self: self.env["khbs.bkk.holder"]._default_regency_id(),
        ondelete="restrict",
    )
    fiscal_year = fields.Integer(
        required=True,
        aggregator=None,
        default=lambda self: fields.Date.context_today(self).year,
    )
    quarter = fields.Selection(selection=QUARTERS, required=True)
    date_from = fields.Date(compute="_compute_period", store=True)
    date_to = fields.Date(compute="_compute_period", store=True)
    payee_level = fields.Selection(
        selection=PAYEE_LEVELS,
        string="Paid through",
        required=True,
        default="regency",
        help="Holders whose role is paid through the villages have a proposal of "
        "their own.",
    )
    supplement = fields.Integer(
        required=True,
        default=0,
        aggregator=None,
        help="0: the proposal of the quarter; 1, 2 ..: what it left out (susulan).",
    )
    policy_id = fields.Many2one(
        comodel_name="khbs.bkk.policy",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="In force on the first day of the quarter; kept when the lines are built.",
    )
    letter_number = fields.Char(help="Of the Bupati's or Wali Kota's proposal.")
    letter_date = fields.Date()
    control_count = fields.Integer(
        string="Holders in the letter",
        aggregator=None,
        help="As the signed letter states them; the lines must come to the same.",
    )
    control_amount = Rupiah(string="Amount in the letter", aggregator=None)
    minutes_number = fields.Char(help="Of the minutes of verification.")
    minutes_date = fields.Date()
    minutes_id = fields.Many2one(comodel_name="khbs.paper", readonly=True, copy=False)
    minutes_list_id = fields.Many2one(
        comodel_name="khbs.paper",
        string="Annex of the minutes",
        readonly=True,
        copy=False,
    )
    line_ids = fields.One2many(
        comodel_name="khbs.bkk.proposal.line",
        inverse_name="proposal_id",
        string="Lines",
    )
    line_count = fields.Integer(readonly=True, default=0, copy=False)
    holder_count = fields.Integer(compute="_compute_counts", string="Holders")
    pending_count = fields.Integer(compute="_compute_counts", string="Pending lines")
    proposed_amount = Rupiah(readonly=True, default=0, copy=False)
    approved_count = fields.Integer(readonly=True, default=0, copy=False)
    approved_amount = Rupiah(readonly=True, default=0, copy=False)
    cut_amount = Rupiah(compute="_compute_counts", string="Cut")
    previous_amount = Rupiah(compute="_compute_counts", string="Previous quarter")
    difference = Rupiah(compute="_compute_counts")
    disbursed_amount = Rupiah(readonly=True, default=0, copy=False)
    revision = fields.Integer(
        readonly=True,
        default=0,
        copy=False,
        aggregator=None,
        help="Counts changes of the lines, so that two at once collide here.",
    )
    round_number = fields.Integer(readonly=True, default=1, copy=False, aggregator=None)
    digest_form = fields.Integer(
        readonly=True,
        required=True,
        default=2,
        copy=False,
        aggregator=None,
        help="What the SHA-256 of a decision covers. 1: as before supplements, "
        "without the place of the months and the payee.",
    )
    return_reason = fields.Char(readonly=True, copy=False)
    state = fields.Selection(
        selection=STATES,
        required=True,
        readonly=True,
        default="draft",
        index=True,
        copy=False,
    )
    stage_since = fields.Datetime(
        string="At this stage since",
        readonly=True,
        required=True,
        default=fields.Datetime.now,
        copy=False,
    )
    due_date = fields.Date(
        compute="_compute_due_date",
        store=True,
        index=True,
        help="When the stage should be over, by the days of the policy.",
    )
    is_overdue = fields.Boolean(compute="_compute_is_overdue")
    decree_id = fields.Many2one(
        comodel_name="khbs.decree",
        readonly=True,
        index="btree_not_null",
        copy=False,
        ondelete="set null",
        help="A draft that is dropped frees the proposal for another.",
    )
    verdict_ids = fields.One2many(
        comodel_name="khbs.bkk.verdict", inverse_name="proposal_id"
    )
    disbursement_ids = fields.One2many(
        comodel_name="khbs.bkk.disbursement", inverse_name="proposal_id"
    )
    approval_ids = fields.One2many(
        comodel_name="khbs.approval",
        inverse_name="res_id",
        domain=[("model", "=", "khbs.bkk.proposal")],
        string="Decisions",
    )

    _period_uniq = models.Constraint(
        "UNIQUE (regency_id, fiscal_year, quarter, payee_level, supplement)",
        "This regency has a proposal for this quarter. Open that one.",
    )
    _supplement_positive = models.Constraint(
        "CHECK (supplement >= 0)", "Supplements are counted 1, 2 .."
    )
    _fiscal_year_range = models.Constraint(
        "CHECK (fiscal_year BETWEEN 2025 AND 2100)", "Enter the fiscal year as 2026."
    )
    _disbursed_within = models.Constraint(
        "CHECK (disbursed_amount BETWEEN 0 AND approved_amount)",
        "No more can be disbursed than was approved.",
    )

    def init(self):
        self.env.cr.execute(guards.PROPOSAL_GUARD)

    # ------------------------------------------------------------------
    # Computed
    # ------------------------------------------------------------------

    @api.depends("fiscal_year", "quarter")
    def _compute_period(self):
        for proposal in self:
            if not (proposal.fiscal_year and proposal.quarter):
                proposal.date_from = proposal.date_to = False
                continue
            first = date(proposal.fiscal_year, 3 * int(proposal.quarter) - 2, 1)
            proposal.date_from = first
            proposal.date_to = first + relativedelta(months=3, days=-1)

    @api.depends("state", "stage_since", "policy_id")
    def _compute_due_date(self):
        for proposal in self:
            name = STAGE_DAYS.get(proposal.state)
            days = proposal.sudo().policy_id[name] if name else 0
            since = fields.Datetime.context_timestamp(proposal, proposal.stage_since)
            proposal.due_date = days and since.date() + relativedelta(days=days)

    @api.depends("due_date")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for proposal in self:
            proposal.is_overdue = bool(proposal.due_date and proposal.due_date < today)

    @api.depends(
        "line_ids.holder_id",
        "line_ids.verdict",
        "proposed_amount",
        "approved_amount",
        "state",
    )
    def _compute_counts(self):
        lines = self.env["khbs.bkk.proposal.line"].sudo()
        mine = [("proposal_id", "in", self.ids)]
        holders = dict(
            lines._read_group(mine, ["proposal_id"], ["holder_id:count_distinct"])
        )
        pending = dict(
            lines._read_group(
                [*mine, ("verdict", "=", "pending")], ["proposal_id"], ["__count"]
            )
        )
        before = dict(lines._read_group(mine, ["proposal_id"], ["previous_amount:sum"]))
        for proposal in self:
            proposal.holder_count = holders.get(proposal, 0)
            proposal.previous_amount = before.get(proposal, 0)
            proposal.difference = proposal.proposed_amount - proposal.previous_amount
            proposal.pending_count = pending.get(proposal, 0)
            verified = proposal.state not in ("draft", "proposed")
            proposal.cut_amount = (
                proposal.proposed_amount - proposal.approved_amount if verified else 0
            )

    @api.depends(
        "regency_id.name", "quarter", "fiscal_year", "payee_level", "supplement"
    )
    def _compute_display_name(self):
        for proposal in self:
            quarter = dict(QUARTERS).get(proposal.quarter, "-")
            name = f"BKK {proposal.regency_id.name} TW {quarter}/{proposal.fiscal_year}"
            if proposal.payee_level == "village":
                name += " Desa"
            if proposal.supplement:
                name += f" Susulan {proposal.supplement}"
            proposal.display_name = name

    # ------------------------------------------------------------------
    # What users may write
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        for vals in vals_list:
            self._refuse_other_fields(vals, IDENTITY | LETTER)
        # What may not be entered may not come as a default of the context either.
        context = {
            key: value
            for key, value in self.env.context.items()
            if not key.startswith("default_")
        }
        plain = self.with_env(self.env(context=context))
        proposals = super(KhbsBkkProposal, plain).create(vals_list)
        proposals._note_letter(set().union(*vals_list))
        return proposals

    def write(self, vals):
        if not self.env.su:
            for proposal in self:
                proposal._refuse_other_fields(vals, proposal._writable_fields())
        if "state" in vals:
            vals = {"stage_since": fields.Datetime.now(), **vals}
        result = super().write(vals)
        if not self.env.su:
            self._note_changed(vals)
        self._note_letter(vals)
        if "regency_id" in vals:
            # A rule is asked before a write; nobody moves a proposal out of reach.
            self.check_access("write")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_first_draft(self):
        if any(one.state != "draft" or one.round_number > 1 for one in self):
            raise UserError(
                self.env._("Only a draft that was never proposed may be deleted.")
            )

    def _writable_fields(self):
        """Return the fields that the present user may enter in the present state."""
        user = self.env.user
        if self.state == "draft" and user.has_group(PROPOSER):
            return (LETTER if self.line_ids else LETTER | IDENTITY) | {"line_ids"}
        if self.state == "proposed" and user.has_group(VERIFIER):
            return MINUTES | {"line_ids"}
        return set()

    def _refuse_other_fields(self, vals, allowed):
        others = {
            self._fields[name]._description_string(self.env)
            if name in self._fields
            else name
            for name in set(vals) - allowed
        }
        if others:
            raise UserError(
                self.env._(
                    "In this state of the proposal you may not change: %(fields)s.",
                    fields=", ".join(sorted(others)),
                )
            )

    # ------------------------------------------------------------------
    # What the smart buttons open
    # ------------------------------------------------------------------

    def action_view_lines(self):
        """Open the lines as a list of their own, to filter and to group."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "khbs.bkk.proposal.line",
            "view_mode": "list,kanban",
            "domain": [("proposal_id", "=", self.id)],
        }

    def action_view_decree(self):
        """Open the decree that decides the proposal."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.decree",
            "view_mode": "form",
            "res_id": self.decree_id.id,
        }

    # ------------------------------------------------------------------
    # Lines
    # ------------------------------------------------------------------

    def _update_totals(self):
        """Write the sums of the lines; every change of a line passes here."""
        self.env.flush_all()
        if self:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE khbs_bkk_proposal p
                       SET line_count = s.line_count,
                           proposed_amount = s.proposed,
                           approved_count = s.approved_count,
                           approved_amount = s.approved,
                           revision = p.revision + 1
                      FROM (
                        SELECT p.id, count(l.id) AS line_count,
                               coalesce(sum(l.amount), 0) AS proposed,
                               count(l.id) FILTER (WHERE l.approved_amount > 0)
                                   AS approved_count,
                               coalesce(sum(l.approved_amount), 0) AS approved
                          FROM khbs_bkk_proposal p
                     LEFT JOIN khbs_bkk_proposal_line l ON l.proposal_id = p.id
                         WHERE p.id IN %s
                      GROUP BY p.id
                      ) s
                     WHERE p.id = s.id
                    """,
                    tuple(self.ids),
                )
            )
        self.env.invalidate_all()

    def _figures(self):
        return {
            "lines": self.line_count,
            "proposed": self.proposed_amount,
            "approved": self.approved_amount,
            "round": self.round_number,
        }
