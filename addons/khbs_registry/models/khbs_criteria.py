# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..eligibility_rules import MINIMUM_DATA, Rules
from .khbs_household import DECILES


class KhbsCriteria(models.Model):
    """A rule set that says which families may receive the card, from..to.

    It is put in force by an approver on a hash of its content and does not change
    afterwards; a change of rules is another rule set.
    """

    _name = "khbs.criteria"
    _inherit = ["khbs.guarded", "khbs.approvable"]
    _description = "Criteria"
    _order = "valid_from desc, id desc"

    _guarded_fields = ("state", "decided_at")
    _reading_actions = ("action_put_in_force", "action_close")
    _content_fields = (
        "state",
        "name",
        "legal_basis",
        "valid_from",
        "valid_to",
        "max_decile",
        "excluding_programme_ids",
        "flagging_programme_ids",
        "unit",
        *(f"needs_{name}" for name in MINIMUM_DATA),
        "decile_rise_rule",
        "new_aid_rule",
        "objection_days",
    )

    name = fields.Char(required=True)
    legal_basis = fields.Char(
        required=True, help="Decree or letter that sets the rules."
    )
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(help="Last day; empty: until replaced.")
    max_decile = fields.Selection(
        selection=DECILES,
        string="Highest decile",
        required=True,
        help="Families of this decile and below may receive the card.",
    )
    excluding_programme_ids = fields.Many2many(
        comodel_name="khbs.aid.programme",
        string="Excluding programmes",
        help="A family that receives one of these does not receive the card.",
    )
    flagging_programme_ids = fields.Many2many(
        comodel_name="khbs.aid.programme",
        relation="khbs_criteria_flagging_rel",
        string="Flagging programmes",
        help="A family that a list of these names is to be verified on the spot; once "
        "a visit after the list is accepted, the fact remains as a remark.",
    )
    unit = fields.Selection(
        selection=[("kk", "One card per KK"), ("house", "One card per house")],
        required=True,
        default="kk",
        help="Per house: of the families with the same coordinates in one village, "
        "the one of the lowest decile; one that receives the card already comes first.",
    )
    needs_head_nik = fields.Boolean(
        string="NIK of the head",
        default=True,
        help="Minimum data: a family that lacks it needs verification.",
    )
    needs_place = fields.Boolean(
        string="Geotag or kind of dwelling",
        help="Minimum data: where the family lives, or that it has no house.",
    )
    needs_address = fields.Boolean(
        string="Address and RT",
        help="Minimum data: a family that lacks it needs verification.",
    )
    needs_birth_date = fields.Boolean(
        string="Birth date of the head",
        help="Minimum data: a family that lacks it needs verification.",
    )
    decile_rise_rule = fields.Selection(
        selection=[
            ("stay", "Stays until the period ends"),
            ("exit", "Exits from the next quarter"),
        ],
        required=True,
        default="stay",
        string="Decile rises above the limit",
        help="For a family that receives the card already.",
    )
    new_aid_rule = fields.Selection(
        selection=[
            ("suspend", "Suspended from the next quarter"),
            ("exit", "Exits from the next quarter"),
        ],
        required=True,
        default="suspend",
        string="Other aid is found",
        help="For a family that receives the card already. What it received is not "
        "claimed back; the finding is listed for Inspektorat.",
    )
    objection_days = fields.Integer(
        string="Objection window (days)",
        required=True,
        default=14,
        aggregator=None,
        help="From the notice of a re-evaluation to its earliest decision.",
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("in_force", "In force"),
            ("closed", "Closed"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    decided_at = fields.Datetime(
        string="Last run", readonly=True, copy=False, help="When families were decided."
    )
    decision_ids = fields.One2many(
        comodel_name="khbs.decision", inverse_name="criteria_id"
    )
    reevaluation_count = fields.Integer(
        string="Re-evaluations",
        compute="_compute_reevaluation_count",
        help="Findings on families that receive the card, still to be decided.",
    )

    _objection_days_sign = models.Constraint(
        "CHECK (objection_days >= 0)", "The objection window is a number of days."
    )
    _period = models.Constraint(
        "CHECK (valid_to >= valid_from)", "The criteria end before they begin."
    )
    _one_in_force = models.Constraint(
        "EXCLUDE USING gist (daterange(valid_from, valid_to, '[]') WITH &&) "
        "WHERE (state = 'in_force')",
        "Other criteria are in force on some of these days. Close them first.",
    )

    @api.constrains("excluding_programme_ids", "flagging_programme_ids")
    def _check_programmes(self):
        for criteria in self:
            both = criteria.excluding_programme_ids & criteria.flagging_programme_ids
            if both:
                raise ValidationError(
                    self.env._(
                        "%(programmes)s cannot both exclude and flag. Choose one.",
                        programmes=", ".join(both.mapped("name")),
                    )
                )

    def _compute_reevaluation_count(self):
        queue = self.env["khbs.reevaluation"]
        counts = {}
        if queue.has_access("read"):
            counts = dict(
                queue._read_group(
                    [("criteria_id", "in", self.ids), ("state", "in", queue._OPEN)],
                    ["criteria_id"],
                    ["__count"],
                )
            )
        for criteria in self:
            criteria.reevaluation_count = counts.get(criteria, 0)

    def action_put_in_force(self):
        """Decide the rules: the approver's act on their hash."""
        for criteria in self:
            self.env["khbs.audit.event"]._require_group(
                "khbs_registry.group_approver", "khbs.criteria.in_force", criteria
            )
            criteria._require_state("draft")
            approvals = self.env["khbs.approval"]
            if self.env.user in criteria.sudo().create_uid | criteria.sudo().write_uid:
                approvals._refuse_own_work(criteria, "in_force")
            approvals._decide(
                criteria,
                "in_force",
                "khbs_registry.group_approver",
                criteria._sha256(),
            )
            criteria._refuse_overlap()
            criteria.sudo().state = "in_force"
        return True

    def action_close(self):
        """End the rules today; what was decided by them stands."""
        for criteria in self:
            criteria._require_state("in_force")
            self.env["khbs.approval"]._decide(
                criteria,
                "closed",
                "khbs_registry.group_approver",
                criteria._sha256(),
                round_number=2,
            )
            criteria.sudo().state = "closed"
        return True

    def action_decide_families(self):
        """Decide every family of the operator's areas by these rules."""
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        events._require_group(
            "khbs_registry.group_registry_operator", "criteria.decide_families", self
        )
        self.check_access("read")
        self._require_state("in_force")
        criteria = self.sudo()
        criteria._lock()
        counts = self.env["khbs.decision"]._decide_families(
            criteria, self.env.user.khbs_area_ids
        )
        criteria.decided_at = fields.Datetime.now()
        events._record(
            "criteria.families_decided", self, {"sha256": criteria._sha256(), **counts}
        )
        return self._said(
            self.env._(
                "%(eligible)s eligible, %(not_eligible)s not eligible, "
                "%(needs_verification)s need verification.",
                **counts,
            )
        )

    def action_reevaluate_families(self):
        """Look again at the families that receive the card; their state stays.

        What the rules say now enters the queue of re-evaluations, where people give
        notice and decide.
        """
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        events._require_group(
            "khbs_registry.group_registry_operator", "criteria.reevaluate", self
        )
        self.check_access("read")
        self._require_state("in_force")
        criteria = self.sudo()
        criteria._lock()
        areas = self.env.user.khbs_area_ids
        self.env["khbs.decision"]._reevaluate_families(criteria, areas)
        found = self.env["khbs.reevaluation"]._queue(criteria, areas)
        events._record(
            "criteria.reevaluated",
            self,
            {"sha256": criteria._sha256(), "found": found},
        )
        return self._said(
            self.env._(
                "%(found)s new findings. Give notice and decide them in the queue of "
                "re-evaluations.",
                found=found,
            )
        )

    def _said(self, message):
        """Return the action that tells *message* and shows the form anew."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_view_reevaluations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_registry.khbs_reevaluation_action"
        )
        return {**action, "domain": [("criteria_id", "=", self.id)]}

    def action_view_decisions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_registry.khbs_decision_action"
        )
        return {**action, "domain": [("criteria_id", "=", self.id)]}

    def _refuse_overlap(self):
        """Say which criteria are in force on some of these days already."""
        self.ensure_one()
        others = self.search([("state", "=", "in_force")])
        for other in others:
            begins_after = self.valid_to and other.valid_from > self.valid_to
            ends_before = other.valid_to and other.valid_to < self.valid_from
            if not (begins_after or ends_before):
                raise UserError(
                    self.env._(
                        "%(other)s is in force on some of these days. Close it first.",
                        other=other.name,
                    )
                )

    @api.model
    def _in_force(self, day=None):
        """Return the criteria in force on *day*, or none."""
        day = day or fields.Date.context_today(self)
        return self.search(
            [
                ("state", "=", "in_force"),
                ("valid_from", "<=", day),
                "|",
                ("valid_to", "=", False),
                ("valid_to", ">=", day),
            ]
        )

    def _sha256(self):
        """Return the digest of the rules themselves."""
        self.ensure_one()
        content = {
            "name": self.name,
            "legal_basis": self.legal_basis,
            "valid_from": str(self.valid_from),
            "valid_to": str(self.valid_to or ""),
            "max_decile": self.max_decile,
            "excluding": sorted(self.excluding_programme_ids.mapped("code")),
            "flagging": sorted(self.flagging_programme_ids.mapped("code")),
            "unit": self.unit,
            "needs": sorted(self._rules().needs),
            "decile_rise": self.decile_rise_rule,
            "new_aid": self.new_aid_rule,
            "objection_days": self.objection_days,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def _rules(self):
        """Return the rules as the decision reads them."""
        self.ensure_one()
        return Rules(
            max_decile=int(self.max_decile),
            excluding=tuple(self.excluding_programme_ids.ids),
            flagging=tuple(self.flagging_programme_ids.ids),
            unit=self.unit,
            needs=frozenset(n for n in MINIMUM_DATA if self[f"needs_{n}"]),
        )

    def _excluding_ids(self):
        """Return the excluding programmes as an SQL array."""
        return SQL("%s::int[]", self.excluding_programme_ids.ids)

    def _period_end(self, day):
        """Return the last day of the period that *day* lies in."""
        self.ensure_one()
        return self.valid_to or day.replace(month=12, day=31)
