# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .. import decree_freeze
from ..papers import code as codes
from ..rupiah import Rupiah
from .khbs_paper import PDF_TYPE

# What an officer may change in a draft by hand. Title, year and signatory stand on
# the rendered annexes; everything else is written by the actions.
_DRAFT_FIELDS = {
    "clause_ids",
    "budget_line_id",
    "amount",
    "amends_id",
    "revokes_id",
}


class KhbsDecree(models.Model):
    """A Keputusan Gubernur with clauses and annexes (DOMAIN 4.5).

    Drafted, decided by an approver on its SHA-256, frozen as one PDF that is never
    rendered again, signed by hand, numbered and from then on in force. A frozen
    decree never changes: a new one amends or revokes it.
    """

    _name = "khbs.decree"
    _inherit = ["khbs.approvable", "khbs.decree.draft", "khbs.decree.pages"]
    _description = "Decree"
    _order = "id desc"

    _reading_actions = ("action_approve",)
    # The law office freezes what the approver decided, and only that.
    _unread_steps = ("frozen",)

    name = fields.Char(string="About", required=True, help="What follows TENTANG.")
    kind = fields.Selection(
        selection=[
            ("recipient_list", "List of recipients"),
            ("round", "Distribution round"),
            ("bkk", "BKK"),
        ],
        required=True,
    )
    model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="model", readonly=True, index=True
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area", required=True, index=True, ondelete="restrict"
    )
    year = fields.Integer(
        string="Fiscal year",
        required=True,
        aggregator=None,
        default=lambda s: s._year(),
    )
    clause_ids = fields.One2many(
        comodel_name="khbs.decree.clause", inverse_name="decree_id"
    )
    annex_ids = fields.One2many(
        comodel_name="khbs.decree.annex", inverse_name="decree_id"
    )
    signatory_id = fields.Many2one(
        comodel_name="khbs.signatory", required=True, ondelete="restrict"
    )
    budget_line_id = fields.Many2one(
        comodel_name="khbs.budget.line", index="btree_not_null", ondelete="restrict"
    )
    amount = Rupiah(help="What the decree commits of its budget line, in rupiah.")
    amends_id = fields.Many2one(comodel_name="khbs.decree", ondelete="restrict")
    revokes_id = fields.Many2one(comodel_name="khbs.decree", ondelete="restrict")
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("frozen", "Frozen"),
            ("in_force", "In force"),
            ("revoked", "Revoked"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
    )
    drafted_by_id = fields.Many2one(
        comodel_name="res.users",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        copy=False,
        ondelete="restrict",
    )
    code = fields.Char(
        string="Verification code",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: codes.new(),
    )
    annex_sha256 = fields.Char(
        string="SHA-256 of the annexes", readonly=True, copy=False
    )
    content_sha256 = fields.Char(
        help="Of title, clauses, signatory, amount and annexes: what is decided on.",
    )
    decided = fields.Boolean(
        compute="_compute_decided",
        compute_sudo=True,
        help="An approver has decided the content as it stands.",
    )
    approved_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    frozen_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    frozen_at = fields.Datetime(readonly=True, copy=False)
    frozen_sha256 = fields.Char(string="SHA-256 as decided", readonly=True, copy=False)
    pdf_attachment_id = fields.Many2one(
        comodel_name="ir.attachment",
        string="Frozen PDF",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    pdf_sha256 = fields.Char(string="SHA-256 of the PDF", readonly=True, copy=False)
    number = fields.Char(readonly=True, copy=False)
    decree_date = fields.Date(string="Decided on", readonly=True, copy=False)
    registered_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    registered_at = fields.Datetime(readonly=True, copy=False)
    scan_attachment_id = fields.Many2one(
        comodel_name="ir.attachment",
        string="Signed scan",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    scan_sha256 = fields.Char(string="SHA-256 of the scan", readonly=True, copy=False)
    revoked_by_decree_id = fields.Many2one(
        comodel_name="khbs.decree",
        string="Revoked by",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    revoked_on = fields.Date(readonly=True, copy=False)

    _code_uniq = models.Constraint("UNIQUE (code)", "This code is given already.")
    _number_uniq = models.UniqueIndex(
        "(number) WHERE number IS NOT NULL", "A decree with this number is registered."
    )
    _amount_sign = models.Constraint(
        "CHECK (amount >= 0)", "The amount may not be negative."
    )
    _approver_other = models.Constraint(
        "CHECK (approved_by_id NOT IN (drafted_by_id, frozen_by_id))",
        "Who decides a decree neither drafts nor freezes it.",
    )
    _frozen_whole = models.Constraint(
        "CHECK (state = 'draft' OR (approved_by_id IS NOT NULL AND pdf_sha256 "
        "IS NOT NULL AND frozen_sha256 IS NOT NULL AND annex_sha256 IS NOT NULL))",
        "A decree is frozen only decided, with its annexes and its PDF.",
    )
    _in_force_whole = models.Constraint(
        "CHECK (state IN ('draft', 'frozen') OR (number IS NOT NULL AND decree_date "
        "IS NOT NULL AND scan_sha256 IS NOT NULL))",
        "A decree in force has a number, a date and the signed scan.",
    )

    def init(self):
        decree_freeze.install(self.env.cr)

    @api.model
    def _year(self):
        return fields.Date.context_today(self).year

    @api.depends("name", "number")
    def _compute_display_name(self):
        for decree in self:
            decree.display_name = decree.number or decree.name

    @api.depends(
        "name",
        "kind",
        "year",
        "amount",
        "budget_line_id",
        "amends_id",
        "revokes_id",
        "annex_sha256",
        "signatory_id",
        "clause_ids.section",
        "clause_ids.sequence",
        "clause_ids.text",
    )
    def _compute_content_sha256(self):
        return super()._compute_content_sha256()

    def _content_sha256(self):
        self.ensure_one()
        decree = self.sudo()
        content = json.dumps(decree._content(), ensure_ascii=False, sort_keys=True)
        return decree.frozen_sha256 or hashlib.sha256(content.encode()).hexdigest()

    def _compute_decided(self):
        for decree in self:
            decree.decided = bool(decree._approval())

    def write(self, vals):
        if not self.env.su and not set(vals) <= _DRAFT_FIELDS:
            raise AccessError(
                self.env._(
                    "Clauses, budget and what the decree amends can be changed by "
                    "hand. For another title, year or signatory draft it anew."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_draft(self):
        if any(decree.state != "draft" for decree in self):
            raise UserError(
                self.env._("A frozen decree stays. Draft one that revokes it.")
            )

    # Actions

    def action_approve(self):
        """Decide the draft as it stands, by its SHA-256."""
        events = self.env["khbs.audit.event"]
        group = "khbs_registry.group_approver"
        events._require_group(group, "decree.approve", self[:1])
        for decree in self:
            decree.check_access("read")
            decree._lock_in("draft")
            decree._check_complete()
            if decree.drafted_by_id == self.env.user:
                events._record_refused("decree.approve", decree, {"own": True})
                raise UserError(
                    self.env._("You drafted this decree; a second person decides it.")
                )
            if decree._approval():
                raise UserError(self.env._("This draft has been decided already."))
            self.env["khbs.approval"]._decide(
                decree,
                "approved",
                group,
                decree.content_sha256,
                round_number=decree._approvals_count() + 1,
            )
        return True

    def action_freeze(self):
        """Render the decided draft once and for all."""
        self.env["khbs.audit.event"]._require_group(
            "khbs_registry.group_decree_officer", "decree.freeze", self[:1]
        )
        for decree in self:
            decree.check_access("write")
            decree._lock_in("draft")
            decree.sudo()._freeze()
        return True

    def action_register_signature(self, number, date, scan):
        """Bring the decree in force: it was signed by hand and numbered.

        :param number: as the law office wrote it, such as 188.44/123/2026
        :param date: date of the decree
        :param scan: the signed paper as PDF, bytes or base64
        """
        self.ensure_one()
        self.env["khbs.audit.event"]._require_group(
            "khbs_registry.group_decree_officer", "decree.register", self
        )
        self.check_access("write")
        self._lock_in("frozen")
        number = (number or "").strip()
        date = fields.Date.to_date(date)
        content = self._scan_content(scan)
        if not number or "..." in number:
            raise UserError(self.env._("Enter the number that the law office gave."))
        if not date or not (
            date <= fields.Date.context_today(self) and date.year == self.year
        ):
            raise UserError(
                self.env._(
                    "Enter the date on the signed paper: a day of %(year)s, "
                    "not in the future.",
                    year=self.year,
                )
            )
        if self.sudo().search_count([("number", "=", number)], limit=1):
            raise UserError(
                self.env._(
                    "Number %(number)s belongs to another decree. Compare it with "
                    "the signed paper.",
                    number=number,
                )
            )
        self.sudo()._bring_in_force(number, date, content)
        return True

    def action_open_record(self):
        """Open the document that the decree decides on."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    def action_open_signing(self):
        """Open the form that registers number, date and scan."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Register signing"),
            "res_model": "khbs.decree.signing",
            "view_mode": "form",
            "target": "new",
            "context": {"default_decree_id": self.id},
        }

    def action_pdf(self):
        """Download the frozen decree."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/khbs/decree/{self.id}/pdf"}

    def action_scan(self):
        """Download the signed paper."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/khbs/decree/{self.id}/scan"}

    # Business

    def _approvals_count(self):
        return self.env["khbs.approval"].sudo().search_count(self._approval_domain())

    def _approval_domain(self):
        return [
            ("model", "=", self._name),
            ("res_id", "=", self.id),
            ("step", "=", "approved"),
        ]

    def _approval(self):
        """Return the decision on the content as it stands now, or none."""
        self.ensure_one()
        domain = [*self._approval_domain(), ("sha256", "=", self.content_sha256)]
        return self.env["khbs.approval"].sudo().search(domain, limit=1)

    def _lock_in(self, state):
        """Hold the row and refuse unless the decree is in *state*."""
        self.ensure_one()
        self.sudo().lock_for_update()
        self.invalidate_recordset(["state"])
        if self.state != state:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "The decree is “%(state)s”; this needs “%(needed)s”. Open it anew.",
                    state=labels[self.state],
                    needed=labels[state],
                )
            )

    def _freeze(self):
        approval = self._approval()
        if not approval:
            raise UserError(
                self.env._(
                    "The draft as it stands has not been decided. Ask an approver to "
                    "decide it; a change after the decision needs a new one."
                )
            )
        if self.budget_line_id:
            self.budget_line_id._require_within(self.amount)
        sha256 = self.content_sha256
        self.env["khbs.approval"]._decide(
            self,
            "frozen",
            "khbs_registry.group_decree_officer",
            sha256,
            round_number=approval.round_number,
        )
        content = self._render_whole()
        attachment = self.env["ir.attachment"]._khbs_store(
            f"keputusan-{self.code}.pdf", content, PDF_TYPE
        )
        files = (
            attachment
            | self.annex_ids.pdf_attachment_id
            | self.annex_ids.xlsx_attachment_id
        )
        files._khbs_seal(self)
        pdf_sha256 = hashlib.sha256(content).hexdigest()
        self.write(
            {
                "state": "frozen",
                "approved_by_id": approval.user_id.id,
                "frozen_by_id": self.env.uid,
                "frozen_at": fields.Datetime.now(),
                "frozen_sha256": sha256,
                "pdf_attachment_id": attachment.id,
                "pdf_sha256": pdf_sha256,
            }
        )
        self.flush_recordset()
        self.env["khbs.audit.event"]._record(
            "decree.freeze", self, {"sha256": sha256, "pdf_sha256": pdf_sha256}
        )

    def _bring_in_force(self, number, date, content):
        attachment = self.env["ir.attachment"]._khbs_store(
            f"keputusan-{self.code}-ditandatangani.pdf", content, PDF_TYPE
        )
        attachment._khbs_seal(self)
        sha256 = hashlib.sha256(content).hexdigest()
        self.write(
            {
                "state": "in_force",
                "number": number,
                "decree_date": date,
                "registered_by_id": self.env.uid,
                "registered_at": fields.Datetime.now(),
                "scan_attachment_id": attachment.id,
                "scan_sha256": sha256,
            }
        )
        self.flush_recordset()
        events = self.env["khbs.audit.event"]
        events._record("decree.in_force", self, {"scan_sha256": sha256})
        if self.revokes_id:
            self.revokes_id._lock_in("in_force")
            self.revokes_id.write(
                {
                    "state": "revoked",
                    "revoked_by_decree_id": self.id,
                    "revoked_on": date,
                }
            )
            events._record("decree.revoked", self.revokes_id, {"by": self.id})

    def _in_force(self):
        """Return whether money may be paid from this decree."""
        return len(self) == 1 and self.sudo().state == "in_force"
