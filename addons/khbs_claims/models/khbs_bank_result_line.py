# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from odoo.addons.khbs_registry import append_only
from odoo.addons.khbs_registry.identity_numbers import mask_account
from odoo.addons.khbs_registry.rupiah import Rupiah

from ..bank_layouts.records import RESULT_CODES


class KhbsBankResultLine(models.Model):
    """One line of the bank's answer and what it came to."""

    _name = "khbs.bank.result.line"
    _description = "Line of a bank's answer"
    _order = "result_id, row_number"
    _rec_name = "reference"
    _log_access = False

    result_id = fields.Many2one(
        comodel_name="khbs.bank.result",
        string="Answer",
        required=True,
        index=True,
        ondelete="restrict",
    )
    row_number = fields.Integer(string="Row", required=True, aggregator=None)
    reference = fields.Char(required=True)
    account = fields.Char(string="Account Number", copy=False, groups=fields.NO_ACCESS)
    account_masked = fields.Char(
        string="Account", compute="_compute_account_masked", compute_sudo=True
    )
    amount = Rupiah(required=True)
    code = fields.Selection(selection=RESULT_CODES, string="Result")
    message = fields.Char(string="Message of the bank")
    line_id = fields.Many2one(
        comodel_name="khbs.bank.line",
        string="Line sent",
        index="btree_not_null",
        ondelete="restrict",
    )
    state = fields.Selection(
        selection=[
            ("success", "Success"),
            ("failed", "Failed"),
            ("repeated", "Known already"),
            ("conflict", "Differs from an earlier answer"),
            ("mismatch", "Account or amount differs"),
            ("unclear", "Unknown result code"),
            ("unknown", "Never sent"),
        ],
        required=True,
    )

    # A line is answered once (DESIGN 5: every line ends in a named state).
    _answer_uniq = models.UniqueIndex(
        "(line_id) WHERE state IN ('success', 'failed')",
        "The bank has answered for this line already.",
    )

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.depends("account")
    def _compute_account_masked(self):
        for line in self:
            line.account_masked = mask_account(line.account)
