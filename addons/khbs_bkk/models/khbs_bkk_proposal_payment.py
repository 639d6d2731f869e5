# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry.papers import words
from odoo.addons.khbs_registry.rupiah import Rupiah

from .. import unlisted


class KhbsBkkProposalPayment(models.AbstractModel):
    """What a decree in force leaves to be paid, and what was paid of it.

    The amounts are kept by the triggers of the payments (guards/disbursement.py).
    """

    _name = "khbs.bkk.proposal.payment"
    _description = "BKK proposal: payment"

    request_ids = fields.One2many(
        comodel_name="khbs.bkk.request", inverse_name="proposal_id", string="Requests"
    )
    returned_amount = Rupiah(
        string="Returned", readonly=True, required=True, default=0, copy=False
    )
    repaid_amount = Rupiah(
        string="Repaid", readonly=True, required=True, default=0, copy=False
    )
    received_amount = Rupiah(
        string="Received",
        compute="_compute_received_amount",
        help="First payments without what came back, with what was repaid.",
    )
    transfer_ids = fields.One2many(
        comodel_name="khbs.bkk.transfer",
        compute="_compute_transfer_ids",
        string="Transfers",
    )

    payment_ids = fields.One2many(
        comodel_name="khbs.bkk.payment",
        inverse_name="proposal_id",
        string="Payment lists",
    )
    unlisted_count = fields.Integer(
        string="Payment lists to make",
        compute="_compute_unlisted_count",
        compute_sudo=True,
        help="Treasuries that hold money of the proposal and have no payment list.",
    )
    open_list_count = fields.Integer(
        string="Payment lists not paid yet",
        compute="_compute_open_list_count",
        compute_sudo=True,
    )

    _returned_within = models.Constraint(
        "CHECK (returned_amount BETWEEN 0 AND disbursed_amount + repaid_amount)",
        "No more comes back than was paid.",
    )
    _repaid_within = models.Constraint(
        "CHECK (repaid_amount BETWEEN 0 AND returned_amount)",
        "No more is repaid than came back.",
    )

    def _compute_received_amount(self):
        for proposal in self:
            proposal.received_amount = (
                proposal.disbursed_amount
                - proposal.returned_amount
                + proposal.repaid_amount
            )

    def _compute_transfer_ids(self):
        for proposal in self:
            proposal.transfer_ids = proposal.disbursement_ids.transfer_ids

    @api.depends("state", "payment_ids", "disbursement_ids")
    def _compute_unlisted_count(self):
        for proposal in self:
            proposal.unlisted_count = len(proposal._unlisted_areas())

    @api.depends("payment_ids.state")
    def _compute_open_list_count(self):
        for proposal in self:
            proposal.open_list_count = len(
                proposal.payment_ids.filtered(lambda payment: payment.state != "paid")
            )

    def action_make_payments(self):
        """Open the payment list, after making it where there is none yet.

        Through the villages: the lists of all desa that received money.
        """
        self.ensure_one()
        areas = self._unlisted_areas()
        if areas:
            lists = self.env["khbs.bkk.payment"].create(
                [{"proposal_id": self.id, "area_id": area.id} for area in areas]
            )
            lists.action_generate()
        if not self.payment_ids:
            raise UserError(
                self.env._(
                    "No money of %(proposal)s came in yet: nobody is paid before.",
                    proposal=self.display_name,
                )
            )
        action = self.action_view_payments()
        if len(self.payment_ids) == 1:
            action.update(view_mode="form", res_id=self.payment_ids.id)
        return action

    # What the smart buttons open

    def action_view_disbursements(self):
        """Open the payments of the proposal."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Disbursements"),
            "res_model": "khbs.bkk.disbursement",
            "view_mode": "list,form",
            "domain": [("proposal_id", "=", self.id)],
            "context": {"default_proposal_id": self.id},
        }

    def action_view_requests(self):
        """Open the requests for disbursement."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Requests for disbursement"),
            "res_model": "khbs.bkk.request",
            "view_mode": "list,form",
            "domain": [("proposal_id", "=", self.id)],
            "context": {"default_proposal_id": self.id},
        }

    def action_view_payments(self):
        """Open the payment lists of the proposal."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payment lists"),
            "res_model": "khbs.bkk.payment",
            "view_mode": "list,kanban,form",
            "domain": [("proposal_id", "=", self.id)],
            "context": {"default_proposal_id": self.id},
        }

    # What may be paid

    def _decreed_by_area(self):
        """Return {area: rupiah} that the decree in force gives, by whom it is paid to.

        An amendment in force replaces the list of its original.
        """
        self.ensure_one()
        groups = (
            self.env["khbs.bkk.decree.line"]
            .sudo()
            ._read_group(
                [
                    ("proposal_id", "=", self.id),
                    ("decree_id", "=", self.sudo().payable_decree_id.id),
                ],
                ["payee_area_id"],
                ["amount:sum"],
            )
        )
        return {area.with_env(self.env): int(amount) for area, amount in groups}

    def _paid_by_area(self):
        """Return {area: rupiah} of the first payments that stand."""
        self.ensure_one()
        groups = (
            self.env["khbs.bkk.transfer"]
            .sudo()
            ._read_group(
                [
                    ("disbursement_id.proposal_id", "=", self.id),
                    ("disbursement_id.kind", "=", "first"),
                    ("cancelled_by_id", "=", False),
                ],
                ["area_id"],
                ["amount:sum"],
            )
        )
        return {area.with_env(self.env): int(amount) for area, amount in groups}

    def _unlisted_areas(self):
        """Return the areas whose treasury holds money that no payment list spends."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT area_id FROM (%s) u WHERE proposal_id = ANY(%s)",
                unlisted.query(),
                self._origin.ids,
            )
        )
        return self.env["khbs.area"].browse([area for [area] in rows]).sorted("code")

    def _received_by(self, area):
        """Return what the treasury of *area* holds of this proposal, in rupiah."""
        self.ensure_one()
        self.env.flush_all()
        [[amount]] = self.env.execute_query(
            SQL("SELECT khbs_bkk_received(%s, %s)", self.id, area.id)
        )
        return amount

    def _left_by_area(self):
        """Return {area: rupiah} that is decreed and not paid yet."""
        paid = self._paid_by_area()
        left = {
            area: amount - paid.get(area, 0)
            for area, amount in self._decreed_by_area().items()
        }
        return {area: amount for area, amount in left.items() if amount > 0}

    def _requested_amount(self):
        """Return what the submitted requests ask for, in rupiah."""
        self.ensure_one()
        requests = self.sudo().request_ids
        return sum(
            requests.filtered(lambda one: one.state == "submitted").mapped("amount")
        )

    def _paid_on_request(self):
        """Return the first payments that need a request: not those from before."""
        return sum(
            self.sudo()
            .disbursement_ids.filtered(
                lambda one: (
                    one.kind == "first" and one.spp_date and not one.cancelled_by_id
                )
            )
            .mapped("amount")
        )

    def _to_request(self):
        """Return what is decreed and neither asked for nor paid, in rupiah."""
        self.ensure_one()
        proposal = self.sudo()
        before = proposal.disbursed_amount - proposal._paid_on_request()
        left = proposal.decreed_amount - before - proposal._requested_amount()
        return max(0, left)

    def _check_decree_in_force(self):
        self.ensure_one()
        if self.state not in ("decreed", "disbursed") or not self.decree_id._in_force():
            raise UserError(
                self.env._(
                    "%(proposal)s has no decree in force: nothing can be paid.",
                    proposal=self.display_name,
                )
            )

    def _check_payable(self, amount, paid_on):
        """Refuse to pay *amount* unless a decree in force leaves room for it.

        :param amount: rupiah of a first payment; 0 where what came back is repaid
        """
        self._check_decree_in_force()
        if paid_on and not (
            self.decree_id.decree_date <= paid_on <= fields.Date.context_today(self)
        ):
            raise UserError(
                self.env._(
                    "The SP2D is dated before the decree or in the future. "
                    "Compare it with SIPD."
                )
            )
        rest = self.decreed_amount - self.disbursed_amount
        if amount > rest:
            raise UserError(
                self.env._(
                    "Of %(proposal)s Rp%(rest)s is left to be paid.",
                    proposal=self.display_name,
                    rest=words.number(rest),
                )
            )
        requested, moved = self._requested_amount(), self._paid_on_request()
        if amount and not moved and requested > self.decreed_amount:
            raise UserError(
                self.env._(
                    "The signed request of %(regency)s asks for %(requested)s, and the "
                    "decree gives %(decreed)s since it was amended. The regency "
                    "withdraws the request and signs its papers anew.",
                    regency=self.regency_id.name,
                    requested=words.rupiah(requested),
                    decreed=words.rupiah(self.decreed_amount),
                )
            )
        if moved + amount > requested:
            raise UserError(
                self.env._(
                    "%(regency)s has handed in no signed request for this amount: "
                    "%(requested)s is asked for. Wait for the request.",
                    regency=self.regency_id.name,
                    requested=words.rupiah(requested),
                )
            )

    def _complete_transfers(self, commands, amount, day, first):
        """Return the values of the transfers of an SP2D over *amount* rupiah.

        Where none are given: the one area that is left, or all of them if *amount* is
        all that is left.

        :param commands: what the form sent for ``transfer_ids``
        """
        # A default of the form begins with clearing what there is not.
        commands = [
            one
            for one in commands
            if one[0] not in (Command.CLEAR, Command.SET) or one[2]
        ]
        given = [one[2] for one in commands if one[0] == Command.CREATE]
        if len(given) != len(commands):
            raise UserError(self.env._("Enter the transfers with their SP2D."))
        left = self._left_by_area()
        if not given and first:
            given = self._spread(amount, left)
        whole = sum(one.get("amount") or 0 for one in given)
        if whole != amount:
            raise UserError(
                self.env._(
                    "The transfers come to %(sum)s, the SP2D to %(amount)s.",
                    sum=words.rupiah(whole),
                    amount=words.rupiah(amount),
                )
            )
        areas = self.env["khbs.area"].browse([one.get("area_id") for one in given])
        payees = self._payees_on(areas, day)
        for area, one in zip(areas, given, strict=True):
            if first:
                self._check_left(area, one.get("amount") or 0, left)
            else:
                self._check_repays(area, one, day)
        return [
            {
                "area_id": area.id,
                "amount": one["amount"],
                "repays_id": False if first else one["repays_id"],
                "payee_id": payees[area].id,
            }
            for area, one in zip(areas, given, strict=True)
        ]

    def _spread(self, amount, left):
        """Return transfers of *amount* where nobody said to whom, or ask."""
        if len(left) > 1 and sum(left.values()) != amount:
            raise UserError(
                self.env._(
                    "Say how much of the SP2D goes to whom: %(areas)s.",
                    areas=", ".join(area.name for area in left),
                )
            )
        alone = len(left) == 1
        return [
            {"area_id": area.id, "amount": amount if alone else rest}
            for area, rest in left.items()
        ]

    def _payees_on(self, areas, day):
        """Return {area: its confirmed account on *day*}, or refuse."""
        payees = self.env["khbs.bkk.payee"]._of(areas, day)
        for area in areas:
            if area not in payees:
                raise UserError(
                    self.env._(
                        "No account of %(area)s was confirmed for %(day)s. The regency "
                        "enters it under BKK > Payees, a second person confirms it.",
                        area=area.name,
                        day=words.date(day),
                    )
                )
        return payees

    def _check_left(self, area, amount, left):
        """Refuse a first payment beyond what the decree leaves for *area*."""
        if amount > left.get(area, 0):
            raise UserError(
                self.env._(
                    "For %(area)s %(left)s is left to be paid.",
                    area=area.name,
                    left=words.rupiah(left.get(area, 0)),
                )
            )

    def _check_repays(self, area, values, day):
        """Refuse to repay what did not come back, another amount, or too early."""
        returned = self.env["khbs.bkk.transfer"].sudo().browse(values.get("repays_id"))
        if (
            not returned.exists()
            or returned.state != "returned"
            or returned.area_id != area
            or returned.proposal_id != self
        ):
            raise UserError(
                self.env._(
                    "A re-payment names the transfer of this proposal that came back "
                    "and is not repaid yet."
                )
            )
        if values.get("amount", 0) != returned.amount:
            raise UserError(
                self.env._(
                    "%(amount)s came back from %(area)s: all of it is repaid at once, "
                    "and no more.",
                    amount=words.rupiah(returned.amount),
                    area=area.name,
                )
            )
        back = returned.return_ids.filtered(lambda one: not one.cancelled_by_id).date
        if day < back:
            raise UserError(
                self.env._(
                    "The money came back on %(day)s: no SP2D repays it before.",
                    day=words.date(back),
                )
            )

    def _check_not_paid_out(self, transfers):
        """Refuse to take *transfers* away that people were paid from already."""
        self.ensure_one()
        for payment in self.sudo().payment_ids:
            mine = transfers.filtered(
                lambda one, area=payment.area_id: one.area_id == area
            )
            left = payment.received_amount - sum(mine.mapped("amount"))
            if mine and left < payment.paid_gross:
                raise UserError(
                    self.env._(
                        "%(area)s has paid %(paid)s of this money to people: it cannot "
                        "have come back. Compare it with the payment list.",
                        area=payment.area_id.name,
                        paid=words.rupiah(payment.paid_gross),
                    )
                )

    def _follow_payments(self):
        """Move on what is paid in full, back what no longer is; the LPJ follows."""
        self._money_moved()
        for proposal in self.sudo():
            paid = proposal.disbursed_amount == proposal.decreed_amount
            if proposal.state == "decreed" and paid:
                proposal.state = "disbursed"
            elif proposal.state == "disbursed" and not paid:
                proposal.state = "decreed"
        self.env.flush_all()
