# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from odoo.addons.khbs_registry.rupiah import Rupiah


class KhbsRoundTotal(models.Model):
    """What a round grants of one benefit: counted once, when it is generated."""

    _name = "khbs.round.total"
    _description = "Total of a round"
    _order = "round_id, benefit_id"
    _log_access = False

    round_id = fields.Many2one(
        comodel_name="khbs.round", required=True, index=True, ondelete="cascade"
    )
    benefit_id = fields.Many2one(
        comodel_name="khbs.benefit", required=True, ondelete="restrict"
    )
    budget_line_id = fields.Many2one(
        comodel_name="khbs.budget.line",
        index="btree_not_null",
        ondelete="restrict",
        help="The line it is charged to, from the decision on.",
    )
    entitlement_count = fields.Integer(required=True)
    amount = Rupiah(required=True)

    _benefit_uniq = models.Constraint(
        "UNIQUE (round_id, benefit_id)", "A round totals each benefit once."
    )
