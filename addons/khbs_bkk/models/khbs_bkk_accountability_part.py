# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.held_file import HeldFile

from ..guards import accountability as guards


class KhbsBkkAccountabilityPart(models.AbstractModel):
    """What a regency adds to its LPJ while that is a draft."""

    _name = "khbs.bkk.accountability.part"
    _description = "BKK accountability: a part"

    _file_field = "file"
    # First bytes of what a scanner or a camera makes: PDF, JPEG, PNG.
    _scans = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")

    accountability_id = fields.Many2one(
        comodel_name="khbs.bkk.accountability",
        string="LPJ",
        required=True,
        index=True,
        ondelete="restrict",
    )
    proposal_id = fields.Many2one(
        related="accountability_id.proposal_id",
        store=True,
        index=True,
        precompute=True,
    )
    regency_id = fields.Many2one(related="accountability_id.regency_id")
    state = fields.Selection(related="accountability_id.state")

    def init(self):
        if not self._abstract:
            self.env.cr.execute(guards.part_guard(self._table))

    @api.model_create_multi
    def create(self, vals_list):
        """Add parts to drafts that the user may change."""
        no_file = {self._file_field: False}
        vals_list = [
            self._hashed({**no_file, **self._add_missing_default_values(v)})
            for v in vals_list
        ]
        reports = self.env["khbs.bkk.accountability"].browse(
            [vals.get("accountability_id") for vals in vals_list]
        )
        self._require_draft(reports)
        parts = super().create(vals_list)
        self._on_change(reports)
        return parts

    def write(self, vals):
        reports = self.accountability_id
        self._require_draft(reports)
        if "accountability_id" in vals:
            raise UserError(self.env._("What belongs to an LPJ stays with it."))
        result = super().write(self._hashed(vals))
        self._on_change(reports)
        return result

    def unlink(self):
        reports = self.accountability_id
        self._require_draft(reports)
        result = super().unlink()
        self._on_change(reports)
        return result

    def _require_draft(self, reports):
        """Refuse parts of what is submitted, or of another's regency."""
        reports.check_access("write")
        reports._lock()
        reports._require_state("draft")

    def _hashed(self, vals):
        """Return *vals* with the digest of the file that they bring.

        What follows from the LPJ or from the file is not entered.
        """
        digest = f"{self._file_field}_sha256"
        vals = {
            name: value
            for name, value in vals.items()
            if name not in (digest, "proposal_id")
        }
        if self._file_field in vals:
            content = base64.b64decode(vals[self._file_field] or b"")
            if not content:
                raise UserError(self.env._("Upload the file."))
            if not content.startswith(self._scans):
                raise UserError(
                    self.env._("Upload a scan as PDF, JPG or PNG: this file is none.")
                )
            vals[digest] = hashlib.sha256(content).hexdigest()
        return vals

    def _on_change(self, reports):
        """Let the figures follow."""


class KhbsBkkEvidence(models.Model):
    """A file that proves what an LPJ says: the signed LPJ, receipts, tax slips."""

    _name = "khbs.bkk.evidence"
    _inherit = ["khbs.bkk.accountability.part"]
    _description = "BKK evidence"
    _order = "accountability_id, kind, id"

    name = fields.Char(string="Description", required=True)
    kind = fields.Selection(
        selection=[
            ("signed", "Signed LPJ"),
            ("payment", "Signed payment list"),
            ("transfer", "Proof of transfer"),
            ("tax", "Proof of tax paid in"),
            ("sts", "STS"),
            ("other", "Other"),
        ],
        required=True,
        default="payment",
    )
    file = HeldFile(rows="people_count", attachment=True, required=True, copy=False)
    file_name = fields.Char()
    file_sha256 = fields.Char(string="SHA-256", readonly=True, required=True)
    printed_sha256 = fields.Char(
        string="SHA-256 of what was printed",
        readonly=True,
        copy=False,
        help="Of the figures of the LPJ that was printed last when the file came.",
    )
    people_count = fields.Integer(related="accountability_id.people_count")

    @api.model_create_multi
    def create(self, vals_list):
        reports = self.env["khbs.bkk.accountability"]
        return super().create(
            [
                {
                    **vals,
                    "printed_sha256": reports.browse(vals.get("accountability_id"))
                    .sudo()
                    .printed_sha256,
                }
                for vals in vals_list
            ]
        )

    def write(self, vals):
        vals = {name: vals[name] for name in vals if name != "printed_sha256"}
        if "file" not in vals:
            return super().write(vals)
        for report, mine in self.grouped("accountability_id").items():
            printed = {"printed_sha256": report.sudo().printed_sha256}
            super(KhbsBkkEvidence, mine).write({**vals, **printed})
        return True
