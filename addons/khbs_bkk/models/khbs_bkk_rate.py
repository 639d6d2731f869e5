# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.rupiah import Rupiah


class KhbsBkkRate(models.Model):
    """What a role receives in a month, from a day on, everywhere or in one regency.

    A rate is never altered: it is closed and the next one begins. So the line of an
    old proposal can always be explained by the rate it names.
    """

    _name = "khbs.bkk.rate"
    _inherit = ["khbs.bkk.dated"]
    _description = "BKK rate"
    _order = "role_id, valid_from desc, id"
    _rec_name = "role_id"

    role_id = fields.Many2one(
        comodel_name="khbs.bkk.role", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Regency",
        domain=[("level", "in", ["regency", "city"])],
        ondelete="restrict",
        help="Empty: the whole province. A regency's own rate goes before it.",
    )
    amount = Rupiah(string="Amount per month", required=True, aggregator=None)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(help="Last day of the rate. Empty: until a new one begins.")
    basis = fields.Char(required=True, help="Regulation or letter that sets the rate.")

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A rate is more than zero rupiah."
    )
    _period_order = models.Constraint(
        "CHECK (valid_to >= valid_from)", "A rate ends after it begins."
    )
    # Ranges compare without any extension of PostgreSQL; no area counts as 0.
    _no_overlap = models.Constraint(
        """EXCLUDE USING gist (
            int4range(role_id, role_id, '[]') WITH &&,
            int4range(coalesce(area_id, 0), coalesce(area_id, 0), '[]') WITH &&,
            daterange(valid_from, valid_to, '[]') WITH &&
        )""",
        "Another rate of this role and area covers these days. "
        "Set the last day of the earlier rate first.",
    )

    @api.depends("role_id.name", "area_id.name", "amount")
    def _compute_display_name(self):
        for rate in self:
            place = f" {rate.area_id.name}" if rate.area_id else ""
            amount = f"{rate.amount:,}".replace(",", ".")
            rate.display_name = f"{rate.role_id.name}{place} Rp{amount}"

    def write(self, vals):
        if set(vals) - {"valid_to"}:
            raise UserError(
                self.env._(
                    "A rate is not altered. Set its last day and add a new rate "
                    "that begins on the next day."
                )
            )
        return super().write(vals)
