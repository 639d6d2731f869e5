# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..terms import APPROVER, VERIFIER

# So many returned lines stand in the reason that is proposed for sending back.
RETURNED_SHOWN = 20
# What the team of a round takes over from the one before.
TEAM_FIELDS = ("sequence", "name", "nip", "office", "position")


class KhbsBkkProposalVerification(models.AbstractModel):
    """Line by line to a verdict, then approved to the very line or sent back."""

    _name = "khbs.bkk.proposal.verification"
    _description = "BKK proposal: verification"

    check_ids = fields.One2many(
        comodel_name="khbs.bkk.check",
        inverse_name="proposal_id",
        domain=[("is_current", "=", True)],
        string="Checklist",
    )
    team_ids = fields.One2many(
        comodel_name="khbs.bkk.team.member",
        inverse_name="proposal_id",
        domain=[("is_current", "=", True)],
    )
    past_check_ids = fields.One2many(
        comodel_name="khbs.bkk.check",
        inverse_name="proposal_id",
        domain=[("is_current", "=", False)],
        string="Checklists of earlier rounds",
        readonly=True,
    )
    past_team_ids = fields.One2many(
        comodel_name="khbs.bkk.team.member",
        inverse_name="proposal_id",
        domain=[("is_current", "=", False)],
        string="Teams of earlier rounds",
        readonly=True,
    )
    unanswered_count = fields.Integer(
        string="Unanswered items", compute="_compute_unanswered_count"
    )

    @api.depends("check_ids.answer", "round_number")
    def _compute_unanswered_count(self):
        for proposal in self:
            open_items = proposal._checks().filtered(lambda check: not check.answer)
            proposal.unanswered_count = len(open_items)

    def _checks(self):
        """Return the checklist of the round under way."""
        return self.check_ids.filtered(
            lambda check: check.round_number == self.round_number
        )

    def _team(self):
        """Return the team of the round under way."""
        return self.team_ids.filtered(
            lambda member: member.round_number == self.round_number
        )

    def action_accept_pending(self):
        """Accept every line that has no verdict yet, as far as the policy pays it."""
        for proposal in self:
            proposal._require(VERIFIER, "verdict", "proposed")
            proposal._lock()
            proposal._accept_pending()
            proposal._note_judged()
        return True

    def action_verify(self):
        """Close the verification and issue its minutes."""
        for proposal in self:
            proposal._require(VERIFIER, "verified", "proposed")
            proposal._lock()
            proposal._check_complete()
            proposal._check_still_due()
            proposal._check_paid_once()
            proposal._check_ceilings()
            proposal._step("verified", VERIFIER)
            proposal._keep_verdicts()
            proposal._issue_minutes()
        return True

    def _check_complete(self):
        """Refuse to close while a verdict, an answer or the minutes are missing."""
        if self.pending_count:
            raise UserError(
                self.env._(
                    "%(count)s lines have no verdict yet.", count=self.pending_count
                )
            )
        returned = self._returned_lines()
        if returned:
            raise UserError(
                self.env._(
                    "%(count)s lines are returned to the regency: send the proposal "
                    "back, or give them another verdict.",
                    count=len(returned),
                )
            )
        if self.unanswered_count:
            raise UserError(
                self.env._(
                    "%(count)s items of the checklist have no answer yet.",
                    count=self.unanswered_count,
                )
            )
        if not self._team():
            raise UserError(
                self.env._("Enter the members of the team; they sign the minutes.")
            )
        if not (self.minutes_number and self.minutes_date):
            raise UserError(
                self.env._("Enter number and date of the minutes of verification.")
            )

    def _check_still_due(self):
        """Refuse to approve a month that the roster of today gives to nobody."""
        names = ", ".join(self._left_by_roster())
        if names and self.state == "proposed":
            raise UserError(
                self.env._(
                    "A term or a rate has changed since this was proposed: %(names)s. "
                    "Cut or reject these lines with a reason, or send the proposal "
                    "back.",
                    names=names,
                )
            )
        if names:
            raise UserError(
                self.env._(
                    "A term or a rate has changed since this was proposed: %(names)s. "
                    "Send the proposal back.",
                    names=names,
                )
            )

    def _returned_lines(self):
        return self.env["khbs.bkk.proposal.line"].search(
            [("proposal_id", "=", self.id), ("verdict", "=", "returned")]
        )

    def _open_checks(self):
        """Lay the checklist and the team of this round before the verifier."""
        items = self.env["khbs.bkk.check.item"].sudo().search([("active", "=", True)])
        for proposal in self:
            place = {
                "proposal_id": proposal.id,
                "round_number": proposal.round_number,
            }
            self.env["khbs.bkk.check"].sudo().create(
                [
                    {
                        **place,
                        "item_id": item.id,
                        "sequence": item.sequence,
                        "name": item.name,
                    }
                    for item in items
                ]
            )
            known = proposal._known_team()
            known.create(
                [
                    {**place, **{name: member[name] for name in TEAM_FIELDS}}
                    for member in known
                ]
            )

    def _known_team(self):
        """Return the team that verified the regency's last proposal.

        Most proposals of a regency are verified by the same persons; those who
        verified another one do not sign here unless somebody says so.
        """
        members = self.env["khbs.bkk.team.member"].sudo()
        last = members.search(
            [("proposal_id.regency_id", "=", self.regency_id.id)],
            order="id desc",
            limit=1,
        )
        return members.search(
            [
                ("proposal_id", "=", last.proposal_id.id),
                ("round_number", "=", last.round_number),
            ],
            order="sequence, id",
        )

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
            proposal._check_still_due()
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
                "minutes_list_id": False,
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
            "context": {
                "default_proposal_id": self.id,
                "default_reason": self._returned_reason(),
            },
        }

    def _returned_reason(self):
        """Return one sentence for each returned line, to send the proposal back with.

        It goes to the regency, so it is the verifier's own words.
        """
        lines = self._returned_lines()
        said = [f"{line.name}: {line.reason}" for line in lines[:RETURNED_SHOWN]]
        if len(lines) > RETURNED_SHOWN:
            said.append(
                self.env._(
                    "and %(count)s more lines", count=len(lines) - RETURNED_SHOWN
                )
            )
        return "\n".join(said)

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
                    proposal_id, round_number, holder_id, rate_id, name, area_names,
                    appointment_letter, month_from, months, amount, verdict,
                    approved_from, approved_months, approved_amount, reason, user_id,
                    at
                )
                SELECT proposal_id, %s, holder_id, rate_id, name, area_names,
                       appointment_letter, month_from, months, amount, verdict,
                       approved_from, approved_months, approved_amount, reason, %s,
                       now() AT TIME ZONE 'UTC'
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
