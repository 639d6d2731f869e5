# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS

from odoo.addons.khbs_registry.identity_numbers import mask, nik_form_error


class KhbsBkkIdentity(models.AbstractModel):
    """A person known by a NIK that is entered, compared, and shown masked alone."""

    _name = "khbs.bkk.identity"
    _description = "Person of BKK"

    name = fields.Char(required=True, help="As in the letter of appointment.")
    nik = fields.Char(
        string="NIK",
        size=16,
        index="btree_not_null",
        copy=False,
        groups=NO_ACCESS,
    )
    nik_masked = fields.Char(
        string="NIK (masked)", compute="_compute_nik_masked", compute_sudo=True
    )
    nik_entry = fields.Char(
        string="Enter NIK",
        size=16,
        compute="_compute_nik_entry",
        inverse="_inverse_nik_entry",
        help="Sixteen digits. What is entered is shown masked afterwards.",
    )

    _nik_form = models.Constraint(
        "CHECK (nik ~ '^[0-9]{16}$')", "A NIK has sixteen digits."
    )

    @api.depends("nik")
    def _compute_nik_masked(self):
        for person in self:
            person.nik_masked = mask(person.nik)

    def _compute_nik_entry(self):
        self.nik_entry = False

    def _inverse_nik_entry(self):
        for person in self.filtered("nik_entry"):
            if nik_form_error(person.nik_entry):
                raise UserError(
                    self.env._(
                        "The NIK of %(name)s cannot be right: sixteen digits, with "
                        "a day and a month at the seventh to tenth.",
                        name=person.name,
                    )
                )
            if person.sudo().nik != person.nik_entry:
                person.sudo().nik = person.nik_entry
