# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..eligibility_rules import next_quarter
from .khbs_decision_query import ENROLLED_STATES

OPERATOR = "khbs_registry.group_registry_operator"
APPROVER = "khbs_registry.group_approver"
_logger = logging.getLogger(__name__)
# What a family answered is added to, and never taken back or altered.
TRIGGERS = """
CREATE OR REPLACE FUNCTION khbs_refuse_lost_objection() RETURNS trigger AS $$
BEGIN
    IF NOT starts_with(COALESCE(NEW.objection, ''), OLD.objection) THEN
        RAISE EXCEPTION 'The objection of a family is append-only'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER khbs_reevaluation_objection
    BEFORE UPDATE ON khbs_reevaluation
    FOR EACH ROW WHEN (OLD.objection IS NOT NULL)
    EXECUTE FUNCTION khbs_refuse_lost_objection();
"""


class KhbsReevaluation(models.Model):
    """A finding on a family that receives the card, which people decide.

    A re-evaluation changes no state by itself (DOMAIN 12.14, 12.15): the family is
    given notice, may object, and a second person confirms or dismisses the finding.
    What is confirmed takes effect on its day; nothing received is claimed back.
    """

    _name = "khbs.reevaluation"
    _inherit = ["khbs.guarded", "khbs.approvable"]
    _description = "Re-evaluation"
    _order = "id desc"

    _OPEN = ("found", "noticed", "confirmed")
    _guarded_fields = (
        "state",
        "household_id",
        "area_id",
        "regency_id",
        "criteria_id",
        "decision_id",
        "result",
        "dual_aid",
        "found_on",
        "effective_on",
        "noticed_on",
        "objection_until",
        "applied_on",
    )
    _editable_states = ("found", "noticed", "confirmed")
    _change_act = "reevaluation.change"
    _reading_actions = ("action_confirm", "action_dismiss")
    _unread_steps = ("noticed",)
    _content_fields = (
        "state",
        "household_id",
        "decision_id",
        "result",
        "effective_on",
        "notice_number",
        "objection_until",
        "objection",
        "note",
        "withdrawal",
    )

    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Village",
        required=True,
        index=True,
        ondelete="restrict",
    )
    regency_id = fields.Many2one(comodel_name="khbs.area", ondelete="restrict")
    criteria_id = fields.Many2one(
        comodel_name="khbs.criteria", required=True, index=True, ondelete="restrict"
    )
    decision_id = fields.Many2one(
        comodel_name="khbs.decision",
        string="What the rules say now",
        required=True,
        index=True,
        ondelete="restrict",
    )
    explanation = fields.Text(
        related="decision_id.explanation", related_sudo=False, string="Reasons"
    )
    result = fields.Selection(
        selection=[
            ("stay", "Stays until the period ends, then exits"),
            ("exit", "Exits from the next period"),
            ("suspend", "Suspended from the next period"),
            ("verify", "To be verified; stays meanwhile"),
        ],
        required=True,
        index=True,
    )
    dual_aid = fields.Boolean(
        string="Other aid after enrolment", help="Listed for Inspektorat."
    )
    found_on = fields.Date(required=True)
    effective_on = fields.Date(help="First day on which the family no longer receives.")
    notice_number = fields.Char(
        string="Number of the notice",
        help="Of the letter that tells the family what was found and how to object.",
    )
    noticed_on = fields.Date(string="Notice given on")
    objection_until = fields.Date(help="The finding is confirmed after this day only.")
    objection = fields.Text(
        help="What the family answers, and with which evidence. More is added below; "
        "what was written stays."
    )
    note = fields.Text(string="Grounds of the decision")
    withdrawal = fields.Text(
        string="Grounds of the withdrawal",
        help="Why a confirmed finding does not take effect after all.",
    )
    applied_on = fields.Date()
    state = fields.Selection(
        selection=[
            ("found", "Found"),
            ("noticed", "Notice given"),
            ("confirmed", "Confirmed"),
            ("applied", "Took effect"),
            ("dismissed", "Dismissed"),
            ("lapsed", "Lapsed"),
        ],
        required=True,
        readonly=True,
        default="found",
        copy=False,
        index=True,
    )

    _open_uniq = models.UniqueIndex(
        "(household_id) WHERE state IN ('found', 'noticed', 'confirmed')",
        "This family has an open re-evaluation already.",
    )
    _confirmed_was_noticed = models.Constraint(
        "CHECK (state NOT IN ('confirmed', 'applied') OR "
        "(objection_until IS NOT NULL AND effective_on IS NOT NULL))",
        "A finding is confirmed after notice, with the day on which it takes effect.",
    )

    @api.depends("household_id", "result")
    def _compute_display_name(self):
        labels = dict(self._fields["result"]._description_selection(self.env))
        for finding in self:
            family = finding.household_id.display_name
            finding.display_name = f"{family}: {labels.get(finding.result)}"

    def init(self):
        self.env.cr.execute(TRIGGERS)

    def write(self, vals):
        """Let an objection grow only, and a decided finding keep what was decided."""
        if not self.env.su and vals.keys() - {"withdrawal"}:
            self.filtered(lambda finding: finding.state == "confirmed")._require_state(
                "found", "noticed"
            )
        if "objection" in vals:
            for finding in self:
                said = vals["objection"] or ""
                if not said.startswith(finding.objection or ""):
                    raise UserError(
                        self.env._(
                            "The objection of the family stays as it was written. Add "
                            "below it what came later."
                        )
                    )
        return super().write(vals)

    def action_give_notice(self):
        """Record that the families were told; the objection window begins."""
        for finding in self._checked(OPERATOR, "reevaluation.notice"):
            finding._require_state("found")
            if not finding.notice_number:
                raise UserError(
                    self.env._("Enter the number of the notice to the family first.")
                )
            today = fields.Date.context_today(self)
            days = finding.criteria_id.objection_days
            until = today + timedelta(days=days)
            finding.write(
                {
                    "state": "noticed",
                    "noticed_on": today,
                    "objection_until": until,
                    # Nobody leaves before his objection could be heard.
                    "effective_on": finding.effective_on
                    and max(finding.effective_on, until + timedelta(days=1)),
                }
            )
            self.env["khbs.approval"]._decide(
                finding.with_env(self.env),
                "noticed",
                OPERATOR,
                finding._content_sha256(),
            )
        return True

    def action_confirm(self):
        """Decide that the finding takes effect on its day: a second person's act."""
        for finding in self._checked(APPROVER, "reevaluation.confirmed", "read"):
            finding._require_state("noticed")
            if finding.result == "verify":
                raise UserError(
                    self.env._(
                        "%(finding)s calls for a visit, not for an exit. Have the "
                        "family visited and evaluated again, or dismiss the finding.",
                        finding=finding.display_name,
                    )
                )
            if finding.objection_until >= fields.Date.context_today(self):
                raise UserError(
                    self.env._(
                        "The family may object until %(day)s. Decide after that day.",
                        day=finding.objection_until,
                    )
                )
            finding.with_env(self.env)._end("confirmed")
        return True

    def action_dismiss(self):
        """Decide that nothing follows, with the grounds.

        A confirmed finding is withdrawn so, until its day, by another approver than the
        one who confirmed it.
        """
        for finding in self._checked(APPROVER, "reevaluation.dismissed", "read"):
            finding._require_state("found", "noticed", "confirmed")
            confirmed = finding.state == "confirmed"
            if not (finding.withdrawal if confirmed else finding.note):
                raise UserError(
                    self.env._("Enter the grounds on which nothing follows.")
                )
            finding.with_env(self.env)._end("dismissed")
        return True

    def _end(self, state):
        """Record the decision of the present user and set the *state*."""
        self.ensure_one()
        approvals = self.env["khbs.approval"]
        approvals._refuse_maker(self, state)
        approvals._decide(self, state, APPROVER, self._content_sha256())
        self.sudo().state = state

    def action_view_household(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.household",
            "res_id": self.household_id.id,
            "views": [(False, "form")],
        }

    @api.model
    def _queue(self, criteria, areas):
        """Add what the decisions of *criteria* say of enrolled families.

        A finding lapses, as long as nobody acted on it, where the rules no longer say
        so. A finding that people decided returns only with another decision.

        :return: how many findings are new
        """
        self.env.flush_all()
        cr = self.env.cr
        area_ids = self.env["khbs.decision"]._area_ids_query(areas)
        cr.execute(
            SQL(
                """
                UPDATE khbs_reevaluation finding SET state = 'lapsed'
                FROM khbs_decision d
                WHERE d.id = finding.decision_id AND finding.state = 'found'
                    AND NOT d.current AND finding.area_id IN (%s)
                """,
                area_ids,
            )
        )
        today = fields.Date.context_today(self)
        cr.execute(
            SQL(
                """
                INSERT INTO khbs_reevaluation (household_id, area_id, regency_id,
                    criteria_id, decision_id, result, dual_aid, found_on, effective_on,
                    state, create_uid, create_date, write_uid, write_date)
                SELECT id, area_id, regency_id, criteria_id, decision_id, result,
                    dual_aid, %(today)s, CASE
                        WHEN result = 'stay' THEN %(period_end)s::date + 1
                        WHEN result <> 'verify' THEN %(next_quarter)s END,
                    'found', %(user)s, now() AT TIME ZONE 'UTC', %(user)s,
                    now() AT TIME ZONE 'UTC'
                FROM (
                    SELECT h.id, h.area_id, h.regency_id, d.criteria_id,
                        d.id AS decision_id,
                        d.reasons @> '[{"code": "AID_RECEIVED"}]' AS dual_aid,
                        CASE
                            WHEN d.reasons @> '[{"code": "AID_RECEIVED"}]'
                                THEN %(new_aid)s
                            WHEN d.reasons @> '[{"code": "DECILE_ABOVE"}]'
                                THEN %(decile_rise)s
                            ELSE 'verify'
                        END AS result
                    FROM khbs_decision d JOIN khbs_household h ON h.id = d.household_id
                    WHERE d.current AND d.criteria_id = %(criteria)s
                        AND d.outcome <> 'eligible' AND h.state IN %(states)s
                        AND h.area_id IN (%(area_ids)s)
                        AND NOT EXISTS (
                            SELECT FROM khbs_reevaluation known
                            WHERE known.household_id = h.id
                                AND (known.decision_id = d.id
                                    OR known.state IN ('found', 'noticed', 'confirmed'))
                        )
                ) due
                """,
                today=today,
                period_end=criteria._period_end(today),
                next_quarter=next_quarter(today),
                user=self.env.uid,
                new_aid=criteria.new_aid_rule,
                decile_rise=criteria.decile_rise_rule,
                criteria=criteria.id,
                states=ENROLLED_STATES,
                area_ids=area_ids,
            )
        )
        found = cr.rowcount
        self.invalidate_model()
        return found

    @api.model
    def _apply_due(self):
        """Let confirmed findings take effect on their day (daily cron)."""
        due = self.sudo().search(
            [
                ("state", "=", "confirmed"),
                ("effective_on", "<=", fields.Date.context_today(self)),
            ]
        )
        # Who is worked on at this moment takes effect with the next run.
        for finding in due.try_lock_for_update():
            try:
                with self.env.cr.savepoint():
                    finding._apply()
            except UserError as error:  # somebody holds the family or its card
                self.env.invalidate_all()
                _logger.info("%r waits for the next run: %s", finding, error)

    def _apply(self):
        """Take effect, or lapse where the rules no longer say what was confirmed."""
        self.ensure_one()
        reason = self.decision_id.reasons[0]["code"]
        if not self._still_holds(reason):
            self.state = "lapsed"
            self.env["khbs.audit.event"]._record("reevaluation.lapsed", self)
            return
        target = "suspended" if self.result == "suspend" else "exited"
        if self.household_id.state in ENROLLED_STATES:
            self.household_id._set_state(target, reason)
            if target == "exited":
                self.household_id._has_left({"reevaluation": self.id})
        self.write({"state": "applied", "applied_on": fields.Date.context_today(self)})
        self.env["khbs.audit.event"]._record(
            "reevaluation.applied", self, {"result": self.result}
        )

    def _still_holds(self, reason):
        """Return whether the current decision refuses the family for *reason* too."""
        current = self.household_id.decision_ids.filtered("current")
        codes = [said["code"] for said in current.reasons or []]
        return current.outcome == "not_eligible" and reason in codes
