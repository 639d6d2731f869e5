# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.khbs_registry.rupiah import Rupiah


class KhbsBkkPaymentTax(models.Model):
    """Totals of a payment list by tax object and rate, as the slips need them."""

    _name = "khbs.bkk.payment.tax"
    _description = "Tax slips of a BKK payment list"
    _order = "payment_id, tax_object, rate"
    _auto = False
    _log_access = False

    payment_id = fields.Many2one(comodel_name="khbs.bkk.payment", readonly=True)
    tax_object = fields.Char(string="Tax object code", readonly=True)
    rate = fields.Integer(string="Rate (basis points)", readonly=True, aggregator=None)
    rate_text = fields.Char(string="Tax rate", compute="_compute_rate_text")
    people = fields.Integer(readonly=True)
    gross = Rupiah(readonly=True)
    base = Rupiah(string="Tax base", readonly=True)
    tax = Rupiah(string="PPh 21", readonly=True)
    paid_tax = Rupiah(
        string="Withheld", readonly=True, help="Of the lines that are paid."
    )

    def _compute_rate_text(self):
        for one in self:
            one.rate_text = f"{one.rate / 100:g}%".replace(".", ",")

    @property
    def _table_query(self):
        self.env["khbs.bkk.payment.line"].flush_model()
        return SQL(
            """
            SELECT min(id) AS id, payment_id, tax_object, rate,
                   count(*)::int AS people, sum(gross)::bigint AS gross,
                   sum(base)::bigint AS base, sum(tax)::bigint AS tax,
                   coalesce(sum(tax) FILTER (WHERE state = 'paid'), 0)::bigint
                       AS paid_tax
              FROM khbs_bkk_payment_line
             WHERE NOT settled AND tax_object IS NOT NULL AND state <> 'refunded'
          GROUP BY payment_id, tax_object, rate
            """
        )
