# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.khbs_registry.rupiah import Rupiah


class KhbsBkkTransfer(models.Model):
    """What one SP2D brings to one treasury account.

    One that came back is repaid by another, which names it; the chain leads to the
    first one.
    """

    _name = "khbs.bkk.transfer"
    _inherit = ["khbs.bkk.cancellable"]
    _description = "BKK transfer"
    _order = "id desc"

    disbursement_id = fields.Many2one(
        comodel_name="khbs.bkk.disbursement",
        required=True,
        index=True,
        ondelete="restrict",
    )
    proposal_id = fields.Many2one(related="disbursement_id.proposal_id")
    sp2d_number = fields.Char(related="disbursement_id.sp2d_number")
    sp2d_date = fields.Date(related="disbursement_id.sp2d_date")
    kind = fields.Selection(related="disbursement_id.kind")
    payee_id = fields.Many2one(
        comodel_name="khbs.bkk.payee",
        index=True,
        domain="[('area_id', '=', area_id), ('state', '=', 'confirmed')]",
        ondelete="restrict",
        help="The confirmed account. Empty: from before accounts were kept here.",
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Regency or village",
        required=True,
        index=True,
        ondelete="restrict",
    )
    amount = Rupiah(required=True)
    repays_id = fields.Many2one(
        comodel_name="khbs.bkk.transfer",
        index="btree_not_null",
        ondelete="restrict",
        help="The transfer that came back.",
    )
    repaid_by_ids = fields.One2many(
        comodel_name="khbs.bkk.transfer", inverse_name="repays_id", string="Repaid by"
    )
    return_ids = fields.One2many(
        comodel_name="khbs.bkk.transfer.return", inverse_name="transfer_id"
    )
    state = fields.Selection(
        selection=[
            ("paid", "Paid"),
            ("returned", "Returned"),
            ("repaid", "Returned and repaid"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_state",
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A transfer moves more than zero rupiah."
    )
    _repaid_once = models.UniqueIndex(
        "(repays_id) WHERE cancelled_by_id IS NULL",
        "What was returned is repaid already.",
    )
    _area_once = models.Constraint(
        "UNIQUE (disbursement_id, area_id)",
        "An SP2D names a regency or village once.",
    )
    _repays_another = models.Constraint(
        "CHECK (repays_id < id)", "A transfer repays an earlier one."
    )

    @api.depends("area_id.name", "disbursement_id.sp2d_number")
    def _compute_display_name(self):
        for one in self:
            one.display_name = f"{one.area_id.name}, SP2D {one.sp2d_number or ''}"

    @api.depends(
        "cancelled_by_id", "return_ids.cancelled_by_id", "repaid_by_ids.cancelled_by_id"
    )
    def _compute_state(self):
        for one in self:
            if one.cancelled_by_id:
                one.state = "cancelled"
            elif one._is_returned():
                again = one.repaid_by_ids.filtered(lambda t: not t.cancelled_by_id)
                one.state = "repaid" if again else "returned"
            else:
                one.state = "paid"

    @api.model_create_multi
    def create(self, vals_list):
        """Only an SP2D makes transfers; a form shows them beside it."""
        if not self.env.su:
            raise AccessError(self.env._("Register the SP2D: it makes its transfers."))
        return super().create(vals_list)

    def _cancel(self, reason):
        """Refuse: money that did not move has no SP2D, and is cancelled with it."""
        self.ensure_one()
        raise UserError(
            self.env._(
                "%(transfer)s is cancelled with its SP2D: open the SP2D and cancel it.",
                transfer=self.display_name,
            )
        )

    def _is_returned(self):
        return bool(self.return_ids.filtered(lambda one: not one.cancelled_by_id))

    def action_return(self):
        """Open the form that registers that this transfer came back."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Register return"),
            "res_model": "khbs.bkk.transfer.return",
            "view_mode": "form",
            "target": "new",
            "context": {"default_transfer_id": self.id},
        }

    def action_repay(self):
        """Open the form of the SP2D that repays this transfer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Repay"),
            "res_model": "khbs.bkk.disbursement",
            "view_mode": "form",
            "context": {
                "default_proposal_id": self.proposal_id.id,
                "default_kind": "repayment",
                "default_amount": self.amount,
                "default_transfer_ids": [
                    (
                        0,
                        0,
                        {
                            "area_id": self.area_id.id,
                            "amount": self.amount,
                            "repays_id": self.id,
                        },
                    )
                ],
            },
        }
