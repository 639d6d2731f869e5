# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .. import tax
from .khbs_bkk_tax_rule import KINDS

TREATMENTS = [kind for kind in KINDS if kind[0] != tax.FINAL]


class KhbsBkkTaxTreatment(models.Model):
    """What the tax officer decides the money of a role to be, from a day on.

    Where nothing is set, whoever has no rank is paid for services as no employee.
    Final tax by rank holds unless the honorarium is regular income (DOMAIN 4.4).
    """

    _name = "khbs.bkk.tax.treatment"
    _inherit = ["khbs.bkk.dated"]
    _description = "Tax treatment of a role"
    _order = "role_id, valid_from desc, id"
    _rec_name = "role_id"

    role_id = fields.Many2one(
        comodel_name="khbs.bkk.role", required=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        selection=TREATMENTS,
        string="Treated as",
        required=True,
        help="Regular: fixed and paid each month, so that no final tax is due. The "
        "other two are for holders without a rank.",
    )
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(help="Last day. Empty: until a new treatment begins.")
    basis = fields.Char(required=True, help="Letter of the tax officer.")

    _period_order = models.Constraint(
        "CHECK (valid_to >= valid_from)", "A treatment ends after it begins."
    )
    _no_overlap = models.Constraint(
        """EXCLUDE USING gist (
            int4range(role_id, role_id, '[]') WITH &&,
            daterange(valid_from, valid_to, '[]') WITH &&
        )""",
        "Another treatment of this role covers these days. Set its last day first.",
    )

    def write(self, vals):
        if set(vals) - {"valid_to"}:
            raise UserError(
                self.env._(
                    "A treatment is not altered. Set its last day and add a new one "
                    "that begins on the next day."
                )
            )
        return super().write(vals)

    @api.model
    def _by_role(self, day):
        """Return {role id: kind} of the treatments that hold on *day*."""
        found = self.sudo().search(
            Domain("valid_from", "<=", day)
            & (Domain("valid_to", "=", False) | Domain("valid_to", ">=", day))
        )
        return {one.role_id.id: one.kind for one in found}
