# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS

from ..identity_numbers import mask


class KhbsHouseholdKk(models.Model):
    """A KK number that a household has or had (DOMAIN 2.5)."""

    _name = "khbs.household.kk"
    _description = "KK history"
    _order = "household_id, valid_from desc"
    _rec_name = "reason"

    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="cascade"
    )
    kk_number = fields.Char(
        string="KK number",
        size=16,
        required=True,
        index=True,
        copy=False,
        groups=NO_ACCESS,  # khbs.reveal shows it, for a purpose
    )
    valid_from = fields.Date(required=True)
    valid_to = fields.Date()
    reason = fields.Char(required=True)
    kk_masked = fields.Char(
        string="KK", compute="_compute_kk_masked", compute_sudo=True
    )
    event_id = fields.Many2one(
        comodel_name="khbs.family.event",
        index="btree_not_null",
        ondelete="restrict",
        help="The family event that brought the number, if one did.",
    )

    _kk_number_form = models.Constraint(
        "CHECK (kk_number ~ '^[0-9]{16}$')", "A KK number has sixteen digits."
    )
    _current_uniq = models.UniqueIndex(
        "(household_id) WHERE valid_to IS NULL",
        "A household has one present KK number.",
    )

    @api.depends("kk_number")
    def _compute_kk_masked(self):
        for number in self:
            number.kk_masked = mask(number.kk_number)
