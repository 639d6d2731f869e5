# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS

from ..identity_numbers import mask


class KhbsPersonNik(models.Model):
    """A NIK under which a person was known before (DOMAIN 12.9)."""

    _name = "khbs.person.nik"
    _description = "Former NIK"
    _order = "person_id, valid_to desc"
    _rec_name = "reason"

    person_id = fields.Many2one(
        comodel_name="khbs.person", required=True, index=True, ondelete="cascade"
    )
    area_id = fields.Many2one(related="person_id.area_id")
    nik = fields.Char(
        string="NIK",
        size=16,
        required=True,
        index=True,
        copy=False,
        groups=NO_ACCESS,  # khbs.reveal shows it, for a purpose
    )
    nik_masked = fields.Char(
        string="NIK (masked)", compute="_compute_nik_masked", compute_sudo=True
    )
    valid_from = fields.Date()
    valid_to = fields.Date(required=True)
    reason = fields.Char(required=True)

    _nik_form = models.Constraint(
        "CHECK (nik ~ '^[0-9]{16}$')", "A NIK has sixteen digits."
    )

    @api.depends("nik")
    def _compute_nik_masked(self):
        for number in self:
            number.nik_masked = mask(number.nik)
