# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.rupiah import Rupiah


class KhbsBkkLocalPay(models.Model):
    """A person whom a regency's own budget pays for a role (DOMAIN 4.1).

    The same month for the same role out of two budgets is double financing: whoever
    stands here is warned of in the roster and in every proposal.
    """

    _name = "khbs.bkk.local.pay"
    _inherit = "khbs.bkk.identity"
    _description = "Paid by a regency's own budget"
    _order = "regency_id, role_id, name, id"

    role_id = fields.Many2one(
        comodel_name="khbs.bkk.role", required=True, index=True, ondelete="restrict"
    )
    regency_id = fields.Many2one(
        comodel_name="khbs.area",
        required=True,
        index=True,
        domain=[("level", "in", ["regency", "city"])],
        default=lambda self: self.env["khbs.bkk.holder"]._default_regency_id(),
        ondelete="restrict",
    )
    funding_source = fields.Char(
        required=True, help="Which budget pays, as in APBD Kota Palangka Raya."
    )
    amount = Rupiah(string="Amount per month", aggregator=None)
    date_from = fields.Date(string="Paid from", required=True)
    date_to = fields.Date(string="Paid until", help="Empty: it goes on.")
    basis = fields.Char(required=True, help="Decree or letter that says so.")
    active = fields.Boolean(default=True)

    _period_order = models.Constraint(
        "CHECK (date_to >= date_from)", "The payment ends after it begins."
    )
    _amount_not_negative = models.Constraint(
        "CHECK (amount >= 0)", "An amount is zero rupiah or more."
    )
    _no_overlap = models.Constraint(
        """EXCLUDE USING gist (
            int8range(nik::bigint, nik::bigint, '[]') WITH &&,
            int4range(role_id, role_id, '[]') WITH &&,
            int4range(regency_id, regency_id, '[]') WITH &&,
            daterange(date_from, date_to, '[]') WITH &&
        ) WHERE (nik IS NOT NULL AND active)""",
        "This regency pays this person for this role in these days already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        paid = super().create(vals_list)
        # Only now: the NIK is written by what was entered.
        if any(not one.nik for one in paid.sudo()):
            raise UserError(
                self.env._("Enter the NIK: by it alone is a second payment found.")
            )
        return paid

    def write(self, vals):
        result = super().write(vals)
        if "regency_id" in vals:
            # A rule is asked before a write; nobody moves a row out of reach.
            self.check_access("write")
        return result
