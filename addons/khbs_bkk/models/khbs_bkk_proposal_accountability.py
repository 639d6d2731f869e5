# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry.papers import words

# Which stages a late LPJ of an earlier period holds up, by the word of the policy.
BLOCKED_STAGES = {
    "nothing": (),
    "disbursement": ("disbursement",),
    "proposal": ("proposal", "disbursement"),
}


class KhbsBkkProposalAccountability(models.AbstractModel):
    """The LPJ of a proposal: opened by its money, and what a late one holds up."""

    _name = "khbs.bkk.proposal.accountability"
    _description = "BKK proposal: accountability"

    accountability_ids = fields.One2many(
        comodel_name="khbs.bkk.accountability",
        inverse_name="proposal_id",
        string="LPJ",
    )
    accountability_state = fields.Selection(
        selection=[
            ("none", "Not due"),
            ("draft", "Draft"),
            ("submitted", "Submitted"),
            ("accepted", "Accepted"),
        ],
        string="State of the LPJ",
        compute="_compute_accountability_state",
    )

    def _compute_accountability_state(self):
        reports = self.env["khbs.bkk.accountability"].sudo()
        states = {
            report.proposal_id.id: report.state
            for report in reports.search(
                [("proposal_id", "in", self.ids)], order="version"
            )
        }
        for proposal in self:
            proposal.accountability_state = states.get(proposal.id, "none")

    def action_view_accountability(self):
        """Open the LPJ of these proposals."""
        reports = self.env["khbs.bkk.accountability"].search(
            [("proposal_id", "in", self.ids)]
        )
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("LPJ"),
            "res_model": reports._name,
            "view_mode": "list,kanban,form",
            "domain": [("proposal_id", "in", self.ids)],
        }
        if len(reports) == 1:
            action.update(view_mode="form", res_id=reports.id)
        return action

    def _check_not_blocked(self, stage):
        """Refuse *stage* while an LPJ of an earlier period is late (DOMAIN 12.45).

        A submitted LPJ is not late any more, whether it is accepted yet or not.

        :param stage: ``proposal`` or ``disbursement``
        """
        for proposal in self:
            policy = proposal._blocking_policy()
            if stage not in BLOCKED_STAGES[policy.late_report_blocks or "nothing"]:
                continue
            late = proposal._late_reports()
            if late:
                raise UserError(
                    self.env._(
                        "%(report)s was due on %(due)s and is not submitted yet: until "
                        "it is, nothing of a later period goes on. Submit it first.",
                        report=late[0].display_name,
                        due=words.date(late[0].due_date),
                    )
                )

    def _blocking_policy(self):
        """Return the policy that says what a late LPJ blocks."""
        self.ensure_one()
        policies = self.env["khbs.bkk.policy"]
        return self.sudo().policy_id or policies._at(
            self.date_from or fields.Date.context_today(self)
        )

    def _late_reports(self):
        """Return the late LPJ of earlier periods of the same regency."""
        self.ensure_one()
        return (
            self.env["khbs.bkk.accountability"]
            .sudo()
            .search(
                [
                    ("regency_id", "=", self.regency_id.id),
                    ("proposal_id.date_from", "<", self.date_from),
                    ("overdue", "=", True),
                ],
                order="due_date, id",
            )
            .with_env(self.env)
        )

    def _money_moved(self):
        """Let the LPJ follow: called wherever money of a proposal moves.

        With the first SP2D a draft begins. A draft is measured anew and its due date
        follows the last SP2D that stands; without any it waits for the next, with no
        day to be late. What was submitted begins a new round, what was
        accepted gets a further version beside it; neither is overwritten.
        """
        reports = self.env["khbs.bkk.accountability"].sudo()
        for proposal in self.sudo():
            self.env.flush_all()
            last = reports.search(
                [("proposal_id", "=", proposal.id)], order="version desc", limit=1
            )
            due = proposal._report_due_date()
            if not last:
                if due:
                    reports._open(proposal, 1, due)
            elif last.state == "draft":
                if last.version == 1:
                    last.due_date = due
                last._measure()
            elif last._is_stale():
                proposal._reopen(last)
            proposal._require_not_refunded()

    def _require_not_refunded(self):
        """Refuse to use what went back to the province already."""
        self.env.cr.execute(
            SQL("SELECT received, paid, refunded FROM khbs_bkk_account(%s)", self.id)
        )
        received, paid, refunded = self.env.cr.fetchone()
        if refunded and paid + refunded > received:
            raise UserError(
                self.env._(
                    "Of %(received)s that came in for %(proposal)s, %(refunded)s went "
                    "back by STS: %(paid)s cannot be paid of the rest.",
                    received=words.rupiah(received),
                    proposal=self.display_name,
                    refunded=words.rupiah(refunded),
                    paid=words.rupiah(paid),
                )
            )

    def _reopen(self, last):
        """Account anew for a proposal whose money moved after *last* was handed in."""
        reason = self.env._("Money moved after the LPJ was handed in.")
        today = fields.Date.context_today(self)
        due = today + timedelta(days=self._blocking_policy().report_days or 0)
        if last.state == "submitted":
            last._begin_round({"reopen_reason": reason, "due_date": due})
            report = last
        else:
            if self.state == "accounted":
                self.state = "disbursed"
                self.env.flush_all()
            report = last._open(self, last.version + 1, due, reason)
        self.env["khbs.audit.event"]._record(
            "khbs.bkk.accountability.reopen", report, {"version": report.version}
        )

    def _report_due_date(self):
        """Return when the LPJ is due: nothing while no SP2D stands.

        One that was cancelled, or came back whole, brought the regency nothing.
        """
        self.ensure_one()
        self.env.flush_all()
        [[last]] = self.env.execute_query(
            SQL(
                """
                SELECT max(d.sp2d_date)
                  FROM khbs_bkk_disbursement d
                  JOIN khbs_bkk_transfer t ON t.disbursement_id = d.id
                 WHERE d.proposal_id = %s
                   AND d.cancelled_by_id IS NULL AND t.cancelled_by_id IS NULL
                   AND NOT EXISTS (
                        SELECT FROM khbs_bkk_transfer_return r
                         WHERE r.transfer_id = t.id AND r.cancelled_by_id IS NULL)
                """,
                self.id,
            )
        )
        days = self._blocking_policy().report_days or 0
        return last + timedelta(days=days) if last else False

    def _close_accounted(self):
        """Move on what was paid in full and is accounted for."""
        for proposal in self.sudo():
            if proposal.state == "disbursed":
                proposal.state = "accounted"
        self.env.flush_all()
