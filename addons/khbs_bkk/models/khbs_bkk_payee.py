# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.orm.models import NO_ACCESS

from odoo.addons.khbs_registry.identity_numbers import mask_account
from odoo.addons.khbs_registry.papers import words

from ..guards import payee as guard
from ..terms import PROPOSER, VERIFIER

# Whose treasury it is, by the level of the area.
KIND_OF_LEVEL = {"regency": "rkud", "city": "rkud", "village": "rkd"}


class KhbsBkkPayee(models.Model):
    """The treasury account of a regency (RKUD) or of a desa (RKD) that is paid.

    Entered by the regency, confirmed by a second person of the province against the
    letter that names the account. From then on it never changes: another account is a
    new record, which replaces it on its day. A kelurahan has no treasury of its own.
    """

    _name = "khbs.bkk.payee"
    _inherit = ["khbs.guarded", "khbs.approvable"]
    _description = "BKK payee"
    _order = "area_code, valid_from desc, id desc"

    _guarded_fields = (
        "state",
        "kind",
        "regency_id",
        "area_code",
        "proposed_by_id",
        "confirmed_by_id",
        "confirmed_at",
        "valid_to",
        "refusal",
    )
    _editable_states = ("proposed",)
    _change_act = "khbs.bkk.payee.change"
    _reading_actions = ("action_confirm",)
    _content_fields = (
        "state",
        "area_id",
        "bank_name",
        "account_holder",
        "treasury_npwp",
        "valid_from",
        "basis",
    )

    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Regency or village",
        required=True,
        index=True,
        domain=[("level", "in", list(KIND_OF_LEVEL))],
        default=lambda self: self.env["khbs.bkk.holder"]._default_regency_id(),
        ondelete="restrict",
    )
    area_code = fields.Char(related="area_id.code", store=True)
    regency_id = fields.Many2one(
        comodel_name="khbs.area",
        compute="_compute_of_area",
        store=True,
        index=True,
        ondelete="restrict",
    )
    kind = fields.Selection(
        selection=[("rkud", "Regency (RKUD)"), ("rkd", "Village (RKD)")],
        compute="_compute_of_area",
        store=True,
    )
    bank_name = fields.Char(required=True)
    bank_branch = fields.Char()
    # Whole in the letters to the Governor, which ask for the transfer to it.
    treasury_account = fields.Char(copy=False, groups=NO_ACCESS)
    account_masked = fields.Char(
        string="Account", compute="_compute_account_masked", compute_sudo=True
    )
    account_entry = fields.Char(
        string="Enter account number",
        size=40,
        compute="_compute_account_entry",
        inverse="_inverse_account_entry",
        help="Digits only. What is entered is shown masked afterwards.",
    )
    account_holder = fields.Char(
        string="Name on the account", required=True, help="As the bank has it."
    )
    treasury_npwp = fields.Char(
        string="NPWP of the treasury", size=25, help="Of the office, not of a person."
    )
    valid_from = fields.Date(required=True, default=fields.Date.context_today)
    valid_to = fields.Date(
        string="Replaced on",
        readonly=True,
        copy=False,
        help="From this day on another account is paid.",
    )
    basis = fields.Char(
        required=True, help="Letter or decree of the regency that names the account."
    )
    state = fields.Selection(
        selection=[
            ("proposed", "Proposed"),
            ("confirmed", "Confirmed"),
            ("replaced", "Replaced"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        default="proposed",
        index=True,
        copy=False,
    )
    refusal = fields.Char(string="Why refused", readonly=True, copy=False)
    proposed_by_id = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    confirmed_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    confirmed_at = fields.Datetime(readonly=True, copy=False)

    _one_paid = models.UniqueIndex(
        "(area_id) WHERE state = 'confirmed'",
        "This area has a confirmed account.",
    )
    _one_proposed = models.UniqueIndex(
        "(area_id) WHERE state = 'proposed'",
        "An account of this area waits to be confirmed. Mend or delete that one.",
    )
    _account_form = models.Constraint(
        "CHECK (treasury_account ~ '^[0-9]{5,35}$')",
        "An account number has digits only.",
    )
    _confirmed_whole = models.Constraint(
        "CHECK (state IN ('proposed', 'refused') OR (treasury_account IS NOT NULL "
        "AND confirmed_by_id IS NOT NULL AND proposed_by_id IS NOT NULL))",
        "A confirmed account has its number and a second person who confirmed it.",
    )
    _second_person = models.Constraint(
        "CHECK (confirmed_by_id <> proposed_by_id)",
        "Who entered the account cannot confirm it; a second person must.",
    )
    _replaced_after = models.Constraint(
        "CHECK (valid_to >= valid_from)", "An account is replaced after it was valid."
    )

    def init(self):
        self.env.cr.execute(guard.PAYEE_GUARD)

    @api.depends("area_id")
    def _compute_of_area(self):
        for payee in self:
            payee.regency_id = payee.area_id and payee.area_id._regency()
            payee.kind = KIND_OF_LEVEL.get(payee.area_id.level)

    @api.depends("treasury_account")
    def _compute_account_masked(self):
        for payee in self:
            payee.account_masked = mask_account(payee.treasury_account)

    def _compute_account_entry(self):
        self.account_entry = False

    def _inverse_account_entry(self):
        for payee in self.filtered("account_entry"):
            number = re.sub(r"[ .-]", "", payee.account_entry)
            if not re.fullmatch(r"[0-9]{5,35}", number):
                raise UserError(
                    self.env._(
                        "The account number of %(area)s cannot be right: digits only.",
                        area=payee.area_id.name,
                    )
                )
            payee.sudo().treasury_account = number

    @api.depends("area_id.name", "kind", "bank_name")
    def _compute_display_name(self):
        for payee in self:
            kind = (payee.kind or "").upper()
            account = mask_account(payee.sudo().treasury_account)[-8:]
            payee.display_name = (
                f"{kind} {payee.area_id.name or ''} {payee.bank_name or ''} {account}"
            ).strip()

    @api.constrains("area_id")
    def _check_area(self):
        for payee in self:
            if payee.area_id.level not in KIND_OF_LEVEL:
                raise ValidationError(
                    self.env._(
                        "%(area)s has no treasury of its own: choose the regency, the "
                        "city or a desa.",
                        area=payee.area_id.display_name,
                    )
                )

    # Actions

    def action_confirm(self):
        """Confirm these accounts, as a second person, against their letters."""
        events = self.env["khbs.audit.event"]
        events._require_group(VERIFIER, "khbs.bkk.payee.confirm", self[:1])
        self.check_access("read")
        self._lock()
        self._require_state("proposed")
        for payee in self:
            payee._confirm()
        return True

    def action_refuse(self, reason):
        """Refuse these accounts; the regency enters what is right anew."""
        reason = " ".join((reason or "").split())
        payees = self._checked(VERIFIER, "khbs.bkk.payee.refuse", operation="read")
        self._require_state("proposed")
        if not reason:
            raise UserError(self.env._("Write why the account is refused."))
        payees.write({"state": "refused", "refusal": reason})
        for payee in self:
            self.env["khbs.audit.event"]._record("khbs.bkk.payee.refuse", payee)
        return True

    def action_ask_refuse(self):
        """Open the dialogue that asks why."""
        self.ensure_one()
        return self.env["khbs.bkk.reason"]._ask(self, "action_refuse")

    # Business

    def _confirm(self):
        today = fields.Date.context_today(self)
        if not self.sudo().treasury_account:
            raise UserError(
                self.env._(
                    "%(payee)s has no account number yet.", payee=self.display_name
                )
            )
        if self.valid_from > today:
            raise UserError(
                self.env._(
                    "This account holds from %(day)s: confirm it on that day or later.",
                    day=words.date(self.valid_from),
                )
            )
        approvals = self.env["khbs.approval"]
        approvals._refuse_author(self, "confirmed")
        approvals._decide(self, "confirmed", VERIFIER, self._content_sha256())
        before = self.sudo().search(
            [("area_id", "=", self.area_id.id), ("state", "=", "confirmed")]
        )
        if before and before.valid_from > self.valid_from:
            raise UserError(
                self.env._(
                    "The account that is paid now holds from %(day)s. The new one "
                    "cannot begin before it.",
                    day=words.date(before.valid_from),
                )
            )
        before.write({"state": "replaced", "valid_to": self.valid_from})
        before.flush_recordset()
        self.sudo().write(
            {
                "state": "confirmed",
                "confirmed_by_id": self.env.uid,
                "confirmed_at": fields.Datetime.now(),
            }
        )
        self.flush_recordset()

    @api.model
    def _of(self, areas, day):
        """Return {area: payee} of the accounts that are paid on *day*."""
        payees = self.sudo().search(
            Domain("area_id", "in", areas.ids)
            & Domain("state", "in", ("confirmed", "replaced"))
            & Domain("valid_from", "<=", day)
            & (Domain("valid_to", "=", False) | Domain("valid_to", ">", day))
        )
        return {payee.area_id: payee for payee in payees}

    def _content_parts(self):
        account = self.sudo().treasury_account or ""
        return hashlib.sha256(account.encode()).hexdigest()

    @api.model
    def _refuse_creation(self):
        self.env["khbs.audit.event"]._require_group(PROPOSER, "khbs.bkk.payee.change")
