# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..terms import PROPOSER

VERIFIER = "khbs_registry.group_bkk_verifier"
# Where the money of a person is sent, and in whose name.
ACCOUNT = {"bank_name", "bank_account", "bank_account_name"}


class KhbsBkkHolderAccount(models.AbstractModel):
    """The account of whom a decree names: changed by one, confirmed by another.

    Until a second person has looked at the change the person's payment is held
    (12.43). The database marks the change, whatever the way it came (guards/holder.py).
    """

    _name = "khbs.bkk.holder.account"
    _inherit = ["khbs.approvable"]
    _description = "BKK holder: account that changed"

    account_changed_by_id = fields.Many2one(
        comodel_name="res.users",
        string="Account changed by",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="While a decree that names the person was still to be paid.",
    )
    account_changed_at = fields.Datetime(readonly=True, copy=False)
    account_confirmed_by_id = fields.Many2one(
        comodel_name="res.users",
        string="Account confirmed by",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    account_pending = fields.Boolean(
        string="Account to be confirmed",
        compute="_compute_account_pending",
        search="_search_account_pending",
    )

    _account_second_person = models.Constraint(
        "CHECK (account_confirmed_by_id <> account_changed_by_id)",
        "Who changed the account cannot confirm it; a second person must.",
    )

    @api.depends("account_changed_by_id", "account_confirmed_by_id")
    def _compute_account_pending(self):
        for holder in self:
            holder.account_pending = bool(
                holder.account_changed_by_id and not holder.account_confirmed_by_id
            )

    def _search_account_pending(self, operator, value):
        if operator != "in":
            return NotImplemented
        pending = [
            ("account_changed_by_id", "!=", False),
            ("account_confirmed_by_id", "=", False),
        ]
        return pending if True in value else ["!", "&", *pending]

    def write(self, vals):
        if not vals.keys() & ACCOUNT:
            return super().write(vals)
        self.env.flush_all()
        [[since]] = self.env.execute_query(
            SQL("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
        )
        result = super().write(vals)
        self._note_account_changes(since)
        return result

    def action_confirm_account(self):
        """Confirm the changed accounts as a second person, against their papers."""
        act = "khbs.bkk.holder.account.confirm"
        events = self.env["khbs.audit.event"]
        events._require_group(self._confirming_group(), act, self[:1])
        self.check_access("read")
        self._require_seen()
        waiting = self.filtered("account_pending")
        if self - waiting:
            raise UserError(
                self.env._(
                    "The account of %(name)s waits for nobody.",
                    name=self._some_names(self - waiting),
                )
            )
        own = self.filtered(
            lambda holder: holder.sudo().account_changed_by_id == self.env.user
        )
        if own:
            events._record_refused(act, own, {"own": True})
            raise UserError(
                self.env._(
                    "You changed the account of %(name)s; a second person must "
                    "confirm it.",
                    name=self._some_names(own),
                )
            )
        self.sudo().write({"account_confirmed_by_id": self.env.uid})
        events._record_each(
            act, {holder: {"sha256": holder._account_sha256()} for holder in self}
        )
        self.env.flush_all()
        return True

    def action_ask_confirm_accounts(self):
        """Open the dialogue that shows these accounts together, to confirm them."""
        events = self.env["khbs.audit.event"]
        events._require_group(
            self._confirming_group(), "khbs.bkk.holder.account.confirm", self[:1]
        )
        return self.env["khbs.bkk.account.confirmation"]._ask(self)

    def _confirming_group(self):
        """Return the role by which the user confirms: a colleague's or the province's.

        Who changed an account never confirms it, whatever his role.
        """
        return PROPOSER if self.env.user.has_group(PROPOSER) else VERIFIER

    @api.model
    def _some_names(self, holders, most=10):
        """Return names of *holders* for a sentence, not more than *most*."""
        names = ", ".join(holders[:most].mapped("name"))
        more = len(holders) - most
        if more <= 0:
            return names
        return self.env._("%(names)s and %(count)s more", names=names, count=more)

    @api.model
    def _pending_accounts(self, regency):
        """Return the action that lists the accounts of *regency* that wait."""
        view = self.env.ref("khbs_bkk.khbs_bkk_holder_view_list_account")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Accounts to be confirmed"),
            "res_model": "khbs.bkk.holder",
            "view_mode": "list,form",
            "views": [(view.id, "list"), (False, "form")],
            "domain": [("regency_id", "=", regency.id)],
            "context": {"search_default_account_for_me": 1, "active_test": False},
        }

    def _note_account_changes(self, since=None):
        """Record whose account the database marked as changed.

        :param since: from this moment on; by default in this transaction
        """
        self.env.flush_all()
        self.invalidate_recordset()
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM khbs_bkk_holder
                 WHERE id = ANY(%s) AND account_changed_at
                       >= coalesce(%s, now() AT TIME ZONE 'UTC')
                """,
                self.ids,
                since,
            )
        )
        for [holder_id] in self.env.cr.fetchall():
            holder = self.browse(holder_id)
            self.env["khbs.audit.event"]._record(
                "khbs.bkk.holder.account",
                holder,
                {"sha256": holder._account_sha256()},
            )

    def _account_sha256(self):
        """Return the digest of where the money is sent, which tells no number."""
        holder = self.sudo()
        parts = [holder[name] or "" for name in sorted(ACCOUNT)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _content_parts(self):
        return self._account_sha256()
