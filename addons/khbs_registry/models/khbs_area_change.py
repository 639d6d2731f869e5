# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from .khbs_area import LEVELS

APPROVER = "khbs_registry.group_approver"
OPERATOR = "khbs_registry.group_registry_operator"
VILLAGES = ("village", "urban_village")
_CODE = re.compile(r"^62\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}$")


class KhbsAreaChange(models.Model):
    """A village that is divided, renamed or given another code (DOMAIN 12.47).

    The village is archived with its successors and its families go to them. What was
    decided about it keeps pointing at it, and so keeps its name.
    """

    _name = "khbs.area.change"
    _inherit = ["khbs.guarded", "khbs.approvable"]
    _description = "Change of a village"
    _order = "id desc"
    _rec_name = "legal_basis"

    _guarded_fields = (
        "state",
        "proposed_by_id",
        "decided_at",
        "moved_count",
        "round_number",
    )
    _reading_actions = ("action_decide",)
    _unread_steps = ("proposed", "returned")
    _content_fields = ("state", "legal_basis", "valid_from", "area_id")

    legal_basis = fields.Char(
        required=True, help="Decree or regulation: its kind, number and year."
    )
    valid_from = fields.Date(required=True, default=fields.Date.context_today)
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Village until now",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("level", "in", VILLAGES)],
    )
    line_ids = fields.One2many(
        comodel_name="khbs.area.change.line",
        inverse_name="change_id",
        string="Villages from now on",
    )
    household_count = fields.Integer(
        string="Families", compute="_compute_household_count", compute_sudo=True
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("decided", "Decided"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
    )
    proposed_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False
    )
    decided_at = fields.Datetime(readonly=True, copy=False)
    moved_count = fields.Integer(string="Families moved", readonly=True, copy=False)
    round_number = fields.Integer(
        string="Submission", readonly=True, default=1, copy=False, aggregator=None
    )

    @api.depends("area_id")
    def _compute_household_count(self):
        for change in self:
            change.household_count = len(change._households())

    def action_propose(self):
        """Hand the change to the approver."""
        for change in self._checked(OPERATOR, "khbs.area.change.proposed"):
            change._require_state("draft")
            change._require_possible()
            change.write({"state": "proposed", "proposed_by_id": self.env.uid})
            change.with_env(self.env)._decide_step("proposed", OPERATOR)
        return True

    def action_return(self):
        """Give the change back to the operator as a draft: the approver's act."""
        for change in self:
            change.check_access("read")
            change._lock()
            change._require_state("proposed")
            change._decide_step("returned", APPROVER)
            change.sudo().write(
                {"state": "draft", "round_number": change.round_number + 1}
            )
        return True

    def action_decide(self):
        """Make the new villages and move the families: the approver's act."""
        for change in self:
            change.check_access("read")
            change._require_state("proposed")
            self.env["khbs.audit.event"]._require_group(
                APPROVER, "khbs.area.change.decided", change
            )
            self.env["khbs.approval"]._refuse_maker(change, "decided")
            change._decide_step("decided", APPROVER)
            change = change.sudo()
            change._lock()
            change._require_possible()
            moved = change._carry_out()
            change.write(
                {
                    "state": "decided",
                    "decided_at": fields.Datetime.now(),
                    "moved_count": moved,
                }
            )
        return True

    def _decide_step(self, step, group):
        self.env["khbs.approval"]._decide(
            self, step, group, self._content_sha256(), round_number=self.round_number
        )

    def _content_parts(self):
        return [
            [line.code, line.name, line.level, line.parent_id.id, line.rt_list or ""]
            for line in self.line_ids.sorted("id")
        ] + self._households().ids

    def _households(self):
        """Return the families that live there; who has left keeps the old village."""
        return self.env["khbs.household"].search(
            [("area_id", "in", self.area_id.ids), ("state", "!=", "exited")]
        )

    def _require_possible(self):
        """Raise UserError, with what to mend, unless every family has one village."""
        self.ensure_one()
        if not self.area_id.active or self.area_id.level not in VILLAGES:
            raise UserError(self.env._("Choose a village that exists."))
        if not self.line_ids:
            raise UserError(self.env._("Enter the villages from now on."))
        if len(self.line_ids.filtered(lambda line: not line.rt_list)) != 1:
            raise UserError(
                self.env._(
                    "One village takes the families of all RT that are not named: "
                    "leave its RT empty, and name the RT of the others."
                )
            )
        seen = set()
        for line in self.line_ids:
            line._require_possible()
            if seen & line._rts():
                raise UserError(self.env._("An RT belongs to one village."))
            seen |= line._rts()

    def _carry_out(self):
        """Archive the village, make its successors, move the families."""
        former = self.area_id
        former._keep_from_updates()
        if former.code in self.line_ids.mapped("code"):
            former._free_code(self.valid_from)
        households = self._households()
        moved = 0
        for line in self.line_ids.sorted(lambda one: not one.rt_list):
            line.new_area_id = line._new_area()
            rts = line._rts()
            going = households.filtered(
                lambda one, rts=rts: not rts or (one.rt or "").zfill(3) in rts
            )
            going.write({"area_id": line.new_area_id.id})
            households -= going
            moved += len(going)
        successors = self.line_ids.new_area_id
        former.write(
            {
                "active": False,
                "archived_on": self.valid_from,
                "successor_ids": [fields.Command.set(successors.ids)],
            }
        )
        self._hand_over(former, successors)
        self.env["khbs.audit.event"]._record(
            "area_change.applied",
            self,
            {"former": former.code, "codes": successors.mapped("code"), "moved": moved},
        )
        return moved

    def _hand_over(self, former, successors):
        """Let whoever works in the village work in its successors; extended above."""
        users = self.env["res.users"].with_context(active_test=False)
        for user in users.search([("khbs_area_ids", "in", former.ids)]):
            user.khbs_area_ids |= successors


