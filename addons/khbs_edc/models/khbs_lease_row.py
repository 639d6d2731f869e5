# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from odoo.addons.khbs_registry import append_only
from odoo.addons.khbs_registry.rupiah import Rupiah


class KhbsLeaseRow(models.Model):
    """One line of a lease: which card may claim which entitlement for how much."""

    _name = "khbs.lease.row"
    _description = "Line of a lease"
    _order = "id"
    _rec_name = "e"
    _log_access = False

    lease_id = fields.Many2one(
        comodel_name="khbs.lease", required=True, ondelete="restrict"
    )
    area_id = fields.Many2one(related="lease_id.terminal_id.area_id")
    entitlement_id = fields.Many2one(
        comodel_name="khbs.entitlement", required=True, index=True, ondelete="restrict"
    )
    card_no = fields.Char(string="Card number", required=True)
    hand_over = fields.Boolean(
        required=True, help="The card is on its way; the terminal may hand it over."
    )
    e = fields.Char(string="Entitlement number", required=True)
    benefit_code = fields.Char(string="Benefit", required=True)
    round_code = fields.Char(string="Round", required=True)
    amount = Rupiah(required=True)

    _row_idx = models.Index("(lease_id, e)")
    _hand_over_idx = models.Index("(lease_id) WHERE hand_over")

    def init(self):
        append_only.install(self.env.cr, self._table)
