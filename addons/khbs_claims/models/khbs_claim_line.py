# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.khbs_registry import append_only
from odoo.addons.khbs_registry.rupiah import Rupiah

from ..codes import OUTCOMES
from .khbs_claim_outcome import PAY, STOCK


class KhbsClaimLine(models.Model):
    """One line of a claim, as the card signed it: entitlement, benefit, amount."""

    _name = "khbs.claim.line"
    _description = "Line of a claim"
    _order = "id desc"
    _rec_name = "e"
    _log_access = False

    claim_id = fields.Many2one(
        comodel_name="khbs.claim", required=True, index=True, ondelete="restrict"
    )
    entitlement_id = fields.Many2one(
        comodel_name="khbs.entitlement",
        index="btree_not_null",
        ondelete="restrict",
        help="Empty: no entitlement has this number.",
    )
    e = fields.Char(string="Entitlement number", required=True)
    benefit_code = fields.Char(required=True)
    round_code = fields.Char(required=True)
    amount = Rupiah(required=True)
    benefit_id = fields.Many2one(related="entitlement_id.benefit_id")
    round_id = fields.Many2one(related="entitlement_id.round_id")
    card_no = fields.Char(related="claim_id.card_no")
    household_id = fields.Many2one(related="claim_id.household_id")
    terminal_code = fields.Char(related="claim_id.terminal_code")
    signed_at = fields.Datetime(related="claim_id.signed_at")
    received_at = fields.Datetime(related="claim_id.received_at")
    outcome_ids = fields.One2many(
        comodel_name="khbs.claim.outcome", inverse_name="line_id", string="Judgements"
    )
    outcome_code = fields.Selection(
        selection=OUTCOMES,
        string="Outcome",
        compute="_compute_outcome",
        search="_search_outcome_code",
    )
    pay = fields.Selection(
        selection=PAY, compute="_compute_outcome", search="_search_pay"
    )
    stock = fields.Selection(selection=STOCK, compute="_compute_outcome")

    _number_uniq = models.Constraint(
        "UNIQUE (claim_id, e)", "A claim names an entitlement once."
    )

    def init(self):
        append_only.install(self.env.cr, self._table)

    def _settle_manual(self):
        """Let these lines stand for their entitlements, by a person's decision.

        What a terminal brings of them later is a double (EDC_PROTOCOL 8, row 22).
        """
        self.env["khbs.claim.outcome"].create(
            [
                {
                    "line_id": line.id,
                    "code": "MANUAL",
                    "pay": "pay",
                    "entitlement_effect": "consumed",
                    "stock": "issue",
                }
                for line in self
            ]
        )
        stands_for = [
            {"line_id": line.id, "entitlement_id": line.entitlement_id.id}
            for line in self
        ]
        self.env["khbs.claim.primary"].create(stands_for)
        self.env["khbs.claim.posting"].create(
            [
                {**values, "amount": line.amount}
                for line, values in zip(self, stands_for, strict=True)
            ]
        )
        self.entitlement_id.state = "consumed"

    @api.depends("outcome_ids.code", "outcome_ids.pay", "outcome_ids.stock")
    def _compute_outcome(self):
        for line in self:
            latest = line.outcome_ids.sorted("version")[-1:]
            line.outcome_code = latest.code
            line.pay = latest.pay
            line.stock = latest.stock

    def _search_outcome_code(self, operator, value):
        return self._search_latest("code", operator, value)

    def _search_pay(self, operator, value):
        return self._search_latest("pay", operator, value)

    def _search_latest(self, name, operator, value):
        """Return the domain of lines whose newest outcome meets the condition."""
        if operator != "in":
            return NotImplemented
        newest = SQL(
            """
            SELECT o.line_id FROM khbs_claim_outcome o
             WHERE %s = ANY(%s) AND NOT EXISTS (
                   SELECT FROM khbs_claim_outcome n
                    WHERE n.line_id = o.line_id AND n.version > o.version)
            """,
            SQL.identifier("o", name),
            [item for item in value if item],
        )
        domain = Domain("id", "in", newest)
        if False in value:
            domain |= Domain("outcome_ids", "=", False)
        return domain
