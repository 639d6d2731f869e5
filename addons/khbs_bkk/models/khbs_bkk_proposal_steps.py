# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..terms import BARRED_BY, BUILD, CHANGE, VERDICT

# What the SHA-256 of a decision covers of a line, and in which order, by form.
LINE_DIGESTS = {
    1: (
        SQL(
            """concat_ws(E'\\t', holder_id, rate_id, name, area_names,
            appointment_letter, months, rate_amount, amount, verdict, approved_months,
            approved_amount, reason)"""
        ),
        SQL("holder_id, rate_id"),
    ),
    2: (
        SQL(
            """jsonb_build_array(holder_id, role_id, rate_id, name, area_names,
            area_code, payee_area_id, appointment_letter, month_from, months,
            rate_amount, amount, verdict, approved_from, approved_months,
            approved_amount, reason)::text"""
        ),
        SQL("holder_id, rate_id, month_from"),
    ),
}


class KhbsBkkProposalSteps(models.AbstractModel):
    """Who takes a step, and on which lines it was taken.

    Nobody takes two steps, and nobody verifies or approves what he built, changed or
    judged himself, whatever role he has by now. The database holds the same.
    """

    _name = "khbs.bkk.proposal.steps"
    _description = "BKK proposal: who takes a step"

    def _require(self, group, act, *states):
        """Check role, area and state before an action."""
        self.ensure_one()
        self.env["khbs.audit.event"]._require_group(
            group, f"khbs.bkk.proposal.{act}", self
        )
        self.check_access("read")
        if self.state not in states:
            raise UserError(
                self.env._(
                    "%(proposal)s is %(state)s: this step is not open now.",
                    proposal=self.display_name,
                    state=dict(self._fields["state"]._description_selection(self.env))[
                        self.state
                    ],
                )
            )

    def _lock(self):
        """Hold the proposal's row; whoever changed it meanwhile makes this retry."""
        self.sudo().lock_for_update()

    def _step(self, state, group):
        """Record the person's decision on the lines as they are, then move on."""
        self._decide(state, group)
        self.sudo().state = state
        self.env.flush_all()

    def _decide(self, step, group, note=None):
        """Record a decision; nobody takes two steps, not even in two rounds."""
        approvals = self.env["khbs.approval"]
        if step != "returned":
            self._refuse_hand(step)
            approvals._refuse_maker(self, step)
        return approvals._decide(
            self, step, group, self._lines_sha256(), note, self.round_number
        )

    def _refuse_hand(self, step):
        """Refuse *step* to whoever entered, built, changed or judged the lines."""
        acts = BARRED_BY.get(step, ())
        entered = BUILD in acts and self.sudo().create_uid == self.env.user
        if entered or self._has_hand(acts):
            self.env["khbs.approval"]._refuse_own_work(self, step)

    def _has_hand(self, acts):
        """Return whether the present user did one of *acts*, in any round."""
        done = [
            ("user_id", "=", self.env.uid),
            ("act", "in", acts),
            ("outcome", "=", "done"),
            ("model", "=", self._name),
            ("res_id", "=", self.id),
        ]
        return bool(self.env["khbs.audit.event"].sudo().search_count(done, limit=1))

    def _note_changed(self, names):
        """Record what a user entered by hand: the regency's, or the team's."""
        for proposal in self:
            if proposal.state == "draft":
                self.env["khbs.audit.event"]._record(
                    CHANGE, proposal, {"fields": sorted(names)}
                )
            else:
                proposal._note_judged()

    def _note_judged(self):
        """Record once that the present user judged; verdicts are kept by round."""
        for proposal in self:
            if not proposal._has_hand((VERDICT,)):
                self.env["khbs.audit.event"]._record(VERDICT, proposal)

    def _check_unchanged(self, step):
        """Refuse unless the lines are those that *step* was decided on."""
        decision = (
            self.env["khbs.approval"]
            .sudo()
            .search(
                [
                    ("model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("step", "=", step),
                    ("round_number", "=", self.round_number),
                ]
            )
        )
        if decision.sha256 != self._lines_sha256():
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "The lines of %(proposal)s are not those of the step “%(step)s”.",
                    proposal=self.display_name,
                    step=states[step],
                )
            )

    def _content_parts(self):
        """Return the lines, and what the team found, as the form shows them."""
        return [
            self._lines_sha256(),
            self._checks().mapped(lambda one: [one.name, one.answer, one.note]),
            self._team().mapped(lambda one: [one.name, one.nip, one.office]),
        ]

    def _lines_sha256(self):
        """Return the SHA-256 over every line with its verdict, in a fixed order."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT encode(sha256(convert_to(
                           coalesce(string_agg(%s, E'\\n' ORDER BY %s), ''), 'UTF8'
                       )), 'hex')
                  FROM khbs_bkk_proposal_line
                 WHERE proposal_id = %s
                """,
                *LINE_DIGESTS[self.digest_form],
                self.id,
            )
        )
        return self.env.cr.fetchone()[0]
