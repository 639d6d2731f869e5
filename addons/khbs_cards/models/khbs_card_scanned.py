# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.held_file import HeldFile

from .. import scans
from ..life_cycle import CARD_OFFICER, FIELD_OFFICER


class KhbsCardScanned(models.AbstractModel):
    """A list of cards that a village signs on paper; the scan is bound by its hash."""

    _name = "khbs.card.scanned"
    _inherit = ["khbs.guarded", "khbs.papered"]
    _description = "Signed list of cards"

    scan = HeldFile(
        rows="line_count",
        string="Signed paper",
        attachment=True,
        copy=False,
        help="PDF or photo with all signatures and thumb prints.",
    )
    scan_name = fields.Char(copy=False)
    scan_sha256 = fields.Char(
        string="SHA-256 of the signed paper", readonly=True, copy=False
    )
    line_count = fields.Integer(string="Cards", compute="_compute_line_count")

    def _compute_line_count(self):
        for record in self:
            record.line_count = len(record.line_ids)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_digest(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_digest(vals))

    def _refuse_guarded(self, vals):
        # The digest comes along with the file, and with it alone.
        rest = {name: value for name, value in vals.items() if name != "scan_sha256"}
        return super()._refuse_guarded(rest)

    @api.model
    def _with_digest(self, vals):
        """Return *vals* with the digest of the scan that they bring, if they do."""
        vals = {name: value for name, value in vals.items() if name != "scan_sha256"}
        if "scan" not in vals:
            return vals
        try:
            digest = scans.sha256_of(vals["scan"])
        except scans.NoScanError as error:
            raise UserError(
                self.env._("Hand the signed paper in as PDF, JPEG or PNG.")
            ) from error
        return vals | {"scan_sha256": digest or False}

    def _checked_worker(self, act):
        """Return self as superuser, locked: a field officer's or card officer's act."""
        events = self.env["khbs.audit.event"]
        if not self.env.user.has_group(CARD_OFFICER):
            for record in self:
                events._require_group(FIELD_OFFICER, act, record)
        self.check_access("write")
        self._lock()
        return self.sudo()

    def _require_scan(self):
        for record in self:
            if not record.scan_sha256:
                raise UserError(
                    self.env._(
                        "%(document)s: print it, let it be signed, and hand the scan "
                        "in first.",
                        document=record.display_name,
                    )
                )
