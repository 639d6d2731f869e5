# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.khbs_registry.papers import words
from odoo.addons.khbs_registry.rupiah import Rupiah

from ..guards import payment as guard
from ..terms import PROPOSER

# What a list comes to, on its paper and in its tax slips: a payment that came back and
# is repaid counts once, one that was given up not at all.
LISTED = [("settled", "=", False), ("state", "!=", "refunded")]
# What stands on the paper beside its lines.
PRINTED = {"paid_on", "place", "treasurer_name", "treasurer_nip"}


class KhbsBkkPayment(models.Model):
    """The list by which a treasurer pays the people of a decree, by name.

    One for each regency or village that receives money of a proposal. Its lines are
    those of the decree in force, each with its tax; a line that cannot be paid is
    held with the reason. A list is ready when its figures are issued as a paper, and
    paid when no line of it is open any more.
    """

    _name = "khbs.bkk.payment"
    _inherit = [
        "khbs.guarded",
        "khbs.papered",
        "khbs.bkk.document",
        "khbs.bkk.payment.generate",
        "khbs.bkk.payment.steps",
        "khbs.bkk.payment.papers",
    ]
    _description = "BKK payment list"
    _order = "id desc"

    _guarded_fields = ("state", "decree_id", "line_ids", "generated_at", "paper_id")
    _editable_states = ("draft", "ready")
    _change_act = "khbs.bkk.payment.change"

    proposal_id = fields.Many2one(domain=[("state", "in", ["decreed", "disbursed"])])
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Paid by",
        required=True,
        index=True,
        domain="[('id', 'child_of', regency_id), "
        "('level', 'in', ['regency', 'city', 'village'])]",
        ondelete="restrict",
        help="The regency or desa whose treasurer pays.",
    )
    decree_id = fields.Many2one(
        comodel_name="khbs.decree",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The decree, or its last amendment in force, that the lines are from.",
    )
    paid_on = fields.Date(
        string="To be paid on",
        required=True,
        default=fields.Date.context_today,
        help="The tax rules of this day are applied.",
    )
    place = fields.Char(help="Where the list is signed: Kasongan.")
    treasurer_name = fields.Char(string="Treasurer")
    treasurer_nip = fields.Char(string="NIP of the treasurer", size=25)
    generated_at = fields.Datetime(readonly=True, copy=False)
    paper_id = fields.Many2one(
        comodel_name="khbs.paper",
        string="Paper with these figures",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The list as it was issued last. Empty: its lines were renewed since.",
    )
    state = fields.Selection(
        selection=[("draft", "Draft"), ("ready", "Ready"), ("paid", "Paid")],
        required=True,
        readonly=True,
        default="draft",
        index=True,
        copy=False,
    )
    line_ids = fields.One2many(
        comodel_name="khbs.bkk.payment.line", inverse_name="payment_id", string="Lines"
    )
    tax_ids = fields.One2many(
        comodel_name="khbs.bkk.payment.tax",
        inverse_name="payment_id",
        string="Tax slips",
        readonly=True,
    )
    line_count = fields.Integer(compute="_compute_sums", string="Lines in all")
    gross = Rupiah(
        compute="_compute_sums",
        help="Of the lines that were not given up; the tax slips are of the same.",
    )
    tax = Rupiah(string="PPh 21", compute="_compute_sums")
    net = Rupiah(compute="_compute_sums")
    paid_gross = Rupiah(
        string="Paid (gross)",
        compute="_compute_sums",
        help="Of the lines that reached their people.",
    )
    paid_tax = Rupiah(string="PPh 21 withheld", compute="_compute_sums")
    to_pay_count = fields.Integer(compute="_compute_sums", string="To pay")
    held_count = fields.Integer(compute="_compute_sums", string="Held")
    held_text = fields.Char(
        string="Held because",
        compute="_compute_held_text",
        help="How many are held for which reason.",
    )
    open_count = fields.Integer(
        compute="_compute_sums",
        string="Open",
        help="To be paid, held, or returned and not repaid.",
    )
    received_amount = Rupiah(
        string="Received",
        compute="_compute_received_amount",
        compute_sudo=True,
        help="What came into the treasury that pays, without what went back.",
    )

    _area_once = models.Constraint(
        "UNIQUE (proposal_id, area_id)",
        "This treasury has a payment list of this proposal. Open that one.",
    )

    def init(self):
        self.env.cr.execute(guard.PAYMENT_GUARD)

    @api.depends("proposal_id.display_name", "area_id.name")
    def _compute_display_name(self):
        for payment in self:
            payment.display_name = (
                f"{payment.proposal_id.display_name} - {payment.area_id.name or ''}"
            )

    @api.depends("line_ids.state", "line_ids.gross", "line_ids.repaid_by_ids")
    def _compute_sums(self):
        lines = self.env["khbs.bkk.payment.line"].sudo()
        mine = [("payment_id", "in", self.ids)]
        listed = {
            payment: figures
            for payment, *figures in lines._read_group(
                [*mine, *LISTED],
                ["payment_id"],
                ["gross:sum", "tax:sum", "net:sum"],
            )
        }
        counts = dict(
            lines._read_group(
                [*mine, ("repays_id", "=", False)], ["payment_id"], ["__count"]
            )
        )
        states = {}
        for payment, state, count, gross, withheld in lines._read_group(
            [*mine, ("settled", "=", False)],
            ["payment_id", "state"],
            ["__count", "gross:sum", "tax:sum"],
        ):
            states[payment, state] = (count, gross, withheld)
        nothing = (0, 0, 0)
        for payment in self:
            gross, withheld, net = listed.get(payment, nothing)
            payment.line_count = counts.get(payment, 0)
            payment.gross = gross
            payment.tax = withheld
            payment.net = net
            paid = states.get((payment, "paid"), nothing)
            payment.paid_gross, payment.paid_tax = paid[1], paid[2]
            payment.to_pay_count = states.get((payment, "to_pay"), nothing)[0]
            payment.held_count = states.get((payment, "held"), nothing)[0]
            payment.open_count = sum(
                states.get((payment, state), nothing)[0]
                for state in ("to_pay", "held", "returned")
            )

    @api.depends("line_ids.state", "line_ids.hold_reason")
    def _compute_held_text(self):
        lines = self.env["khbs.bkk.payment.line"].sudo()
        labels = dict(lines._fields["hold_reason"]._description_selection(self.env))
        reasons = {}
        for payment, reason, count in lines._read_group(
            [
                ("payment_id", "in", self.ids),
                ("settled", "=", False),
                ("state", "=", "held"),
            ],
            ["payment_id", "hold_reason"],
            ["__count"],
        ):
            reasons.setdefault(payment, []).append(
                self.env._(
                    "%(count)s people: %(reason)s", count=count, reason=labels[reason]
                )
            )
        for payment in self:
            payment.held_text = "; ".join(reasons.get(payment, []))

    @api.depends("proposal_id", "area_id")
    def _compute_received_amount(self):
        for payment in self:
            # A list that is being entered has neither until they are chosen.
            area = payment.area_id
            payment.received_amount = sum(
                proposal._received_by(area) for proposal in payment.proposal_id if area
            )

    @api.constrains("paid_on", "proposal_id")
    def _check_paid_on(self):
        """Nobody is to be paid before the decree, or before the money was there."""
        for payment in self.sudo():
            decided = payment.proposal_id.decree_id.decree_date
            days = [day for day in (decided, payment._money_from()) if day]
            if days and payment.paid_on < max(days):
                raise ValidationError(
                    self.env._(
                        "Decree and money are there since %(day)s: nobody is to be "
                        "paid before.",
                        day=words.date(max(days)),
                    )
                )

    @api.constrains("proposal_id", "area_id")
    def _check_area(self):
        for payment in self.sudo():
            if payment.area_id not in payment.proposal_id._decreed_by_area():
                raise ValidationError(
                    self.env._(
                        "The decree gives %(area)s nothing to pay of %(proposal)s.",
                        area=payment.area_id.name,
                        proposal=payment.proposal_id.display_name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if not self.env.su and vals.keys() & PRINTED:
            # What is printed changed: the list is issued again before anybody is paid.
            issued = self.sudo().filtered("paper_id")
            issued.paper_id = False
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_untouched_draft(self):
        for payment in self:
            kept = payment.line_ids.filtered(
                lambda line: line.state not in ("to_pay", "held")
            )
            if payment.state != "draft" or kept:
                raise UserError(
                    self.env._(
                        "%(list)s was issued and stays. Renew it from the decree, or "
                        "give up who is not to be paid.",
                        list=payment.display_name,
                    )
                )

    def action_view_held(self):
        """Open the people who are held in the roster, with their accounts."""
        self.ensure_one()
        held = self.line_ids.filtered(lambda line: line.state == "held")
        view = self.env.ref("khbs_bkk.khbs_bkk_holder_view_list_account")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Holders who are held"),
            "res_model": "khbs.bkk.holder",
            "view_mode": "list,form",
            "views": [(view.id, "list"), (False, "form")],
            "domain": [("id", "in", held.holder_id.ids)],
            "context": {"active_test": False},
        }

    def action_view_lines(self):
        """Open the lines as a list of their own, to filter, to pay and to export."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "khbs.bkk.payment.line",
            "view_mode": "list,kanban,form",
            "domain": [("payment_id", "=", self.id)],
        }

    def action_ask_export(self):
        """Open the dialogue that asks what for the list leaves as a file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export"),
            "res_model": "khbs.bkk.payment.export",
            "view_mode": "form",
            "target": "new",
            "context": {"default_payment_id": self.id},
        }

    def action_view_files(self):
        """Open the files that were exported of the list."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payment files"),
            "res_model": "khbs.bkk.payment.file",
            "view_mode": "list,form",
            "domain": [("payment_id", "=", self.id)],
        }

    @api.model
    def _refuse_creation(self):
        self.env["khbs.audit.event"]._require_group(PROPOSER, "khbs.bkk.payment.change")

    @api.model
    def _own_vals(self, vals):
        """Name the one treasury that is paid, where nothing is said."""
        proposal = self.env["khbs.bkk.proposal"].browse(vals.get("proposal_id"))
        areas = list(proposal.exists()._decreed_by_area()) if proposal else []
        return {"area_id": areas[0].id} if len(areas) == 1 else {}

    @api.onchange("proposal_id")
    def _onchange_proposal_id(self):
        if self.proposal_id and not self.area_id:
            areas = list(self.proposal_id._decreed_by_area())
            self.area_id = areas[0] if len(areas) == 1 else False
