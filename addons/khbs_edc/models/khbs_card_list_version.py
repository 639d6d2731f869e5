# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL


class KhbsCardListVersion(models.Model):
    _inherit = "khbs.card.list.version"

    holder_count = fields.Integer(
        string="Terminals",
        compute="_compute_holder_count",
        help="That said last that they hold this version.",
    )

    def _compute_holder_count(self):
        """Count the terminals that this user may see; they hold list 01 alone."""
        terminals = self.env["khbs.terminal"]
        counts = {}
        if terminals.has_access("read"):
            counts = dict(
                terminals._read_group(
                    [("list_version", "in", self.mapped("version"))],
                    ["list_version"],
                    ["__count"],
                )
            )
        for version in self:
            own = version.sudo().list_id.code == "01"
            version.holder_count = counts.get(version.version, 0) if own else 0

    def action_view_holders(self):
        """Open the terminals that hold this version."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_edc.khbs_terminal_action"
        )
        return action | {
            "domain": [("list_version", "=", self.version)],
            "context": {},
        }

    @api.model
    def _referred(self):
        """Keep every version that a terminal was given or has named.

        Claims are judged by what the version held said, also years later: the journal
        of a terminal that has been silent names what nobody heard of till then.
        """
        # Scalar subqueries: PostgreSQL looks each up by its index and never reads a
        # whole table, as it may for EXISTS or IN.
        return SQL(
            """(%s) OR list.code = '01' AND (
                (SELECT true FROM khbs_server_fact fact
                  WHERE fact.number = version.version
                    AND fact.kind IN ('list_given', 'list_reported') LIMIT 1)
                OR (SELECT true FROM khbs_journal_entry entry
                     WHERE entry.lst = version.version LIMIT 1)
                OR (SELECT true FROM khbs_journal_entry entry
                     WHERE entry.document = version.version::text
                       AND entry.ev = 'lists' LIMIT 1)
                OR (SELECT true FROM khbs_lease lease
                     WHERE lease.list_min = version.version LIMIT 1)
                OR version.version IN (SELECT list_version FROM khbs_terminal))""",
            super()._referred(),
        )
