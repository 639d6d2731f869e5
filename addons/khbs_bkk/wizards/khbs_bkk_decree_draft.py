# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsBkkDecreeDraft(models.TransientModel):
    """Asks which budget line bears a decree, before it is drafted."""

    _name = "khbs.bkk.decree.draft"
    _description = "Draft of a BKK decree"

    proposal_ids = fields.Many2many(
        comodel_name="khbs.bkk.proposal", required=True, readonly=True
    )
    budget_line_id = fields.Many2one(
        comodel_name="khbs.budget.line",
        required=True,
        default=lambda self: self._default_budget_line_id(),
    )

    def _default_budget_line_id(self):
        """Return the year's line that bears what these pay, if there is one."""
        proposals = self.env["khbs.bkk.proposal"].browse(
            self.env.context.get("default_proposal_ids") or []
        )
        policy = proposals[:1].sudo().policy_id
        if not policy:
            return False
        lines = (
            self.env["khbs.budget.line"]
            .search([("year", "in", proposals.mapped("fiscal_year"))])
            .filtered(
                lambda line: policy._bears(line.account_code, proposals[0].payee_level)
            )
        )
        return lines if len(lines) == 1 else False

    def action_draft(self):
        """Draft the decree."""
        self.ensure_one()
        return self.proposal_ids.action_draft_decree(self.budget_line_id.id)
