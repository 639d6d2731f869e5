# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from odoo.addons.khbs_registry import append_only

from .labels import REJECTIONS, UNREADABLE


class KhbsJournalReject(models.Model):
    """A text that a terminal pushed and that is no entry of its journal."""

    _name = "khbs.journal.reject"
    _description = "Rejected entry"
    _order = "id desc"
    _rec_name = "sha256"
    _log_access = False

    terminal_id = fields.Many2one(
        comodel_name="khbs.terminal", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(related="terminal_id.area_id")
    received_at = fields.Datetime(required=True, default=fields.Datetime.now)
    sha256 = fields.Char(string="SHA-256", required=True, help="In base64url.")
    seq = fields.Float(string="Entry", aggregator=None)
    reason = fields.Char(
        string="Technical reason", required=True, help="In the words of the reader."
    )
    cause = fields.Selection(
        selection=REJECTIONS, string="Reason", compute="_compute_cause"
    )
    text = fields.Text(help="As received, cut at 8 KiB.")

    # A terminal that sends the same wreck again adds no second row.
    _sha256_uniq = models.Constraint(
        "UNIQUE (terminal_id, sha256)", "This text was rejected before."
    )

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.depends("reason")
    def _compute_cause(self):
        known = dict(REJECTIONS)
        for reject in self:
            reject.cause = reject.reason if reject.reason in known else UNREADABLE

    @api.depends("terminal_id.code")
    def _compute_display_name(self):
        for reject in self:
            reject.display_name = f"{reject.terminal_id.code} ({reject.id})"
