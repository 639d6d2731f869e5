# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.orm.models import NO_ACCESS

from odoo.addons.khbs_registry.identity_numbers import (
    mask,
    mask_account,
    nik_form_error,
)

from .. import guards

# What decides about income tax is the rank, not the role (DOMAIN 4.4).
RANK_GROUPS = [
    ("none", "Not a civil servant"),
    ("grade_1", "Civil servant, grade I"),
    ("grade_2", "Civil servant, grade II"),
    ("grade_3", "Civil servant, grade III"),
    ("grade_4", "Civil servant, grade IV"),
    ("enlisted", "Enlisted (tamtama)"),
    ("sergeant", "Non-commissioned officer (bintara)"),
    ("junior_officer", "Junior officer (pama)"),
    ("middle_officer", "Middle officer (pamen)"),
    ("senior_officer", "Senior officer (pati)"),
    ("state_official", "State official"),
]

# Who a proposed line speaks of.
IDENTITY = {"nik", "nik_entry", "role_id", "regency_id"}


class KhbsBkkHolder(models.Model):
    """A person in a role, by a letter of appointment and between two days."""

    _name = "khbs.bkk.holder"
    _description = "BKK holder"
    _order = "regency_id, role_id, name, id"

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
    role_id = fields.Many2one(
        comodel_name="khbs.bkk.role", required=True, index=True, ondelete="restrict"
    )
    regency_id = fields.Many2one(
        comodel_name="khbs.area",
        required=True,
        index=True,
        domain=[("level", "in", ["regency", "city"])],
        default=lambda self: self._default_regency_id(),
        ondelete="restrict",
    )
    area_ids = fields.Many2many(
        comodel_name="khbs.area",
        relation="khbs_bkk_holder_area_rel",
        string="Areas",
        domain="[('id', 'child_of', regency_id)]",
        help="A Bhabinkamtibmas may serve several villages; one payment all the same.",
    )
    appointment_letter = fields.Char(
        required=True, help="Number of the decree or order that appoints."
    )
    date_from = fields.Date(string="In office from", required=True)
    date_to = fields.Date(string="In office until")
    rank_group = fields.Selection(selection=RANK_GROUPS, required=True, default="none")
    # Since 2024 the NPWP of a person is the NIK: it is guarded like one.
    npwp = fields.Char(string="NPWP", size=16, copy=False, groups=NO_ACCESS)
    npwp_masked = fields.Char(
        string="NPWP (masked)", compute="_compute_numbers_masked", compute_sudo=True
    )
    npwp_entry = fields.Char(
        string="Enter NPWP",
        size=25,
        compute="_compute_numbers_entry",
        inverse="_inverse_npwp_entry",
        help="Fifteen or sixteen digits; since 2024 a person's NPWP is the NIK. What "
        "is entered is shown masked afterwards.",
    )
    bank_name = fields.Char()
    bank_account = fields.Char(string="Account number", copy=False, groups=NO_ACCESS)
    bank_account_masked = fields.Char(
        string="Account (masked)",
        compute="_compute_numbers_masked",
        compute_sudo=True,
    )
    bank_account_entry = fields.Char(
        string="Enter account number",
        compute="_compute_numbers_entry",
        inverse="_inverse_bank_account_entry",
        help="Digits only. What is entered is shown masked afterwards.",
    )
    bank_account_name = fields.Char(string="Name on the account")
    line_ids = fields.One2many(
        comodel_name="khbs.bkk.proposal.line", inverse_name="holder_id"
    )
    line_count = fields.Integer(compute="_compute_line_count")
    active = fields.Boolean(default=True)

    _nik_form = models.Constraint(
        "CHECK (nik ~ '^[0-9]{16}$')", "A NIK has sixteen digits."
    )
    _period_order = models.Constraint(
        "CHECK (date_to >= date_from)", "A term ends after it begins."
    )
    _term_uniq = models.Constraint(
        """EXCLUDE USING gist (
            int8range(nik::bigint, nik::bigint, '[]') WITH &&,
            int4range(role_id, role_id, '[]') WITH &&,
            daterange(date_from, date_to, '[]') WITH &&
        ) WHERE (nik IS NOT NULL AND active)""",
        "This person holds this role in these days already.",
    )

    def init(self):
        self.env.cr.execute(guards.HOLDER_GUARD)

    def _default_regency_id(self):
        """Return the regency of a user who has only one."""
        areas = self.env.user.khbs_area_ids
        return (
            areas if len(areas) == 1 and areas.level in ("regency", "city") else False
        )

    @api.depends("nik")
    def _compute_nik_masked(self):
        for holder in self:
            holder.nik_masked = mask(holder.nik)

    def _compute_nik_entry(self):
        self.nik_entry = False

    def _inverse_nik_entry(self):
        for holder in self.filtered("nik_entry"):
            if nik_form_error(holder.nik_entry):
                raise UserError(
                    self.env._(
                        "The NIK of %(name)s cannot be right: sixteen digits, with "
                        "a day and a month at the seventh to tenth.",
                        name=holder.name,
                    )
                )
            if holder.sudo().nik != holder.nik_entry:
                holder.sudo().nik = holder.nik_entry

    @api.depends("npwp", "bank_account")
    def _compute_numbers_masked(self):
        for holder in self:
            holder.npwp_masked = mask(holder.npwp)
            holder.bank_account_masked = mask_account(holder.bank_account)

    def _compute_numbers_entry(self):
        self.npwp_entry = False
        self.bank_account_entry = False

    def _inverse_npwp_entry(self):
        for holder in self.filtered("npwp_entry"):
            number = re.sub(r"[ .-]", "", holder.npwp_entry)
            if not re.fullmatch(r"[0-9]{15,16}", number):
                raise UserError(
                    self.env._(
                        "The NPWP of %(name)s cannot be right: fifteen digits, or the "
                        "sixteen of the NIK.",
                        name=holder.name,
                    )
                )
            holder.sudo().npwp = number

    def _inverse_bank_account_entry(self):
        for holder in self.filtered("bank_account_entry"):
            number = re.sub(r"[ .-]", "", holder.bank_account_entry)
            if not re.fullmatch(r"[0-9]{5,35}", number):
                raise UserError(
                    self.env._(
                        "The account number of %(name)s cannot be right: digits only.",
                        name=holder.name,
                    )
                )
            holder.sudo().bank_account = number

    @api.depends("line_ids")
    def _compute_line_count(self):
        counts = dict(
            self.env["khbs.bkk.proposal.line"]._read_group(
                [("holder_id", "in", self.ids)], ["holder_id"], ["__count"]
            )
        )
        for holder in self:
            holder.line_count = counts.get(holder, 0)

    @api.constrains("regency_id", "area_ids")
    def _check_areas(self):
        for holder in self:
            if any(area._regency() != holder.regency_id for area in holder.area_ids):
                raise ValidationError(
                    self.env._(
                        "The areas of %(name)s must lie in %(regency)s.",
                        name=holder.name,
                        regency=holder.regency_id.name,
                    )
                )

    def write(self, vals):
        if not self.env.su and set(vals) & IDENTITY:
            proposed = self.sudo().line_ids.filtered(lambda line: line.state != "draft")
            if proposed:
                raise UserError(
                    self.env._(
                        "%(name)s stands in a proposal: role, regency and NIK stay. "
                        "End the term and add a new holder.",
                        name=proposed[0].holder_id.name,
                    )
                )
        result = super().write(vals)
        if "regency_id" in vals:
            # A rule is asked before a write; nobody moves a holder out of reach.
            self.check_access("write")
        return result

    def action_view_lines(self):
        """Open the holder's lines in every proposal."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Proposal lines"),
            "res_model": "khbs.bkk.proposal.line",
            "view_mode": "list",
            "domain": [("holder_id", "=", self.id)],
        }
