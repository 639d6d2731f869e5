# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.rupiah import Rupiah

from ..guards import disbursement as guard
from .khbs_bkk_cancellable import BANK_OFFICER

# Why banks send money back (DOMAIN 5.1).
REASONS = [
    ("account_wrong", "Account number wrong"),
    ("name_differs", "Name differs from the account"),
    ("account_closed", "Account closed or passive"),
    ("bank_wrong", "Bank wrong"),
    ("other", "Other"),
]


class KhbsBkkTransferReturn(models.Model):
    """A transfer that came back to the provincial treasury (retur), whole."""

    _name = "khbs.bkk.transfer.return"
    _inherit = ["khbs.bkk.cancellable"]
    _description = "Return of a BKK transfer"
    _order = "date desc, id desc"
    _rec_name = "reference"

    transfer_id = fields.Many2one(
        comodel_name="khbs.bkk.transfer",
        required=True,
        index=True,
        ondelete="restrict",
    )
    proposal_id = fields.Many2one(related="transfer_id.proposal_id")
    date = fields.Date(required=True, help="When it came back.")
    reason = fields.Selection(selection=REASONS, required=True)
    reference = fields.Char(required=True, help="Note of the bank or of BUD.")
    note = fields.Char()
    amount = Rupiah(required=True, readonly=True)

    _returned_once = models.UniqueIndex(
        "(transfer_id) WHERE cancelled_by_id IS NULL",
        "This transfer came back already.",
    )

    def init(self):
        # The last of the three tables that the guards are on.
        self.env.cr.execute(guard.DISBURSEMENT_GUARD)

    @api.model_create_multi
    def create(self, vals_list):
        """Register that transfers came back."""
        vals_list = [self._add_missing_default_values(vals) for vals in vals_list]
        transfers = self.env["khbs.bkk.transfer"].browse(
            [vals.get("transfer_id") for vals in vals_list]
        )
        events = self.env["khbs.audit.event"]
        act = "khbs.bkk.transfer.return.register"
        events._require_group(BANK_OFFICER, act, transfers[:1])
        transfers.check_access("read")
        self.env.flush_all()
        for transfer, vals in zip(transfers, vals_list, strict=True):
            transfer.proposal_id.sudo()._lock()
            self._check_return(transfer, fields.Date.to_date(vals.get("date")))
            vals["amount"] = transfer.amount
        returns = super().create(vals_list)
        self.env.flush_all()
        self.env.invalidate_all()
        transfers.proposal_id._money_moved()
        for one in returns:
            events._record(
                act, one, {"transfer": one.transfer_id.id, "amount": one.amount}
            )
        return returns

    @api.model
    def _check_return(self, transfer, day):
        if transfer.state != "paid":
            raise UserError(
                self.env._(
                    "%(transfer)s is not paid: nothing of it can come back.",
                    transfer=transfer.display_name,
                )
            )
        transfer.proposal_id._check_not_paid_out(transfer)
        if day and not transfer.sp2d_date <= day <= fields.Date.context_today(self):
            raise UserError(
                self.env._("Money comes back after its SP2D and not in the future.")
            )

    def _cancel(self, reason):
        if self.transfer_id.repaid_by_ids.filtered(lambda t: not t.cancelled_by_id):
            raise UserError(
                self.env._("What came back is repaid already: cancel that SP2D first.")
            )
        result = super()._cancel(reason)
        self.transfer_id.proposal_id._money_moved()
        return result
