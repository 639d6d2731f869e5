# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError

from .khbs_decree_sign import APPROVER

_COUNTED = ("frozen", "in_force", "revoked")


class KhbsDecreeWithdraw(models.AbstractModel):
    """The way out for a frozen decree that nobody will sign.

    While it waits for its signature it holds what it commits of the budget, and its
    document cannot be decreed anew. An approver who did not freeze it withdraws it,
    with a reason; the frozen PDF stays as evidence, and its number stays used.
    """

    _name = "khbs.decree.withdraw"
    _description = "Decree: withdrawn before it was signed"

    withdrawn_reason = fields.Char(string="Why withdrawn", readonly=True, copy=False)
    withdrawn_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    withdrawn_at = fields.Datetime(readonly=True, copy=False)

    _withdrawn_whole = models.Constraint(
        "CHECK (state <> 'withdrawn' OR (withdrawn_reason IS NOT NULL AND "
        "withdrawn_by_id IS NOT NULL AND withdrawn_by_id <> frozen_by_id))",
        "Who withdraws a decree says why, and is not who froze it.",
    )

    def action_open_withdrawal(self):
        """Open the form on which an approver says why nobody will sign it."""
        return self._open_signing("withdraw", self.env._("Withdraw"))

    def action_withdraw(self, reason):
        """Withdraw a frozen decree that nobody signed, and free what it holds.

        :param reason: why it will not be signed
        """
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        events._require_group(APPROVER, "decree.withdraw", self)
        self.check_access("read")
        self._lock_in("frozen")
        decree = self.sudo()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why this decree will not be signed."))
        if decree.frozen_by_id == self.env.user:
            self.env["khbs.approval"]._refuse_own_work(self, "withdrawn")
        decree._check_withdrawable()
        self.env["khbs.approval"]._decide(
            self,
            "withdrawn",
            APPROVER,
            decree.frozen_sha256,
            note=reason,
            round_number=decree._rounds_count() + 1,
        )
        decree.env.flush_all()
        decree.write(
            {
                "state": "withdrawn",
                "withdrawn_reason": reason,
                "withdrawn_by_id": self.env.uid,
                "withdrawn_at": fields.Datetime.now(),
            }
        )
        decree.flush_recordset()
        decree._free_documents()
        return True

    # Business

    def _free_documents(self):
        """Let what this decree decided on be decreed anew.

        An addon whose documents point to their decree frees its own.
        """
        amendments = self.env["khbs.recipient.amendment"]
        amendments.search([("decree_id", "=", self.id)]).decree_id = False

    def _rounds_count(self):
        """Return in how many rounds this decree has been decided on."""
        [(last,)] = (
            self.env["khbs.approval"]
            .sudo()
            ._read_group(
                [("model", "=", "khbs.decree"), ("res_id", "=", self.id)],
                aggregates=["round_number:max"],
            )
        )
        return last or 0

    def _check_withdrawable(self):
        """Refuse to take an amendment from under those that were frozen after it."""
        if self.budget_line_id:
            self.budget_line_id._lock_line()
        original = self.amends_id
        if not original:
            return
        original._lock_in("in_force")
        later = original.amended_by_ids.filtered(
            lambda one: (
                one.state in _COUNTED
                and (str(one.frozen_at or ""), one.id) > (str(self.frozen_at), self.id)
            )
        )
        if later:
            raise UserError(
                self.env._(
                    "%(decree)s was frozen later and counts this amendment in its "
                    "title. Withdraw that one first.",
                    decree=later[0].display_name,
                )
            )
