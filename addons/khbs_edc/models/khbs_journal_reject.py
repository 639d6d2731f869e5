# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from odoo.addons.khbs_registry import append_only


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
    reason = fields.Char(required=True)
    text = fields.Text(help="As received, cut at 8 KiB.")

    # A terminal that sends the same wreck again adds no second row.
    _sha256_uniq = models.Constraint(
        "UNIQUE (terminal_id, sha256)", "This text was rejected before."
    )

    def init(self):
        append_only.install(self.env.cr, self._table)
