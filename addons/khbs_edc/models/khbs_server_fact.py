# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from odoo.addons.khbs_registry import append_only

KINDS = [
    ("list_reported", "List held by the terminal"),
    ("lost", "Reported lost"),
    ("found", "Report of loss withdrawn"),
    ("suspended", "Suspended"),
    ("active", "Resumed"),
    ("forked", "Fork found"),
    ("decision", "Decision on a claim line"),
]


class KhbsServerFact(models.Model):
    """Something that the server learnt at a moment and that outcomes depend on."""

    _name = "khbs.server.fact"
    _description = "Dated fact"
    _order = "id desc"
    _rec_name = "kind"
    _log_access = False

    at = fields.Datetime(required=True, default=fields.Datetime.now)
    terminal_id = fields.Many2one(
        comodel_name="khbs.terminal", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(related="terminal_id.area_id")
    kind = fields.Selection(selection=KINDS, required=True)
    number = fields.Integer(
        aggregator=None, help="List version, moment of the loss or entry number."
    )
    data = fields.Json()

    _terminal_kind_idx = models.Index("(terminal_id, kind, number)")

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.model
    def _list_reported(self, terminal):
        """Return the highest list version that the terminal ever said it holds."""
        self.env.cr.execute(
            """
            SELECT COALESCE(max(number), 0) FROM khbs_server_fact
             WHERE terminal_id = %s AND kind = 'list_reported'
            """,
            [terminal.id],
        )
        return self.env.cr.fetchone()[0]
