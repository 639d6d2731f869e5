# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import hashlib

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.held_file import HeldFile

PDF_MARK = b"%PDF-"


class KhbsBkkProposalLetter(models.AbstractModel):
    """The letter that the Bupati or Wali Kota signed: without it nothing is sent."""

    _name = "khbs.bkk.proposal.letter"
    _description = "BKK proposal: signed letter"

    letter_file = HeldFile(
        rows="line_count",
        string="Signed letter",
        attachment=True,
        copy=False,
        help="PDF of the letter with signature and stamp.",
    )
    letter_file_name = fields.Char(copy=False)
    letter_sha256 = fields.Char(
        string="SHA-256 of the signed letter", readonly=True, copy=False
    )
    letter_ids = fields.One2many(
        comodel_name="khbs.bkk.letter",
        inverse_name="proposal_id",
        string="Signed letters",
    )

    def _note_letter(self, names):
        """Keep the SHA-256 of the signed letter that was just handed over."""
        if "letter_file" not in names:
            return
        for proposal in self.sudo():
            content = proposal._letter_content()
            if content and not content.startswith(PDF_MARK):
                raise UserError(self.env._("Hand the signed letter in as PDF."))
            proposal.letter_sha256 = (
                hashlib.sha256(content).hexdigest() if content else False
            )

    def _letter_content(self):
        """Return the bytes of the signed letter, as superuser."""
        self.ensure_one()
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("res_field", "=", "letter_file"),
                ],
                limit=1,
            )
        )
        return attachment.raw or b""

    def _check_letter_of_lines(self):
        """Refuse a letter that was signed for the other lines of an earlier round."""
        self.ensure_one()
        self.env.flush_all()
        rounds = (
            self.env["khbs.bkk.letter"]
            .sudo()
            .search(
                [("proposal_id", "=", self.id), ("sha256", "=", self.letter_sha256)]
            )
            .mapped("round_number")
        )
        if not rounds:
            return
        changed = (
            self.env["khbs.bkk.change"]
            .sudo()
            .search_count(
                [("proposal_id", "=", self.id), ("kind", "!=", "same")], limit=1
            )
        )
        if changed or self.round_number - 1 not in rounds:
            raise UserError(
                self.env._(
                    "This letter was signed for other lines, before the proposal was "
                    "sent back. Print it anew, have it signed and hand that one in."
                )
            )

    def _keep_letter(self):
        """Put the letter of this round beside those of the earlier ones."""
        self.ensure_one()
        content = self._letter_content()
        if hashlib.sha256(content).hexdigest() != self.letter_sha256:
            raise UserError(self.env._("Hand the signed letter in once more."))
        self.env["khbs.bkk.letter"].sudo().create(
            {
                "proposal_id": self.id,
                "round_number": self.round_number,
                "number": self.letter_number,
                "date": self.letter_date,
                "people": self.control_count,
                "amount": self.control_amount,
                "file": base64.b64encode(content),
                "file_name": self.letter_file_name,
                "sha256": self.letter_sha256,
            }
        )
