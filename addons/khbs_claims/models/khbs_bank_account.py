# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.identity_numbers import mask_account

from ..bank_layouts.records import RESULT_CODES

BANK_OFFICER = "khbs_registry.group_bank_officer"

# A number, once the bank gave it, stays: a new account is a new record.
TRIGGERS = """
CREATE OR REPLACE FUNCTION khbs_bank_account_fixed() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'The number of a bank account is fixed: close it, open another'
        USING ERRCODE = 'restrict_violation';
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER khbs_bank_account_fixed
    BEFORE UPDATE ON khbs_bank_account
    FOR EACH ROW WHEN (
        OLD.household_id <> NEW.household_id
        OR (OLD.account_number IS NOT NULL
            AND OLD.account_number IS DISTINCT FROM NEW.account_number)
    ) EXECUTE FUNCTION khbs_bank_account_fixed();
"""


class KhbsBankAccount(models.Model):
    """The account that a family's cash goes to; the bank's file brings its number."""

    _name = "khbs.bank.account"
    _inherit = ["khbs.guarded"]
    _description = "Bank account of a household"
    _order = "id"
    _rec_name = "account_masked"

    _guarded_fields = (
        "household_id",
        "account_number",
        "account_name",
        "state",
        "reason_code",
    )
    _editable_states = None

    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="restrict"
    )
    # Whole in the file to the bank alone, whose download is recorded.
    account_number = fields.Char(copy=False, groups=fields.NO_ACCESS)
    account_masked = fields.Char(
        string="Account", compute="_compute_account_masked", compute_sudo=True
    )
    account_name = fields.Char(string="Name at the bank")
    state = fields.Selection(
        selection=[
            ("requested", "Requested"),
            ("active", "Active"),
            ("failed", "Failed"),
            ("closed", "Closed"),
        ],
        required=True,
        readonly=True,
        default="requested",
        index=True,
    )
    reason_code = fields.Selection(
        selection=RESULT_CODES, string="Reason", readonly=True
    )

    _household_uniq = models.UniqueIndex(
        "(household_id) WHERE state <> 'closed'",
        "This household has an account. Close it before another is opened.",
    )
    _number_uniq = models.UniqueIndex(
        "(account_number) WHERE state <> 'closed'",
        "This account belongs to another household.",
    )
    _number_form = models.Constraint(
        "CHECK (account_number ~ '^[0-9]{1,35}$')",
        "An account number has digits only.",
    )
    _active_has_number = models.Constraint(
        "CHECK (state <> 'active' OR account_number IS NOT NULL)",
        "An active account has a number.",
    )

    def init(self):
        self.env.cr.execute(TRIGGERS)

    @api.depends("account_number")
    def _compute_account_masked(self):
        for account in self:
            account.account_masked = mask_account(account.account_number)

    def action_confirm(self):
        """Use these accounts again: the bank or the family mended what was wrong."""
        self._move("bank.account.confirm", ("failed",), "active")

    def action_close(self):
        """Close these accounts; the family can then get another one."""
        self._move("bank.account.close", ("active", "failed"), "closed")

    def _move(self, act, states, target):
        events = self.env["khbs.audit.event"]
        events._require_group(BANK_OFFICER, act, self)
        self.lock_for_update(allow_referencing=True)
        self._require_state(*states)
        for account in self:
            if target == "active" and not account.sudo().account_number:
                raise UserError(
                    self.env._(
                        "The bank gave this account no number. Close it and order "
                        "another one."
                    )
                )
            account.sudo().write({"state": target, "reason_code": False})
            events._record(act, account)
