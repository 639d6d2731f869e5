# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import datetime

from odoo import api, fields, models
from odoo.tools import format_datetime

from odoo.addons.khbs_registry import append_only

KINDS = [
    ("list_given", "List given to the terminal"),
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
    detail = fields.Char(compute="_compute_detail")

    _terminal_kind_idx = models.Index("(terminal_id, kind, number)")
    _list_idx = models.Index(
        "(number) WHERE kind IN ('list_given', 'list_reported')",
    )

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.depends("kind", "number", "data")
    def _compute_detail(self):
        for fact in self:
            fact.detail = fact._detail()

    @api.depends("kind", "terminal_id.code")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for fact in self:
            fact.display_name = f"{fact.terminal_id.code}: {labels.get(fact.kind)}"

    def _detail(self):
        """Say what the fact's number is of, as a person reads it."""
        if self.kind in ("list_given", "list_reported"):
            return self.env._("Version %(number)s", number=self.number)
        if self.kind == "lost" and self.number:
            since = datetime.datetime.fromtimestamp(self.number, datetime.UTC)
            moment = format_datetime(self.env, since.replace(tzinfo=None))
            return self.env._("Since %(moment)s", moment=moment)
        if self.kind in ("forked", "decision"):
            return self.env._("Entry %(number)s", number=self.number)
        return False

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
