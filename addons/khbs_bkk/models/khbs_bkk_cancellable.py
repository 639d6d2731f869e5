# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError

BANK_OFFICER = "khbs_registry.group_bank_officer"


class KhbsBkkCancellable(models.AbstractModel):
    """A row that is never changed; one typed wrongly is cancelled by a second person.

    The row stays with its reason, and what is right is entered anew beside it. The
    database holds the same (guards/disbursement.py).
    """

    _name = "khbs.bkk.cancellable"
    _description = "Row that is cancelled, never changed"

    cancelled_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    cancelled_at = fields.Datetime(readonly=True, copy=False)
    cancel_reason = fields.Char(string="Why cancelled", readonly=True, copy=False)

    _cancelled_whole = models.Constraint(
        "CHECK (cancelled_by_id IS NULL OR (cancelled_at IS NOT NULL "
        "AND length(trim(cancel_reason)) > 0))",
        "A cancelled row says when and why.",
    )
    _cancelled_by_another = models.Constraint(
        "CHECK (cancelled_by_id <> create_uid)",
        "Who registered it cannot cancel it; a second person must.",
    )

    def action_cancel(self, reason):
        """Cancel what a colleague registered wrongly, for *reason*."""
        events = self.env["khbs.audit.event"]
        act = f"{self._name}.cancel"
        events._require_group(BANK_OFFICER, act, self[:1])
        self.check_access("read")
        reason = " ".join((reason or "").split())
        if not reason:
            raise UserError(self.env._("Write why the entry is cancelled."))
        for record in self:
            if record.create_uid == self.env.user:
                events._record_refused(act, record, {"own": True})
                raise UserError(
                    self.env._(
                        "You registered %(entry)s; a second person must cancel it.",
                        entry=record.display_name,
                    )
                )
            record._cancel(reason)
            events._record(act, record, {"reason": reason})
        return True

    def action_ask_cancel(self):
        """Open the dialogue that asks why."""
        self.ensure_one()
        return self.env["khbs.bkk.reason"]._ask(self, "action_cancel")

    def _cancel(self, reason):
        self.ensure_one()
        if self.cancelled_by_id:
            raise UserError(
                self.env._("%(entry)s is cancelled already.", entry=self.display_name)
            )
        self.sudo().write(
            {
                "cancelled_by_id": self.env.uid,
                "cancelled_at": fields.Datetime.now(),
                "cancel_reason": reason,
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()