class KhbsAreaChangeLine(models.Model):
    """A village that follows the former one, and whose families it takes."""

    _name = "khbs.area.change.line"
    _description = "Village after a change"
    _order = "change_id, id"
    _rec_name = "name"

    change_id = fields.Many2one(
        comodel_name="khbs.area.change", required=True, index=True, ondelete="cascade"
    )
    code = fields.Char(
        required=True, help="Kemendagri code with dots; a name alone may change."
    )
    name = fields.Char(required=True)
    level = fields.Selection(
        selection=[level for level in LEVELS if level[0] in VILLAGES],
        required=True,
        default="village",
    )
    parent_id = fields.Many2one(
        comodel_name="khbs.area",
        string="District",
        ondelete="restrict",
        domain=[("level", "=", "district")],
        help="Empty: the same as until now.",
    )
    rt_list = fields.Char(
        string="RT", help="Whose families it takes, as 001, 002. Empty: all others."
    )
    new_area_id = fields.Many2one(
        comodel_name="khbs.area", string="New village", readonly=True
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._refuse_unless_draft(vals_list)
        return lines

    def write(self, vals):
        self._refuse_unless_draft([vals])
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_if_draft(self):
        self._refuse_unless_draft([])

    def _refuse_unless_draft(self, vals_list):
        if self.env.su:
            return
        decided = set(self.change_id.mapped("state")) - {"draft"}
        if decided or any(vals.get("new_area_id") for vals in vals_list):
            raise UserError(self.env._("The change is handed in: it stays as it is."))

    def _rts(self):
        return {rt.zfill(3) for rt in re.findall(r"[0-9]+", self.rt_list or "")}

    def _require_possible(self):
        if not _CODE.match(self.code):
            raise UserError(
                self.env._(
                    "%(code)s is no code of a village; write it as 62.06.01.2003.",
                    code=self.code,
                )
            )
        areas = self.env["khbs.area"].with_context(active_test=False)
        taken = areas.search([("code", "=", self.code)])
        if taken and taken != self.change_id.area_id:
            raise UserError(
                self.env._("%(code)s is another area already.", code=self.code)
            )
        parent = self.parent_id or self.change_id.area_id.parent_id
        if not self.code.startswith(f"{parent.code}."):
            raise UserError(
                self.env._(
                    "%(code)s is no code of the district %(district)s.",
                    code=self.code,
                    district=parent.display_name,
                )
            )

    def _new_area(self):
        former = self.change_id.area_id
        return self.env["khbs.area"].create(
            {
                "code": self.code,
                "name": self.name,
                "level": self.level,
                "parent_id": (self.parent_id or former.parent_id).id,
            }
        )
