# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsDeliberationPrint(models.TransientModel):
    """Print the list of a deliberation with its numbers in full."""

    _name = "khbs.deliberation.print"
    _inherit = ["khbs.numbers.purpose"]
    _description = "Print a list with full numbers"

    _listed = True

    deliberation_id = fields.Many2one(
        comodel_name="khbs.deliberation",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    full_numbers = fields.Boolean(default=True)

    def action_print(self):
        """Issue the list and open the paper."""
        self.ensure_one()
        deliberation = self.deliberation_id
        self.env["khbs.audit.event"]._require_group(
            "khbs_registry.group_pii_reader", "deliberation.print", deliberation
        )
        deliberation.check_access("read")
        deliberation._require_state("held", "announced", "closed")
        self._record_full_numbers(
            deliberation, deliberation.line_ids.household_id, deliberation._added()
        )
        paper = deliberation.sudo()._issue_list(full_numbers=self.full_numbers)
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.paper",
            "res_id": paper.id,
            "views": [(False, "form")],
        }
