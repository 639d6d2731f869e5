# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..codes import CASE_KINDS

APPROVER = "khbs_registry.group_approver"
HANDLERS = ("khbs_registry.group_validator", APPROVER)


class KhbsCase(models.Model):
    """A hold, double or mismatch that a person must decide (DESIGN 5).

    Settlement, the bank's results and deliveries open cases; nobody writes one by
    hand. The decision is a row of ``khbs.approval`` beside it.
    """

    _name = "khbs.case"
    _inherit = ["khbs.guarded", "khbs.approvable"]
    _description = "Case"
    _order = "state desc, deadline, id"

    _guarded_fields = (
        "kind",
        "reference",
        "claim_line_id",
        "entitlement_id",
        "household_id",
        "area_id",
        "terminal_code",
        "evidence",
        "state",
        "opened_at",
        "deadline",
        "owner_id",
    )
    _editable_states = ("open",)
    _reading_actions = ("action_decide",)
    _content_fields = (
        "state",
        "kind",
        "reference",
        "claim_line_id",
        "entitlement_id",
        "household_id",
        "terminal_code",
        "evidence",
        "decision",
        "note",
    )

    name = fields.Char(string="Number", compute="_compute_name")
    kind = fields.Selection(selection=CASE_KINDS, required=True, index=True)
    reference = fields.Char(
        help="Key of what the case is about; one kind has one case for each."
    )
    claim_line_id = fields.Many2one(
        comodel_name="khbs.claim.line", index="btree_not_null", ondelete="restrict"
    )
    entitlement_id = fields.Many2one(
        comodel_name="khbs.entitlement", index="btree_not_null", ondelete="restrict"
    )
    household_id = fields.Many2one(
        comodel_name="khbs.household", index="btree_not_null", ondelete="restrict"
    )
    area_id = fields.Many2one(comodel_name="khbs.area", index=True, ondelete="restrict")
    terminal_code = fields.Char(string="Terminal", index="btree_not_null")
    evidence = fields.Text(help="What the system saw: keys, counts, codes.")
    state = fields.Selection(
        selection=[("open", "Open"), ("decided", "Decided")],
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    opened_at = fields.Datetime(required=True, default=fields.Datetime.now)
    deadline = fields.Date(
        required=True,
        default=lambda self: fields.Date.add(fields.Date.context_today(self), days=14),
    )
    owner_id = fields.Many2one(comodel_name="res.users", index=True)
    decision = fields.Selection(
        selection=[("pay", "Pay"), ("no", "Do not pay"), ("noted", "Noted")],
    )
    note = fields.Text()

    _line_uniq = models.UniqueIndex(
        "(kind, claim_line_id) WHERE claim_line_id IS NOT NULL",
        "This line has a case of this kind.",
    )
    _reference_uniq = models.UniqueIndex(
        "(kind, reference) WHERE reference IS NOT NULL",
        "A case of this kind exists for this reference.",
    )
    _decided_has_decision = models.Constraint(
        "CHECK (state = 'open' OR (decision IS NOT NULL AND note IS NOT NULL))",
        "A decided case has its decision and its reason.",
    )

    @api.depends("kind")
    def _compute_name(self):
        for case in self:
            case.name = f"K-{case.id or 0:06d}"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("area_id"):
                vals["area_id"] = self._area_of(vals).id
        return super().create(vals_list)

    def action_take(self):
        """Make the present user the owner of these open cases."""
        self._require_handler("case.take")
        self.filtered(lambda c: c.state == "open").sudo().owner_id = self.env.uid

    def action_decide(self):
        """Close these cases with the decision and reason that stand in the form."""
        self.env["khbs.audit.event"]._require_group(APPROVER, "case.decide", self)
        self.lock_for_update(allow_referencing=True)
        self._require_state("open")
        for case in self:
            if not case.decision or not (case.note or "").strip():
                raise UserError(
                    self.env._("Enter the decision and its reason, save, then decide.")
                )
            self.env["khbs.approval"]._decide(case, "decided", APPROVER, case._sha256())
            case.sudo().state = "decided"
            case.sudo()._decided()

    def _decided(self):
        """Let the decision take effect; the addon that opened the case extends it."""

    def _sha256(self):
        """Return the digest of what is decided: the case, the decision, the reason."""
        content = [
            self.name,
            self.kind,
            self.reference,
            self.claim_line_id.id,
            self.entitlement_id.number,
            self.evidence,
            self.decision,
            self.note,
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def _require_handler(self, act):
        if not any(self.env.user.has_group(group) for group in HANDLERS):
            self.env["khbs.audit.event"]._require_group(HANDLERS[0], act, self[:1])

    @api.model
    def _area_of(self, vals):
        """Return the area that a new case belongs to: that of what it is about."""
        for name, path in (
            ("entitlement_id", "area_id"),
            ("household_id", "area_id"),
            ("claim_line_id", "claim_id.area_id"),
        ):
            record = self.env[self._fields[name].comodel_name].browse(vals.get(name))
            if record:
                return record.sudo().mapped(path)
        return self.env.ref("khbs_registry.area_62")
