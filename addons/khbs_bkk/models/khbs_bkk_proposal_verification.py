# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..terms import APPROVER, VERIFIER


class KhbsBkkProposalVerification(models.AbstractModel):
    """Line by line to a verdict, then approved to the very line or sent back."""

    _name = "khbs.bkk.proposal.verification"
    _description = "BKK proposal: verification"

    def action_accept_pending(self):
        """Accept every line that has no verdict yet."""
        for proposal in self:
            proposal._require(VERIFIER, "verdict", "proposed")
            proposal._lock()
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE khbs_bkk_proposal_line
                       SET verdict = 'accepted', approved_months = months,
                           approved_from = month_from, approved_amount = amount,
                           reason = NULL, write_uid = %s,
                           write_date = now() AT TIME ZONE 'UTC'
                     WHERE proposal_id = %s AND verdict = 'pending'
                    """,
                    self.env.uid,
                    proposal.id,
                )
            )
            self.env.invalidate_all()
            proposal._update_totals()
        return True

    def action_verify(self):
        """Close the verification and issue its minutes."""
        for proposal in self:
            proposal._require(VERIFIER, "verified", "proposed")
            proposal._lock()
            if proposal.pending_count:
                raise UserError(
                    self.env._(
                        "%(count)s lines have no verdict yet.",
                        count=proposal.pending_count,
                    )
                )
            if not (proposal.minutes_number and proposal.minutes_date):
                raise UserError(
                    self.env._("Enter number and date of the minutes of verification.")
                )
            proposal._keep_verdicts()
            proposal._step("verified", VERIFIER)
            proposal.sudo().minutes_id = proposal._issue_minutes()
        return True

    def action_approve(self):
        """Approve what was verified, to the very line.

        Above the amount of the policy one person endorses and another approves.
        """
        for proposal in self:
            proposal._require(APPROVER, "approved", "verified", "endorsed")
            proposal._lock()
            if not proposal.approved_amount:
                raise UserError(
                    self.env._("Nothing is left to approve. Send the proposal back.")
                )
            proposal._check_unchanged("verified")
            if proposal.state == "verified" and proposal._needs_second_approval():
                proposal._step("endorsed", APPROVER)
                continue
            proposal._step("approved", APPROVER)
            proposal._reserve_months()
        return True

    def _needs_second_approval(self):
        return 0 < self.policy_id.second_tier_amount < self.approved_amount

    def action_return(self, reason):
        """Send the proposal back to the regency; a new round begins.

        :param reason: what is to be mended, shown to the proposer
        """
        self.ensure_one()
        group = VERIFIER if self.state in ("draft", "proposed") else APPROVER
        self._require(group, "returned", "proposed", "verified", "endorsed")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write what the regency has to mend."))
        self._lock()
        if self.state == "proposed":
            self._keep_verdicts()
        self._decide("returned", group, note=reason)
        self.sudo().write(
            {
                "state": "draft",
                "round_number": self.round_number + 1,
                "return_reason": reason,
                "digest_form": 2,
                "minutes_number": False,
                "minutes_date": False,
                "minutes_id": False,
            }
        )
        self._reset_verdicts()
        return True

    def action_ask_return(self):
        """Open the dialogue that asks for the reason of a return."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send back"),
            "res_model": "khbs.bkk.proposal.return",
            "view_mode": "form",
            "target": "new",
            "context": {"default_proposal_id": self.id},
        }

    def action_view_verdicts(self):
        """Open the verdicts of every round."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Verdicts of every round"),
            "res_model": "khbs.bkk.verdict",
            "view_mode": "list",
            "domain": [("proposal_id", "=", self.id)],
        }

    def _keep_verdicts(self):
        """Copy the verdicts of this round into their append-only table."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO khbs_bkk_verdict (
                    proposal_id, round_number, holder_id, rate_id, name, month_from,
                    months, amount, verdict, approved_from, approved_months,
                    approved_amount, reason, user_id, at
                )
                SELECT proposal_id, %s, holder_id, rate_id, name, month_from,
                       months, amount, verdict, approved_from, approved_months,
                       approved_amount, reason, %s, now() AT TIME ZONE 'UTC'
                  FROM khbs_bkk_proposal_line
                 WHERE proposal_id = %s
                """,
                self.round_number,
                self.env.uid,
                self.id,
            )
        )

    def _reset_verdicts(self):
        """Make every line pending again for the new round."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE khbs_bkk_proposal_line
                   SET verdict = 'pending', approved_from = NULL, approved_months = 0,
                       approved_amount = 0
                 WHERE proposal_id = %s
                """,
                self.id,
            )
        )
        self.env.invalidate_all()
        self._update_totals()
