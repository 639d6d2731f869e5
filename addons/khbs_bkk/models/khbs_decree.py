# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError


class KhbsDecree(models.Model):
    _inherit = "khbs.decree"

    bkk_proposal_ids = fields.One2many(
        comodel_name="khbs.bkk.proposal",
        inverse_name="decree_id",
        string="BKK proposals",
    )

    def _freeze(self):
        """Freeze only what decides the proposals' money, to the rupiah."""
        if self.kind == "bkk" and self.form == "decision":
            total = sum(self.bkk_proposal_ids.mapped("approved_amount"))
            sums = {annex.totals.get("amount") for annex in self.annex_ids}
            if sums | {self.amount} != {total}:
                raise UserError(
                    self.env._(
                        "Amount and annexes of the decree are not those of its "
                        "proposals. Delete this draft and draft it anew."
                    )
                )
        return super()._freeze()

    def _bring_in_force(self, number, date, content, signing=None):
        """What the decree decides becomes payable with the signature."""
        result = super()._bring_in_force(number, date, content, signing=signing)
        proposals = self.sudo().bkk_proposal_ids
        for proposal in proposals.filtered(lambda one: one.state == "approved"):
            proposal._check_unchanged("approved")
            proposal.state = "decreed"
        proposals.flush_recordset()
        return result

    def _free_documents(self):
        """Let the proposals go into another decree."""
        result = super()._free_documents()
        self.bkk_proposal_ids.decree_id = False
        return result
