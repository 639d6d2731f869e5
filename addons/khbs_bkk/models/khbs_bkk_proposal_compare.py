# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsBkkProposalCompare(models.AbstractModel):
    """What the page of a proposal sets beside it: ceilings, last round, last quarter.

    The rows are made when they are read (khbs_bkk_compare.py).
    """

    _name = "khbs.bkk.proposal.compare"
    _description = "BKK proposal: comparisons"

    role_sum_ids = fields.One2many(
        comodel_name="khbs.bkk.role.sum",
        inverse_name="proposal_id",
        string="Roles and ceilings",
    )
    change_ids = fields.One2many(
        comodel_name="khbs.bkk.change",
        inverse_name="proposal_id",
        string="Changes since it was sent back",
    )
    departure_ids = fields.One2many(
        comodel_name="khbs.bkk.departure",
        inverse_name="proposal_id",
        string="Left since the previous quarter",
    )
