# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from odoo.addons.khbs_registry import append_only
from odoo.addons.khbs_registry.rupiah import Rupiah

from .. import guards


class KhbsBkkDisbursement(models.Model):
    """Money that left the provincial treasury for a proposal: the SP2D, by reference.

    SPP, SPM and SP2D are made in SIPD; here stand their numbers (DOMAIN 4.2).
    """

    _name = "khbs.bkk.disbursement"
    _description = "BKK disbursement"
    _order = "sp2d_date desc, sp2d_number"
    _rec_name = "sp2d_number"

    proposal_id = fields.Many2one(
        comodel_name="khbs.bkk.proposal",
        required=True,
        index=True,
        domain=[("state", "=", "decreed")],
        ondelete="restrict",
    )
    regency_id = fields.Many2one(related="proposal_id.regency_id")
    decree_id = fields.Many2one(related="proposal_id.decree_id")
    spp_number = fields.Char(string="SPP number", size=80)
    spm_number = fields.Char(string="SPM number", size=80)
    sp2d_number = fields.Char(string="SP2D number", size=80, required=True)
    sp2d_date = fields.Date(string="SP2D date", required=True)
    amount = Rupiah(required=True)

    _sp2d_uniq = models.Constraint(
        "UNIQUE (sp2d_number)", "An SP2D with this number is registered already."
    )
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "An SP2D moves more than zero rupiah."
    )

    def init(self):
        append_only.install(self.env.cr, self._table)
        self.env.cr.execute(guards.DISBURSEMENT_GUARD)

    @api.model_create_multi
    def create(self, vals_list):
        """Register payments of proposals whose decree is in force."""
        # Defaults of the caller's context are checked like what was entered.
        vals_list = [self._add_missing_default_values(vals) for vals in vals_list]
        proposals = self.env["khbs.bkk.proposal"].browse(
            [vals.get("proposal_id") for vals in vals_list]
        )
        self.env["khbs.audit.event"]._require_group(
            "khbs_registry.group_bank_officer",
            "khbs.bkk.disbursement.register",
            proposals[:1],
        )
        for proposal, vals in zip(proposals, vals_list, strict=True):
            proposal._check_not_blocked("disbursement")
            proposal._check_payable(
                vals.get("amount") or 0, fields.Date.to_date(vals.get("sp2d_date"))
            )
        # The trigger reads state and decree and writes the proposal's row.
        self.env.flush_all()
        disbursements = super().create(vals_list)
        proposals.invalidate_recordset(["disbursed_amount"])
        for disbursement in disbursements:
            self.env["khbs.audit.event"]._record(
                "khbs.bkk.disbursement.register",
                disbursement,
                {
                    "proposal": disbursement.proposal_id.id,
                    "amount": disbursement.amount,
                },
            )
        disbursements.sudo().decree_id.budget_line_id._check_flow()
        proposals._close_disbursed()
        proposals._money_moved()
        return disbursements

    def action_view_proposal(self):
        """Open the proposal that was paid; the button saves the payment first.

        Who may register a payment may not change one, so that the web client shows
        no button to save.
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.bkk.proposal",
            "view_mode": "form",
            "res_id": self.proposal_id.id,
        }
