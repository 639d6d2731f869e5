# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsClaimPrimary(models.Model):
    """The one line that stands for an entitlement: never two (DESIGN 4.3)."""

    _name = "khbs.claim.primary"
    _description = "Primary line of an entitlement"
    _rec_name = "entitlement_id"
    _log_access = False

    entitlement_id = fields.Many2one(
        comodel_name="khbs.entitlement", required=True, ondelete="restrict"
    )
    line_id = fields.Many2one(
        comodel_name="khbs.claim.line", required=True, index=True, ondelete="restrict"
    )

    _entitlement_uniq = models.Constraint(
        "UNIQUE (entitlement_id)", "Another claim stands for this entitlement."
    )
