# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError

from .. import decree_freeze
from ..papers import code as codes
from ..rupiah import Rupiah
from .khbs_decree_library import KINDS

# What an officer may change in a draft by hand. Title, year and signatory stand on
# the rendered annexes; everything else is written by the actions. What the decree
# amends or revokes is in its title and its clauses, so it is drafted anew for another.
_DRAFT_FIELDS = {
    "clause_ids",
    "budget_line_id",
    "amount",
    "track",
    "valid_from",
    "valid_to",
}


class KhbsDecree(models.Model):
    """A Keputusan Gubernur with clauses and annexes (DOMAIN 4.5).

    Drafted, initialled along its chain, decided by an approver on its SHA-256, frozen
    as one PDF that is never rendered again, signed, and from then on in force. A
    frozen decree never changes: a new one amends or revokes it.
    """

    _name = "khbs.decree"
    _inherit = [
        "khbs.approvable",
        "khbs.decree.draft",
        "khbs.decree.pages",
        "khbs.decree.initials",
        "khbs.decree.chain",
        "khbs.decree.follow",
        "khbs.decree.sign",
        "khbs.decree.withdraw",
    ]
    _description = "Decree"
    _order = "id desc"

    _reading_actions = ("action_approve", "action_initial")
    # The law office freezes what the approver decided, and only that; another way of
    # signing, or none, changes nothing of what was frozen.
    _unread_steps = ("frozen", "wet_track", "withdrawn")

    name = fields.Char(string="About", required=True, help="What follows TENTANG.")
    kind = fields.Selection(selection=KINDS, required=True)
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
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("frozen", "Frozen"),
            ("in_force", "In force"),
            ("revoked", "Revoked"),
            ("withdrawn", "Withdrawn"),
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
    writer_ids = fields.Many2many(
        comodel_name="res.users",
        relation="khbs_decree_writer_rel",
        string="Changed by",
        readonly=True,
        copy=False,
        help="Who changed the draft by hand; none of them decides it.",
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
        string="Signed file",
        help="The scan of the paper, or the file with the electronic signature.",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    scan_sha256 = fields.Char(
        string="SHA-256 of the signed file", readonly=True, copy=False
    )

    _code_uniq = models.Constraint("UNIQUE (code)", "This code is given already.")
    _number_uniq = models.UniqueIndex(
        "(number) WHERE number IS NOT NULL AND excerpt_of_id IS NULL",
        "A decree with this number is registered.",
    )
    _amount_sign = models.Constraint(
        "CHECK (amount >= 0 OR amends_id IS NOT NULL)",
        "Only what a decree amends can become less.",
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
    _tte_numbered = models.Constraint(
        "CHECK (track = 'wet' OR state = 'draft' OR (number IS NOT NULL "
        "AND decree_date IS NOT NULL))",
        "For an electronic signature number and date are registered first.",
    )
    _in_force_whole = models.Constraint(
        "CHECK (state IN ('draft', 'frozen', 'withdrawn') OR (number IS NOT NULL "
        "AND decree_date IS NOT NULL AND scan_sha256 IS NOT NULL))",
        "A decree in force has a number, a date and the signed file.",
    )
    _tte_signed = models.Constraint(
        "CHECK (track = 'wet' OR state IN ('draft', 'frozen', 'withdrawn') "
        "OR (signer_name IS NOT NULL AND signer_certificate_sha256 IS NOT NULL))",
        "A decree in force by electronic signature says who signed.",
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
        "excerpt_of_id",
        "track",
        "valid_from",
        "valid_to",
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
                    "Clauses, budget, signature and validity can be changed by hand. "
                    "For another title, year or signatory draft it anew."
                )
            )
        if not self.env.su:
            self._refuse_change(vals)
            self._note_writer()
        return super().write(vals)

    def _note_writer(self):
        """Remember who changes the draft: nobody decides the own words."""
        self.sudo().writer_ids |= self.env.user

    def _writers(self):
        """Return who wrote what the draft says, also before writers were noted."""
        decree = self.sudo()
        clauses = decree.clause_ids
        return (
            decree.drafted_by_id
            | decree.writer_ids
            | clauses.create_uid
            | clauses.write_uid
        )

    def _refuse_change(self, vals):
        """Refuse what is frozen, and another signature for a numbered draft."""
        for decree in self:
            if decree.state != "draft":
                raise UserError(
                    self.env._(
                        "A frozen decree never changes. Draft one that amends it."
                    )
                )
            if "track" in vals and decree.number and not decree.excerpt_of_id:
                raise UserError(
                    self.env._(
                        "Number %(number)s is registered for an electronic signature; "
                        "the draft keeps it.",
                        number=decree.number,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_draft(self):
        for decree in self:
            if decree.state != "draft":
                raise UserError(
                    self.env._("A frozen decree stays. Draft one that revokes it.")
                )
            if decree.number and not decree.excerpt_of_id:
                raise UserError(
                    self.env._(
                        "Number %(number)s of the law office is registered for this "
                        "draft; it stays.",
                        number=decree.number,
                    )
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
            if self.env.user in decree._writers():
                events._record_refused("decree.approve", decree, {"own": True})
                raise UserError(
                    self.env._(
                        "You wrote in this draft; a second person decides what it says."
                    )
                )
            decree._require_initials()
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

    def action_open_record(self):
        """Open the document that the decree decides on."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    def action_pdf(self):
        """Download the frozen decree."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/khbs/decree/{self.id}/pdf"}

    def action_draft_pdf(self):
        """Download the pages of the draft, with its box of initials."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/khbs/decree/{self.id}/draft"}

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
        try:
            self.sudo().lock_for_update()
        except LockError as error:
            raise LockError(
                self.env._(
                    "Somebody else is working on %(decree)s at this moment. Open it "
                    "anew and look before you repeat.",
                    decree=self.display_name,
                )
            ) from error
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
