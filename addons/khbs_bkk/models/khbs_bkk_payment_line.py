# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.orm.models import NO_ACCESS

from odoo.addons.khbs_registry.rupiah import Rupiah

from ..guards import payment as guard
from .khbs_bkk_holder import RANK_GROUPS
from .khbs_bkk_tax_rule import KINDS

STATES = [
    ("to_pay", "To pay"),
    ("held", "Held"),
    ("paid", "Paid"),
    ("returned", "Returned"),
    ("refunded", "To be refunded"),
]
# Why a line cannot be paid; the last is the treasurer's.
HOLDS = [
    ("NO_ACCOUNT", "No account"),
    ("NO_ACCOUNT_NAME", "Name on the account not entered"),
    ("ACCOUNT_NAME", "Name differs from the account"),
    ("ACCOUNT_CHANGED", "Account changed after the decree, not confirmed"),
    ("NO_TAX_RULE", "No tax rule covers it"),
    ("OTHER", "Other, see the note"),
]
# What no button goes around: the account is mended in the roster, the name by an
# amendment, the rule by the tax officer; then the list is renewed.
STUCK = ("NO_ACCOUNT_NAME", "ACCOUNT_NAME", "ACCOUNT_CHANGED", "NO_TAX_RULE")


class KhbsBkkPaymentLine(models.Model):
    """What one person of the decree gets: gross, tax and net, and what became of it.

    Name, months and gross are the decree's; rank, treatment and account are as they
    were when the list was generated. A payment that came back is repaid by another
    line, which names it.
    """

    _name = "khbs.bkk.payment.line"
    _inherit = ["khbs.bkk.payment.line.steps"]
    _description = "Line of a BKK payment list"
    _order = "payment_id, sequence, id"

    payment_id = fields.Many2one(
        comodel_name="khbs.bkk.payment",
        required=True,
        index=True,
        ondelete="cascade",
    )
    proposal_id = fields.Many2one(
        comodel_name="khbs.bkk.proposal", required=True, index=True, ondelete="restrict"
    )
    payment_state = fields.Selection(related="payment_id.state", string="State of list")
    sequence = fields.Integer(required=True, help="As in annex II of the decree.")
    decree_line_id = fields.Many2one(
        comodel_name="khbs.bkk.decree.line",
        required=True,
        index=True,
        ondelete="restrict",
    )
    proposal_line_id = fields.Many2one(
        comodel_name="khbs.bkk.proposal.line",
        required=True,
        index=True,
        ondelete="restrict",
    )
    holder_id = fields.Many2one(
        comodel_name="khbs.bkk.holder", required=True, index=True, ondelete="restrict"
    )
    name = fields.Char(required=True, help="As the decree has it.")
    role_id = fields.Many2one(
        comodel_name="khbs.bkk.role", required=True, ondelete="restrict"
    )
    role_name = fields.Char(string="Role as printed", required=True)
    area_names = fields.Char(string="Areas")
    rank_group = fields.Selection(
        selection=RANK_GROUPS, string="Rank", required=True, default="none"
    )
    treatment = fields.Selection(selection=KINDS, string="Treated as")
    rule_id = fields.Many2one(
        comodel_name="khbs.bkk.tax.rule", string="Tax rule", ondelete="restrict"
    )
    gross = Rupiah(required=True)
    base = Rupiah(string="Tax base", required=True, default=0)
    rate = fields.Integer(
        string="Rate (basis points)",
        required=True,
        default=0,
        aggregator=None,
        help="Hundredths of a percent: 500 is 5 %.",
    )
    rate_text = fields.Char(string="Tax rate", compute="_compute_rate_text")
    tax = Rupiah(string="PPh 21", required=True, default=0)
    net = Rupiah(required=True)
    tax_object = fields.Char(string="Tax object code")
    bank_name = fields.Char()
    # Empty in lines that were made before the number was kept with them.
    bank_account = fields.Char(
        string="Account number", copy=False, readonly=True, groups=NO_ACCESS
    )
    account_masked = fields.Char(string="Account (masked)")
    account_name = fields.Char(string="Name on the account")
    # Of account, bank and name as they were: what is exported must be what was listed.
    account_sha256 = fields.Char(groups=NO_ACCESS)
    state = fields.Selection(
        selection=STATES, required=True, default="to_pay", index=True
    )
    hold_reason = fields.Selection(selection=HOLDS, string="Held because")
    is_stuck = fields.Boolean(
        compute="_compute_is_stuck",
        help="What holds it is mended elsewhere, then the list is renewed.",
    )
    note = fields.Char(help="Why it is held, came back or is refunded.")
    paid_on = fields.Date()
    returned_on = fields.Date()
    repays_id = fields.Many2one(
        comodel_name="khbs.bkk.payment.line",
        index="btree_not_null",
        ondelete="restrict",
        help="The payment that came back.",
    )
    repaid_by_ids = fields.One2many(
        comodel_name="khbs.bkk.payment.line", inverse_name="repays_id"
    )
    cut_amount = Rupiah(
        string="Not repaid",
        compute="_compute_cut_amount",
        help="What an amendment took of a payment that came back. It stays in the "
        "treasury; what nobody else is paid of it goes back by STS.",
    )
    settled = fields.Boolean(
        required=True,
        default=False,
        help="It came back and another line repays it.",
    )

    _first_once = models.UniqueIndex(
        "(proposal_line_id) WHERE repays_id IS NULL",
        "This person stands in a payment list of the proposal already.",
    )
    _repaid_once = models.UniqueIndex(
        "(repays_id) WHERE repays_id IS NOT NULL",
        "What came back is repaid already.",
    )
    _explained = models.Constraint(
        """CHECK (gross > 0 AND net = gross - tax AND tax BETWEEN 0 AND base
            AND base <= gross AND tax = base * rate / 10000)""",
        "Net is gross without tax, and the tax is the rate of its base in whole "
        "rupiah.",
    )
    _held_explained = models.Constraint(
        """CHECK (CASE state
            WHEN 'held' THEN hold_reason IS NOT NULL
            WHEN 'paid' THEN paid_on IS NOT NULL AND rule_id IS NOT NULL
            WHEN 'returned' THEN paid_on IS NOT NULL AND returned_on >= paid_on
            ELSE true END)""",
        "A held line says why, a paid one when and by which tax rule.",
    )

    def init(self):
        self.env.cr.execute(guard.STANDING)
        self.env.cr.execute(guard.LINE_GUARD)

    @api.depends("rate")
    def _compute_rate_text(self):
        for line in self:
            line.rate_text = f"{line.rate / 100:g}%".replace(".", ",")

    @api.depends("settled", "repaid_by_ids.gross")
    def _compute_cut_amount(self):
        for line in self:
            repaid = sum(line.repaid_by_ids.mapped("gross"))
            line.cut_amount = line.gross - repaid if line.settled else 0

    @api.depends("state", "hold_reason")
    def _compute_is_stuck(self):
        for line in self:
            line.is_stuck = line.state == "held" and line.hold_reason in STUCK

    @api.depends("name", "role_name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.name}, {line.role_name}"

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_by_hand()
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_by_hand()
        return super().write(vals)

    def unlink(self):
        self._refuse_by_hand()
        return super().unlink()

    def _refuse_by_hand(self):
        if not self.env.su:
            raise AccessError(
                self.env._("The lines of a payment list change by its buttons only.")
            )
