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
        group = PROPOSER if self.env.user.has_group(PROPOSER) else VERIFIER
        events._require_group(group, act, self[:1])
        self.check_access("read")
        self._require_seen()
        for holder in self:
            changed_by = holder.sudo().account_changed_by_id
            if not holder.account_pending:
                raise UserError(
                    self.env._(
                        "The account of %(name)s waits for nobody.", name=holder.name
                    )
                )
            if changed_by == self.env.user:
                events._record_refused(act, holder, {"own": True})
                raise UserError(
                    self.env._(
                        "You changed the account of %(name)s; a second person must "
                        "confirm it.",
                        name=holder.name,
                    )
                )
            holder.sudo().account_confirmed_by_id = self.env.user
            events._record(act, holder, {"sha256": holder._account_sha256()})
        self.env.flush_all()
        return True

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
