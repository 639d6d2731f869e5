# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

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
        "unit",
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
    unit = fields.Selection(
        selection=[("kk", "One card per KK"), ("house", "One card per house")],
        required=True,
        default="kk",
        help="Per house: of the families with the same coordinates in one village, "
        "the one of the lowest decile.",
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

    _period = models.Constraint(
        "CHECK (valid_to >= valid_from)", "The criteria end before they begin."
    )
    _one_in_force = models.Constraint(
        "EXCLUDE USING gist (daterange(valid_from, valid_to, '[]') WITH &&) "
        "WHERE (state = 'in_force')",
        "Other criteria are in force on some of these days. Close them first.",
    )

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
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(eligible)s eligible, %(not_eligible)s not eligible, "
                    "%(needs_verification)s need verification.",
                    **counts,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

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
            "unit": self.unit,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def _excluding_ids(self):
        """Return the excluding programmes as an SQL array."""
        return SQL("%s::int[]", self.excluding_programme_ids.ids)
