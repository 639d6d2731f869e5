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
        """Keep every version that a journal, a lease or a terminal names.

        Claims are judged by what the version held said, also years later.
        """
        return SQL(
            """(%s) OR list.code = '01' AND version.version IN (
                SELECT lst FROM khbs_journal_entry
                UNION SELECT list_min FROM khbs_lease
                UNION SELECT list_version FROM khbs_terminal
                UNION SELECT number FROM khbs_server_fact WHERE kind = 'list_reported'
            )""",
            super()._referred(),
        )
