# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from ..identity_numbers import mask, nik_form_error

MOST_FAMILIES_PARAMETER = "khbs.representative.max_families"
MOST_FAMILIES = 5
OPERATOR = "khbs_registry.group_registry_operator"
VALIDATOR = "khbs_registry.group_validator"


class KhbsRepresentative(models.Model):
    """Who collects for a family, by a letter of authority (DOMAIN 5.2, 12.24).

    Nobody is refused for collecting for many: an elder of a remote RT may have to. Who
    does so for more families than the parameter says stands in a list that is looked
    at. It counts once a second person has compared it with the letter; from then on
    it stays as it is, and another letter is another row.
    """

    _name = "khbs.representative"
    _inherit = ["khbs.guarded", "khbs.approvable"]
    _description = "Representative of a family"
    _order = "valid_to desc, id desc"

    _guarded_fields = (
        "nik",
        "confirmed_on",
        "confirmed_by_id",
        "revoked_on",
        "revoked_by_id",
    )
    _editable_states = None
    _change_act = "representative.change"
    _reading_actions = ("action_confirm",)
    _content_fields = (
        "household_id",
        "name",
        "relation",
        "letter_number",
        "letter_date",
        "valid_from",
        "valid_to",
        "confirmed_on",
        "revoked_on",
    )

    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(
        related="household_id.area_id", string="Village", store=True, index=True
    )
    name = fields.Char(required=True, help="As on the KTP.")
    nik = fields.Char(
        size=16,
        index="btree_not_null",
        copy=False,
        groups=NO_ACCESS,
    )
    nik_masked = fields.Char(
        string="NIK", compute="_compute_nik_masked", compute_sudo=True
    )
    nik_entry = fields.Char(
        string="NIK (sixteen digits)",
        compute="_compute_nik_entry",
        inverse="_inverse_nik_entry",
        help="From the KTP. It is shown masked once saved.",
    )
    relation = fields.Selection(
        selection=[
            ("family", "Near family"),
            ("neighbour", "Neighbour"),
            ("rt", "Head of the RT"),
            ("rw", "Head of the RW"),
            ("village", "Village head or staff"),
            ("other", "Other"),
        ],
        string="Relation to the family",
        required=True,
    )
    letter_number = fields.Char(string="Letter of authority", required=True)
    letter_date = fields.Date(required=True)
    evidence = fields.Binary(string="Scan of the letter", attachment=True, copy=False)
    evidence_name = fields.Char()
    valid_from = fields.Date(required=True, default=fields.Date.context_today)
    valid_to = fields.Date(required=True)
    confirmed_on = fields.Date(readonly=True, copy=False)
    confirmed_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False
    )
    revoked_on = fields.Date(readonly=True, copy=False)
    revoked_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False)
    valid = fields.Boolean(
        string="Valid today", compute="_compute_valid", search="_search_valid"
    )
    standing = fields.Selection(
        selection=[
            ("unconfirmed", "Not confirmed yet"),
            ("valid", "In force"),
            ("ahead", "Not begun"),
            ("over", "Expired"),
            ("revoked", "Revoked"),
        ],
        string="Standing of the letter",
        compute="_compute_valid",
    )
    family_count = fields.Integer(
        string="Families represented",
        compute="_compute_family_count",
        compute_sudo=True,
        help="For how many families this person may collect today.",
    )
    over_limit = fields.Boolean(
        string="Collects for many",
        compute="_compute_family_count",
        search="_search_over_limit",
        compute_sudo=True,
    )

    _period = models.Constraint(
        "CHECK (valid_to >= valid_from)", "The letter ends before it begins."
    )
    _two_persons = models.Constraint(
        "CHECK (confirmed_by_id <> create_uid)",
        "Who enters a representative does not confirm it.",
    )
    _nik_form = models.Constraint(
        "CHECK (nik ~ '^[0-9]{16}$')", "A NIK has sixteen digits."
    )

    @api.depends("nik")
    def _compute_nik_masked(self):
        for representative in self:
            representative.nik_masked = mask(representative.nik)

    def _compute_nik_entry(self):
        for representative in self:
            representative.nik_entry = False

    def _inverse_nik_entry(self):
        for representative in self:
            nik = "".join((representative.nik_entry or "").split())
            if not nik:
                continue
            if nik_form_error(nik):
                raise UserError(
                    self.env._(
                        "This is no NIK. Compare its sixteen digits with the KTP or KK."
                    )
                )
            representative.check_access("write")
            representative._refuse_unless_editable()
            representative.sudo().nik = nik
        self.invalidate_recordset(["nik_entry"], flush=False)

    @api.depends("valid_from", "valid_to", "confirmed_on", "revoked_on")
    def _compute_valid(self):
        today = fields.Date.context_today(self)
        for representative in self:
            representative.standing = representative._standing(today)
            representative.valid = representative.standing == "valid"

    def _standing(self, today):
        """Return where the letter stands on a day."""
        if self.revoked_on:
            return "revoked"
        if not self.confirmed_on:
            return "unconfirmed"
        if not self.valid_from or not self.valid_to or self.valid_from > today:
            return "ahead"
        return "over" if self.valid_to < today else "valid"

    def _search_valid(self, operator, value):
        if operator != "in":
            return NotImplemented
        valid = fields.Domain(self._valid_domain(fields.Date.context_today(self)))
        return valid if True in value else ~valid

    @api.depends("nik", "valid_from", "valid_to", "confirmed_on", "revoked_on")
    def _compute_family_count(self):
        counts = self._families_by_nik()
        most = self._most_families()
        for representative in self:
            representative.family_count = counts.get(representative.nik, 0)
            representative.over_limit = representative.family_count > most

    def _search_over_limit(self, operator, value):
        if operator != "in":
            return NotImplemented
        most = self._most_families()
        niks = [nik for nik, count in self._families_by_nik().items() if count > most]
        found = self.sudo().search([("nik", "in", niks)])
        domain = fields.Domain("id", "in", found.ids)
        return domain if True in value else ~domain

    @api.constrains("valid_from", "letter_date")
    def _check_dates(self):
        for representative in self:
            if representative.letter_date > fields.Date.context_today(self):
                raise UserError(self.env._("The letter is dated in the future."))

    def _refuse_unless_editable(self):
        for representative in self:
            if representative.confirmed_on or representative.revoked_on:
                raise UserError(
                    self.env._(
                        "%(name)s is in use: what was confirmed stays. For another "
                        "letter, revoke this one and enter it anew.",
                        name=representative.name,
                    )
                )

    def _content_parts(self):
        families = self.env["khbs.household"]
        evidence = self.with_context(bin_size=False).evidence
        return [families._keyed(self.nik), families._sha256_of(evidence)]

    def action_confirm(self):
        """Let it count: a validator has compared it with the letter."""
        for representative in self:
            self.env["khbs.audit.event"]._require_group(
                VALIDATOR, "khbs.representative.confirmed", representative
            )
            representative.check_access("read")
            if representative.confirmed_on or representative.revoked_on:
                raise UserError(
                    self.env._("This authority is confirmed or revoked already.")
                )
            approvals = self.env["khbs.approval"]
            approvals._refuse_author(representative, "confirmed")
            approvals._decide(
                representative,
                "confirmed",
                VALIDATOR,
                representative._content_sha256(),
            )
            representative.sudo().write(
                {
                    "confirmed_on": fields.Date.context_today(self),
                    "confirmed_by_id": self.env.uid,
                }
            )
        return True

    def action_revoke(self):
        """End the authority today: the family no longer wants it."""
        for representative in self:
            self.env["khbs.audit.event"]._require_group(
                OPERATOR, "representative.revoke", representative
            )
            representative.check_access("write")
            if representative.revoked_on:
                raise UserError(self.env._("This authority is revoked already."))
            representative.sudo().write(
                {
                    "revoked_on": fields.Date.context_today(self),
                    "revoked_by_id": self.env.uid,
                }
            )
            self.env["khbs.audit.event"]._record(
                "representative.revoke", representative
            )
        return True

    @api.model
    def _valid_domain(self, day):
        return [
            ("valid_from", "<=", day),
            ("valid_to", ">=", day),
            ("confirmed_on", "!=", False),
            ("revoked_on", "=", False),
        ]

    @api.model
    def _most_families(self):
        parameters = self.env["ir.config_parameter"].sudo()
        return int(parameters.get_param(MOST_FAMILIES_PARAMETER) or MOST_FAMILIES)

    @api.model
    def _families_by_nik(self):
        """Return {NIK: how many families it may collect for today}, all areas."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT nik, count(DISTINCT household_id) FROM khbs_representative
                 WHERE nik IS NOT NULL AND confirmed_on IS NOT NULL
                   AND revoked_on IS NULL
                   AND %(today)s BETWEEN valid_from AND valid_to
                 GROUP BY nik
                """,
                today=fields.Date.context_today(self),
            )
        )
        return dict(rows)
