# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

from .khbs_decision_query import ENROLLED_STATES, OPEN_STATES

OUTCOMES = [
    ("eligible", "Eligible"),
    ("not_eligible", "Not eligible"),
    ("needs_verification", "Needs verification"),
]


class KhbsDecision(models.Model):
    """What the criteria say of one family, with every reason.

    A later run adds a row where its answer or a reason differs; the earlier row stays
    and is no longer current.
    """

    _name = "khbs.decision"
    _inherit = ["khbs.decision.query", "khbs.decision.reason", "khbs.decision.answer"]
    _description = "Decision on a family"
    _order = "id desc"
    _rec_name = "outcome"
    _log_access = False

    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area", string="Village", required=True, index=True
    )
    criteria_id = fields.Many2one(
        comodel_name="khbs.criteria", required=True, index=True, ondelete="restrict"
    )
    decided_at = fields.Datetime(required=True)
    decided_by_id = fields.Many2one(comodel_name="res.users", required=True)
    outcome = fields.Selection(selection=OUTCOMES, required=True)
    reasons = fields.Json(required=True, help="List of {code, facts}.")
    explanation = fields.Text(compute="_compute_explanation")
    current = fields.Boolean(required=True, default=True)

    _current_uniq = models.UniqueIndex(
        "(household_id) WHERE current", "A family has one current decision."
    )

    @api.depends("reasons")
    def _compute_explanation(self):
        for decision in self:
            decision.explanation = "\n".join(
                f"• {decision._reason_text(reason)}" for reason in decision.reasons
            )

    @api.depends("household_id", "outcome")
    def _compute_display_name(self):
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        for decision in self:
            decision.display_name = (
                f"{decision.household_id.display_name}: {labels[decision.outcome]}"
            )

    @api.model
    def _decide_families(self, criteria, areas):
        """Decide the open families in *areas*; return the counts of the outcomes.

        Two statements whatever the number of families: the decisions that are new or
        differ, then the state of their households.

        :param criteria: khbs.criteria in force; the caller has been checked
        :param areas: khbs.area whose subtrees are decided
        """
        self._add_decisions(criteria, areas, OPEN_STATES)
        # What is verified and lacks only a decile stays verified.
        self.env.cr.execute(
            SQL(
                """
                UPDATE khbs_household h SET state = d.outcome,
                    reason_code = d.reasons -> 0 ->> 'code',
                    write_uid = %s, write_date = now() AT TIME ZONE 'UTC'
                FROM khbs_decision d
                WHERE d.household_id = h.id AND d.current AND d.criteria_id = %s
                    AND h.state IN %s AND h.state <> d.outcome
                    AND NOT (h.state = 'verified'
                        AND d.outcome = 'needs_verification')
                    AND h.area_id IN (%s)
                """,
                self.env.uid,
                criteria.id,
                OPEN_STATES,
                self._area_ids_query(areas),
            )
        )
        # A list collected next asks for families in their new state.
        self.env.cr.execute("ANALYZE khbs_household (state)")
        self.env.invalidate_all()
        return self._outcome_counts(criteria, areas)

    @api.model
    def _reevaluate_families(self, criteria, areas):
        """Say of the families that receive the card what the rules say now.

        Their state stays as it is: ``khbs.reevaluation`` proposes, people decide.
        """
        self._add_decisions(criteria, areas, ENROLLED_STATES)
        self.env.invalidate_all()

    def _add_decisions(self, criteria, areas, states):
        """Add the decisions that are new or differ; the earlier ones stay."""
        self._judge(criteria._rules(), areas, states)
        cr = self.env.cr
        cr.execute(
            SQL(
                """
                DELETE FROM khbs_decision_result result USING khbs_decision d
                WHERE d.household_id = result.household_id AND d.current
                    AND d.criteria_id = %s
                    AND d.outcome = result.outcome AND d.reasons = result.reasons
                """,
                criteria.id,
            )
        )
        cr.execute(
            """
            UPDATE khbs_decision d SET current = false FROM khbs_decision_result result
            WHERE d.household_id = result.household_id AND d.current
            """
        )
        cr.execute(
            SQL(
                """
                INSERT INTO khbs_decision (household_id, area_id, criteria_id, outcome,
                    reasons, current, decided_at, decided_by_id)
                SELECT household_id, area_id, %s, outcome, reasons, true,
                    now() AT TIME ZONE 'UTC', %s
                FROM khbs_decision_result
                """,
                criteria.id,
                self.env.uid,
            )
        )
        cr.execute("DROP TABLE khbs_decision_result")
        # A list collected next joins these rows; the planner must know of them.
        cr.execute(
            "ANALYZE khbs_decision (household_id, criteria_id, outcome, current)"
        )

    def _outcome_counts(self, criteria, areas):
        counts = dict.fromkeys(dict(OUTCOMES), 0)
        domain = [
            ("criteria_id", "=", criteria.id),
            ("current", "=", True),
            ("area_id", "child_of", areas.ids),
        ]
        groups = self.sudo()._read_group(domain, ["outcome"], ["__count"])
        return {**counts, **dict(groups)}
