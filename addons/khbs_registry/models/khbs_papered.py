# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsPapered(models.AbstractModel):
    """A document of which papers are issued (``khbs.paper``)."""

    _name = "khbs.papered"
    _description = "Document with papers"

    paper_count = fields.Integer(
        string="Papers", compute="_compute_paper_count", compute_sudo=True
    )

    def _compute_paper_count(self):
        counts = dict(
            self.env["khbs.paper"]._read_group(
                [("model", "=", self._name), ("res_id", "in", self.ids)],
                ["res_id"],
                ["__count"],
            )
        )
        for record in self:
            record.paper_count = counts.get(record.id, 0)

    def action_view_papers(self):
        """Show the papers that were issued of these records."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Papers"),
            "res_model": "khbs.paper",
            "views": [(False, "list"), (False, "form")],
            "domain": [("model", "=", self._name), ("res_id", "in", self.ids)],
        }
