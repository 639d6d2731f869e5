# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import binascii
import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.papers import words
from odoo.addons.khbs_registry.rupiah import Rupiah

from ..guards import request as guard
from ..terms import PROPOSER


class KhbsBkkRequest(models.Model):
    """The regency's request that decided money be transferred (DOMAIN 10 no. 24).

    Its papers are printed, signed on paper and uploaded; no SP2D is registered beyond
    what the submitted requests of a proposal ask for.
    """

    _name = "khbs.bkk.request"
    _inherit = [
        "khbs.guarded",
        "khbs.papered",
        "khbs.bkk.document",
        "khbs.bkk.request.papers",
    ]
    _description = "Request for disbursement"
    _order = "id desc"
    _rec_name = "number"

    _guarded_fields = (
        "state",
        "signed_sha256",
        "submitted_by_id",
        "submitted_at",
        "withdrawal",
    )
    _change_act = "khbs.bkk.request.change"

    proposal_id = fields.Many2one(domain=[("state", "=", "decreed")])
    decree_id = fields.Many2one(related="proposal_id.decree_id")
    number = fields.Char(
        required=True, help="Of the letter of the Bupati or Wali Kota."
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    place = fields.Char(
        required=True, default="-", help="Where the letter is signed: Kasongan."
    )
    amount = Rupiah(required=True, help="What is asked for, in rupiah.")
    head_name = fields.Char(
        string="Bupati or Wali Kota", help="As printed under the signature."
    )
    finance_name = fields.Char(string="Head of finance")
    finance_nip = fields.Char(string="NIP of the head of finance", size=25)
    treasurer_name = fields.Char(string="Treasurer")
    treasurer_nip = fields.Char(string="NIP of the treasurer", size=25)
    signed_file = fields.Binary(
        string="Signed papers (PDF)", attachment=True, copy=False
    )
    signed_filename = fields.Char(copy=False)
    signed_sha256 = fields.Char(
        string="SHA-256 of the signed papers", readonly=True, copy=False
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("submitted", "Submitted"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="draft",
        index=True,
        copy=False,
    )
    submitted_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    submitted_at = fields.Datetime(readonly=True, copy=False)
    withdrawal = fields.Char(string="Why withdrawn", readonly=True, copy=False)

    _one_draft = models.UniqueIndex(
        "(proposal_id) WHERE state = 'draft'",
        "This proposal has a request in draft. Finish or delete that one.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A request asks for more than zero rupiah."
    )
    _submitted_whole = models.Constraint(
        "CHECK (state = 'draft' OR (signed_sha256 IS NOT NULL "
        "AND submitted_by_id IS NOT NULL))",
        "A request is submitted with its signed papers.",
    )

    def init(self):
        self.env.cr.execute(guard.REQUEST_GUARD)

    @api.model
    def default_get(self, fields_list):
        """Ask for what the decree leaves, once the proposal is known."""
        values = super().default_get(fields_list)
        proposal = self.env["khbs.bkk.proposal"].browse(values.get("proposal_id"))
        if "amount" in fields_list and proposal.exists()._filtered_access("read"):
            values.setdefault("amount", proposal._to_request())
        return values

    @api.onchange("proposal_id")
    def _onchange_proposal_id(self):
        if self.proposal_id:
            self.amount = self.proposal_id._to_request()

    @api.model
    def _refuse_creation(self):
        self.env["khbs.audit.event"]._require_group(PROPOSER, "khbs.bkk.request.change")

    @api.model
    def _own_vals(self, vals):
        """Ask for all that is left, where nothing is said."""
        proposal = self.env["khbs.bkk.proposal"].browse(vals.get("proposal_id"))
        if not proposal.exists():
            return {}
        proposal.check_access("read")
        return {"amount": proposal._to_request()}

    # Actions

    def action_submit(self):
        """Hand in the signed papers: from now on money may move."""
        for request in self:
            request._checked(PROPOSER, "khbs.bkk.request.submit")
            request._require_state("draft")
            request._submit()
        return True

    def action_withdraw(self, reason):
        """Take requests back on which no money moved."""
        reason = " ".join((reason or "").split())
        for request in self:
            request._checked(PROPOSER, "khbs.bkk.request.withdraw", operation="read")
            request._require_state("submitted")
            request._withdraw(reason)
        return True

    def action_ask_withdraw(self):
        """Open the dialogue that asks why."""
        self.ensure_one()
        return self.env["khbs.bkk.reason"]._ask(self, "action_withdraw")

    # Business

    def _submit(self):
        proposal = self.proposal_id
        proposal.sudo()._lock()
        proposal._check_decree_in_force()
        left = proposal._to_request()
        if self.amount > left:
            raise UserError(
                self.env._(
                    "Of %(proposal)s %(left)s is left to be asked for.",
                    proposal=proposal.display_name,
                    left=words.rupiah(left),
                )
            )
        content = self._signed_content()
        sha256 = hashlib.sha256(content).hexdigest()
        self._seal_signed_file()
        self.sudo().write(
            {
                "state": "submitted",
                "signed_sha256": sha256,
                "submitted_by_id": self.env.uid,
                "submitted_at": fields.Datetime.now(),
            }
        )
        self.flush_recordset()
        self.env["khbs.audit.event"]._record(
            "khbs.bkk.request.submit", self, {"amount": self.amount, "sha256": sha256}
        )

    def _signed_content(self):
        """Return the bytes of the signed papers, or refuse what is no PDF."""
        encoded = self.with_context(bin_size=False).signed_file
        try:
            content = base64.b64decode(encoded or b"")
        except binascii.Error:
            content = b""
        if not content.startswith(b"%PDF-"):
            raise UserError(
                self.env._(
                    "Upload the signed papers as one PDF: letter, receipt, statement "
                    "of liability and integrity pact."
                )
            )
        return content

    def _seal_signed_file(self):
        """Bind the file for good: what was signed is never exchanged."""
        attachments = self.env["ir.attachment"].sudo()
        file = attachments.search(
            [
                ("res_model", "=", self._name),
                ("res_field", "=", "signed_file"),
                ("res_id", "=", self.id),
            ]
        )
        file.khbs_sealed = True
        file.flush_recordset()

    def _withdraw(self, reason):
        if not reason:
            raise UserError(self.env._("Write why the request is withdrawn."))
        proposal = self.proposal_id.sudo()
        proposal._lock()
        if proposal._requested_amount() - self.amount < proposal._paid_on_request():
            raise UserError(
                self.env._("Money moved on this request already: it stays.")
            )
        self.sudo().write({"state": "withdrawn", "withdrawal": reason})
        self.flush_recordset()
        self.env["khbs.audit.event"]._record("khbs.bkk.request.withdraw", self)
