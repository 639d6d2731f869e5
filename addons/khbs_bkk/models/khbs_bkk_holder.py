# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.orm.models import NO_ACCESS

from odoo.addons.khbs_registry.held_file import HeldFile
from odoo.addons.khbs_registry.identity_numbers import (
    PERSONAL_NUMBER,
    mask,
    mask_account,
)

from .. import guards, roster_lines
from ..person_names import same_name

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

# What the roster finds out itself, and what the guided end of a term writes.
DERIVED = {
    "account_changed_at",
    "account_changed_by_id",
    "account_confirmed_by_id",
    "account_name_differs",
    "area_count",
    "end_letter",
    "end_letter_date",
    "end_reason",
    "predecessor_id",
    "successor_ids",
}


class KhbsBkkHolder(models.Model):
    """A person in a role, by a letter of appointment and between two days."""

    _name = "khbs.bkk.holder"
    _inherit = [
        "khbs.bkk.identity",
        "khbs.bkk.holder.succession",
        "khbs.bkk.holder.account",
    ]
    _description = "BKK holder"
    _order = "regency_id, role_id, name, id"

    # What is confirmed by a second person is the account (khbs.bkk.holder.account).
    _reading_actions = ("action_confirm_account",)
    _content_fields = ("name", "bank_name", "bank_account_name")

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
    area_count = fields.Integer(
        string="Number of areas",
        compute="_compute_area_count",
        store=True,
        aggregator=None,
    )
    appointment_letter = fields.Char(
        required=True, help="Number of the decree or order that appoints."
    )
    # Not required in the database: rows of before the field have none.
    appointment_date = fields.Date(help="Date of the letter of appointment.")
    appointment_scan = HeldFile(
        rows="area_count",
        string="Scan of the letter",
        attachment=True,
        copy=False,
        help="PDF or photo of the letter of appointment.",
    )
    appointment_scan_name = fields.Char(copy=False)
    date_from = fields.Date(string="In office from", required=True)
    date_to = fields.Date(string="In office until")
    rank = fields.Char(
        string="Rank in the letter",
        help="As in the letter: Penata Muda III/a, Sersan Dua, Aipda.",
    )
    rank_group = fields.Selection(
        selection=RANK_GROUPS,
        string="Tax group",
        required=True,
        default="none",
        help="What decides about the income tax, whatever the role.",
    )
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
    account_name_differs = fields.Boolean(
        string="Account of another name",
        compute="_compute_account_name_differs",
        store=True,
        help="The name on the account is not that of the letter, titles aside.",
    )
    line_ids = fields.One2many(
        comodel_name="khbs.bkk.proposal.line", inverse_name="holder_id"
    )
    line_count = fields.Integer(compute="_compute_line_count")
    warning_ids = fields.One2many(
        comodel_name="khbs.bkk.roster.warning", inverse_name="holder_id"
    )
    active = fields.Boolean(default=True)

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

    @api.depends("area_ids")
    def _compute_area_count(self):
        for holder in self:
            holder.area_count = len(holder.area_ids)

    @api.depends("name", "bank_account_name")
    def _compute_account_name_differs(self):
        for holder in self:
            holder.account_name_differs = bool(
                holder.bank_account_name
            ) and not same_name(holder.name, holder.bank_account_name)

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
            if not holder.area_ids:
                raise ValidationError(
                    self.env._(
                        "Enter where %(name)s serves; the decree names it.",
                        name=holder.name,
                    )
                )
            if any(area._regency() != holder.regency_id for area in holder.area_ids):
                raise ValidationError(
                    self.env._(
                        "The areas of %(name)s must lie in %(regency)s.",
                        name=holder.name,
                        regency=holder.regency_id.name,
                    )
                )

    @api.constrains(
        "name", "rank", "bank_name", "bank_account_name", "appointment_letter"
    )
    def _check_texts(self):
        """Texts are shown and printed: no number of a person, and no formula."""
        for holder in self:
            if len(holder.name) > roster_lines.LONGEST_NAME:
                raise ValidationError(
                    self.env._(
                        "A name has at most %(count)s letters.",
                        count=roster_lines.LONGEST_NAME,
                    )
                )
            names = (holder.name, holder.bank_name, holder.bank_account_name)
            texts = [text or "" for text in (*names, holder.rank)]
            letter = holder.appointment_letter or ""
            if (
                any(map(PERSONAL_NUMBER.search, texts))
                or roster_lines.LETTER_NUMBER.search(letter)
                or any(map(roster_lines.is_formula, [*texts, letter]))
            ):
                raise ValidationError(
                    self.env._(
                        "Name, rank, bank and letter are shown to many: no NIK, NPWP "
                        "or account number in them, and no = + - or @ before them."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_digits(vals.get("name"))
        if self.env.su:
            return super().create(vals_list)
        for vals in vals_list:
            self._refuse_derived(vals)
        hidden = {f"default_{name}" for name in DERIVED}
        context = {k: v for k, v in self.env.context.items() if k not in hidden}
        plain = self.with_env(self.env(context=context))
        return super(KhbsBkkHolder, plain).create(vals_list)

    def _refuse_digits(self, name):
        """Refuse a name with digits: it is printed in letters, decrees and lists.

        Only a name that is entered is asked: rows of before this rule stay.
        """
        if any(letter.isdigit() for letter in name or ""):
            raise ValidationError(
                self.env._("A name has no digits. Write it as in the identity card.")
            )

    def _refuse_derived(self, vals):
        """Refuse what nobody enters: a difference of names cannot be talked away."""
        derived = sorted(vals.keys() & DERIVED)
        if derived:
            raise AccessError(
                self.env._(
                    "%(fields)s: the roster finds this out itself, or the button that "
                    "ends a term enters it.",
                    fields=", ".join(derived),
                )
            )

    def write(self, vals):
        if not self.env.su:
            self._refuse_derived(vals)
        if any(holder.name != vals.get("name", holder.name) for holder in self):
            self._refuse_digits(vals["name"])
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
        if "date_to" in vals:
            self._refuse_ended(fields.Date.to_date(vals["date_to"]) or False)
        result = super().write(vals)
        if "regency_id" in vals:
            # A rule is asked before a write; nobody moves a holder out of reach.
            self.check_access("write")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_who_was_never_proposed(self):
        proposed = self.sudo().line_ids.holder_id[:1]
        if proposed:
            raise UserError(
                self.env._(
                    "%(name)s stands in a proposal and stays in the roster. Enter the "
                    "last day in office, or archive the entry.",
                    name=proposed.name,
                )
            )

    def action_view_lines(self):
        """Open the holder's lines in every proposal."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Proposal lines"),
            "res_model": "khbs.bkk.proposal.line",
            "view_mode": "list,kanban",
            "domain": [("holder_id", "=", self.id)],
        }
