# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.papers import words
from odoo.addons.khbs_registry.rupiah import Rupiah

from .khbs_bkk_cancellable import BANK_OFFICER

KINDS = [("first", "First payment"), ("repayment", "Re-payment")]


class KhbsBkkDisbursement(models.Model):
    """Money that left the provincial treasury for a proposal: the SP2D, by reference.

    SPP, SPM and SP2D are made in SIPD; here stand their numbers (DOMAIN 4.2). The
    transfers say whose treasury the money went to.
    """

    _name = "khbs.bkk.disbursement"
    _inherit = ["khbs.bkk.cancellable", "khbs.bkk.document"]
    _description = "BKK disbursement"
    _order = "sp2d_date desc, sp2d_number"
    _rec_name = "sp2d_number"

    proposal_id = fields.Many2one(domain=[("state", "in", ["decreed", "disbursed"])])
    decree_id = fields.Many2one(related="proposal_id.decree_id")
    kind = fields.Selection(selection=KINDS, required=True, default="first")
    spp_number = fields.Char(string="SPP number", size=80)
    spp_date = fields.Date(string="SPP date")
    spm_number = fields.Char(string="SPM number", size=80)
    spm_date = fields.Date(string="SPM date")
    sp2d_number = fields.Char(string="SP2D number", size=80, required=True)
    sp2d_date = fields.Date(string="SP2D date", required=True)
    amount = Rupiah(required=True)
    note = fields.Char(size=500, help="As in the SP2D: what it is for.")
    transfer_ids = fields.One2many(
        comodel_name="khbs.bkk.transfer", inverse_name="disbursement_id"
    )

    # A number may come again once the row that had it wrongly is cancelled.
    _sp2d_number_uniq = models.UniqueIndex(
        "(upper(sp2d_number)) WHERE cancelled_by_id IS NULL",
        "An SP2D with this number is registered already.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "An SP2D moves more than zero rupiah."
    )
    _dates_in_order = models.Constraint(
        "CHECK (spp_date <= coalesce(spm_date, sp2d_date) AND spm_date <= sp2d_date)",
        "The SPP is no later than the SPM, and the SPM no later than the SP2D.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Register payments of proposals whose decree is in force."""
        # Defaults of the caller's context are checked like what was entered.
        vals_list = [
            self._normalised(self._add_missing_default_values(vals))
            for vals in vals_list
        ]
        proposals = self.env["khbs.bkk.proposal"].browse(
            [vals.get("proposal_id") for vals in vals_list]
        )
        self.env["khbs.audit.event"]._require_group(
            BANK_OFFICER, "khbs.bkk.disbursement.register", proposals[:1]
        )
        # What the form was opened with is in the values by now; transfers follow.
        context = {
            key: value
            for key, value in self.env.context.items()
            if not key.startswith("default_")
        }
        plain = self.with_env(self.env(context=context))
        records = self.browse()
        for proposal, vals in zip(proposals, vals_list, strict=True):
            transfers = self._prepare_payment(proposal, vals)
            record = super(KhbsBkkDisbursement, plain).create([vals])
            record._complete_payment(transfers)
            records += record
        return records

    @api.model
    def _normalised(self, vals):
        vals = {
            name: value
            for name, value in vals.items()
            if name not in ("cancelled_by_id", "cancelled_at", "cancel_reason")
        }
        for name in ("spp_number", "spm_number", "sp2d_number"):
            if vals.get(name):
                vals[name] = " ".join(vals[name].split())
        return vals

    def _prepare_payment(self, proposal, vals):
        """Return the transfers of a payment of *proposal*, or refuse it.

        They leave *vals*, of which the payment itself is made.
        """
        self._check_references(vals)
        day = fields.Date.to_date(vals["sp2d_date"])
        first = vals.get("kind", "first") == "first"
        proposal.ensure_one()
        proposal._check_not_blocked("disbursement")
        proposal._check_payable(vals.get("amount") or 0 if first else 0, day)
        transfers = proposal._complete_transfers(
            vals.pop("transfer_ids", None) or [], vals.get("amount") or 0, day, first
        )
        # The triggers read state, decree and accounts and write the proposal's row.
        self.env.flush_all()
        return transfers

    def _complete_payment(self, transfers):
        """Add the transfers of a new payment; its proposal and budget follow."""
        disbursement, proposal = self, self.proposal_id
        self.env["khbs.bkk.transfer"].sudo().create(
            [{**one, "disbursement_id": disbursement.id} for one in transfers]
        )
        self.env.flush_all()
        proposal.invalidate_recordset()
        self.env["khbs.audit.event"]._record(
            "khbs.bkk.disbursement.register",
            disbursement,
            {
                "proposal": proposal.id,
                "amount": disbursement.amount,
                "kind": disbursement.kind,
                "areas": disbursement.transfer_ids.area_id.ids,
            },
        )
        disbursement.sudo().decree_id.budget_line_id._check_flow()
        proposal._follow_payments()

    @api.model
    def _check_references(self, vals):
        """Refuse an SP2D without its SPP and SPM, or in another order."""
        names = (
            "spp_number",
            "spp_date",
            "spm_number",
            "spm_date",
            "sp2d_number",
            "sp2d_date",
        )
        missing = [
            self._fields[name]._description_string(self.env)
            for name in names
            if not vals.get(name)
        ]
        if missing:
            raise UserError(
                self.env._(
                    "Enter also: %(fields)s. SIPD shows them beside the SP2D.",
                    fields=", ".join(missing),
                )
            )
        spp, spm, sp2d = (
            fields.Date.to_date(vals[name])
            for name in ("spp_date", "spm_date", "sp2d_date")
        )
        if not spp <= spm <= sp2d:
            raise UserError(
                self.env._(
                    "SPP of %(spp)s, SPM of %(spm)s, SP2D of %(sp2d)s: the SPP is no "
                    "later than the SPM, and the SPM no later than the SP2D. Compare "
                    "them with SIPD.",
                    spp=words.date(spp),
                    spm=words.date(spm),
                    sp2d=words.date(sp2d),
                )
            )

    def _cancel(self, reason):
        transfers = self.transfer_ids
        if any(one._is_returned() for one in transfers):
            raise UserError(
                self.env._(
                    "Of %(sp2d)s a transfer came back: cancel that entry first.",
                    sp2d=self.sp2d_number,
                )
            )
        if not self.cancelled_by_id:
            self.proposal_id._check_not_paid_out(transfers)
        result = super()._cancel(reason)
        self.proposal_id._follow_payments()
        return result

    def init(self):
        """Guarded with its transfers and returns: see khbs.bkk.transfer.return."""
