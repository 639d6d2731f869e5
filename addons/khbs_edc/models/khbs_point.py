# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsPoint(models.Model):
    _inherit = "khbs.point"

    terminal_count = fields.Integer(
        string="Terminals", compute="_compute_terminal_count", compute_sudo=True
    )

    def _compute_terminal_count(self):
        counts = dict(
            self.env["khbs.terminal"]._read_group(
                [("point_id", "in", self.ids)], ["point_id"], ["__count"]
            )
        )
        for point in self:
            point.terminal_count = counts.get(point, 0)

    def action_open_terminals(self):
        """Show the terminals of these points."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_edc.khbs_terminal_action"
        )
        return {**action, "domain": [("point_id", "in", self.ids)]}
