# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from ..models.khbs_recipient_change import RELEASE_REASONS

OPERATOR = "khbs_registry.group_registry_operator"


class KhbsRecipientRelease(models.TransientModel):
    """Ask why the place of a family is released."""

    _name = "khbs.recipient.release"
    _description = "Release a place"

    line_id = fields.Many2one(
        comodel_name="khbs.recipient.line", string="Family", required=True
    )
    reason = fields.Selection(selection=RELEASE_REASONS, required=True)
    note = fields.Char(
        string="Evidence",
        required=True,
        help="Letter, minutes or complaint by number; never a name or NIK.",
    )

    def action_release(self):
        """Add the release to the user's draft amendment of the list and show it."""
        self.ensure_one()
        record = self.line_id.list_id._checked(OPERATOR, "amendment.release", "read")
        self.line_id.check_access("read")
        amendment = self.env["khbs.recipient.amendment"]._open_for(record)
        amendment._release(self.line_id.sudo(), self.reason, self.note)
        self.env["khbs.audit.event"]._record(
            "amendment.release",
            amendment,
            {"household": self.line_id.household_id.id, "reason": self.reason},
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.recipient.amendment",
            "res_id": amendment.id,
            "views": [(False, "form")],
        }
