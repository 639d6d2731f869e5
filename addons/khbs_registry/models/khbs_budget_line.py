# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .. import append_only
from ..papers import words
from ..rupiah import Rupiah


class KhbsBudgetLine(models.Model):
    """A line of the DPA: what a year's budget gives to one account code."""

    _name = "khbs.budget.line"
    _inherit = ["khbs.budget.flow"]
    _description = "Budget line"
    _order = "year desc, account_code"

    name = fields.Char(required=True)
    year = fields.Integer(string="Fiscal year", required=True, aggregator=None)
    account_code = fields.Char(required=True, help="As in 5.1.06.02.01.0001.")
    dpa_amount = Rupiah(string="DPA amount", required=True, help="In rupiah.")
    dpa_number = fields.Char(string="DPA number")
    dpa_date = fields.Date(string="DPA date")
    amendment_ids = fields.One2many(
        comodel_name="khbs.budget.amendment", inverse_name="line_id"
    )
    ceiling = Rupiah(compute="_compute_ceiling", help="DPA amount and amendments.")
    decided_amount = Rupiah(compute="_compute_decided", compute_sudo=True)
    free_amount = Rupiah(compute="_compute_decided", compute_sudo=True)
    active = fields.Boolean(default=True)

    _year_code_uniq = models.Constraint(
        "UNIQUE (year, account_code)", "This account has a line in this year already."
    )
    _year_span = models.Constraint(
        "CHECK (year BETWEEN 2020 AND 2100)", "Enter the fiscal year in four digits."
    )
    _dpa_amount_sign = models.Constraint(
        "CHECK (dpa_amount >= 0)", "The DPA amount may not be negative."
    )

    @api.depends("name", "year", "account_code")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.year} {line.account_code} {line.name}"

    @api.depends("dpa_amount", "amendment_ids.amount")
    def _compute_ceiling(self):
        for line in self:
            line.ceiling = line.dpa_amount + sum(line.amendment_ids.mapped("amount"))

    @api.depends("ceiling")
    def _compute_decided(self):
        for line in self:
            line.decided_amount = line._decided_amount()
            line.free_amount = line.ceiling - line.decided_amount

    @api.constrains("dpa_amount")
    def _check_within(self):
        for line in self:
            line._require_within(0)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._record_change()
        return lines

    def write(self, vals):
        result = super().write(vals)
        self._record_change()
        return result

    def _record_change(self):
        for line in self:
            self.env["khbs.audit.event"]._record(
                "budget.change", line, {"ceiling": line.ceiling}
            )

    def _decided_amount(self):
        """Return what has been decided on this line, in rupiah.

        Here: the decrees that name it, and what was paid on those now revoked. An
        addon whose documents commit money without a decree adds theirs.
        """
        self.ensure_one()
        if not self.id:
            return 0
        decrees = self.env["khbs.decree"].sudo()
        deciding = self._deciding_domain()
        [(amount,)] = decrees._read_group(deciding, aggregates=["amount:sum"])
        # What an amendment takes away is free only when the amendment is in force.
        [(not_yet,)] = decrees._read_group(
            deciding & Domain("state", "=", "frozen") & Domain("amount", "<", 0),
            aggregates=["amount:sum"],
        )
        [(paid,)] = decrees._read_group(
            [("budget_line_id", "=", self.id), ("state", "=", "revoked")],
            aggregates=["paid_amount:sum"],
        )
        return (amount or 0) - (not_yet or 0) + (paid or 0)

    def _payable_amount(self):
        """Return what may be paid from this line, in rupiah.

        What is decided, without the decrees that nobody has signed yet.
        """
        [(unsigned,)] = (
            self.env["khbs.decree"]
            .sudo()
            ._read_group(
                self._deciding_domain()
                & Domain("state", "=", "frozen")
                & Domain("amount", ">", 0),
                aggregates=["amount:sum"],
            )
        )
        return self._decided_amount() - (unsigned or 0)

    def _deciding_domain(self):
        """Return which decrees count on this line.

        An amendment counts as long as its original, however it changes the sum.
        """
        return (
            Domain("budget_line_id", "=", self.id)
            & Domain("state", "in", ("frozen", "in_force"))
            & (
                Domain("amends_id", "=", False)
                | Domain("amends_id.state", "=", "in_force")
            )
        )

    def _lock_line(self):
        """Hold the row to the end of the transaction, and read it anew.

        An UPDATE and not only a lock: under REPEATABLE READ the one who waited must
        fail and be retried in a snapshot that has the other's decision.
        """
        self.ensure_one()
        self.env.cr.execute(
            "UPDATE khbs_budget_line SET write_date = write_date WHERE id = %s",
            [self.id],
        )
        self.sudo().invalidate_recordset()

    def _require_within(self, amount, promised=0):
        """Raise UserError unless *amount* rupiah more still fit on this line.

        :param promised: rupiah that decided lists will cost yet, not free either

        The row stays locked to the end of the transaction: of two decisions on the
        last rupiah the second waits and then counts the first.
        """
        self.ensure_one()
        line = self.sudo()
        line._lock_line()
        free = line.ceiling - line._decided_amount()
        if free < 0:
            raise ValidationError(
                self.env._(
                    "%(decided)s is decided on budget line %(line)s already; its "
                    "ceiling cannot be lower.",
                    decided=words.rupiah(line._decided_amount()),
                    line=line.display_name,
                )
            )
        free = max(0, free - promised)
        if amount > free:
            raise UserError(
                self.env._(
                    "%(amount)s is more than what is free on budget line "
                    "%(line)s: %(free)s. Lower the amount or enter the amendment of "
                    "the DPA first.",
                    amount=words.rupiah(amount),
                    line=line.display_name,
                    free=words.rupiah(free),
                )
            )


class KhbsBudgetAmendment(models.Model):
    """A change of a budget line by a revised DPA (pergeseran, perubahan).

    Append-only: what was entered wrongly is taken back by another row.
    """

    _name = "khbs.budget.amendment"
    _description = "Budget amendment"
    _order = "line_id, date, id"
    _rec_name = "reference"

    line_id = fields.Many2one(
        comodel_name="khbs.budget.line", required=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        selection=[("shift", "Shift"), ("revision", "Revision")],
        help="Pergeseran within the DPA, or perubahan of the whole budget.",
    )
    date = fields.Date(required=True)
    reference = fields.Char(required=True, help="Number of the revised DPA.")
    amount = Rupiah(required=True, help="In rupiah; negative where it takes away.")

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.constrains("line_id", "amount")
    def _check_within(self):
        for line in self.line_id:
            line._require_within(0)

    @api.model_create_multi
    def create(self, vals_list):
        amendments = super().create(vals_list)
        amendments.line_id._record_change()
        return amendments
