# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from odoo.addons.khbs_registry import append_only
from odoo.addons.khbs_registry.rupiah import Rupiah


class KhbsBankPosting(models.Model):
    """Cash that the bank credited: once for a line, once for an entitlement."""

    _name = "khbs.bank.posting"
    _description = "Payment by the bank"
    _order = "id"
    _rec_name = "line_id"
    _log_access = False

    line_id = fields.Many2one(
        comodel_name="khbs.bank.line", required=True, ondelete="restrict"
    )
    entitlement_id = fields.Many2one(
        comodel_name="khbs.entitlement", required=True, ondelete="restrict"
    )
    amount = Rupiah(required=True)
    posted_at = fields.Datetime(required=True, default=fields.Datetime.now, index=True)

    _line_uniq = models.Constraint("UNIQUE (line_id)", "This line is posted already.")
    _entitlement_uniq = models.Constraint(
        "UNIQUE (entitlement_id)", "The bank has paid this entitlement already."
    )
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A payment is more than zero."
    )

    def init(self):
        append_only.install(self.env.cr, self._table)
