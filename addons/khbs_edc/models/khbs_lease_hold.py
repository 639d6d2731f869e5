# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from .khbs_terminal import GROUP

REASONS = [
    ("broken", "Terminal out of order"),
    ("lost", "Terminal lost"),
    ("silent", "Terminal without contact"),
    ("given_up", "Given up at the counter"),
]


class KhbsLeaseHold(models.Model):
    """Which terminal alone may pay an entitlement: never two (DESIGN 4.3)."""

    _name = "khbs.lease.hold"
    _description = "Hold on an entitlement"
    _rec_name = "entitlement_id"
    _log_access = False

    entitlement_id = fields.Many2one(
        comodel_name="khbs.entitlement", required=True, ondelete="restrict"
    )
    area_id = fields.Many2one(related="entitlement_id.area_id")
    kind = fields.Selection(
        selection=[("lease", "Lease"), ("auth", "Online authorisation")], required=True
    )
    terminal_id = fields.Many2one(
        comodel_name="khbs.terminal", required=True, index=True, ondelete="restrict"
    )
    free_at = fields.Datetime(
        help="When a silent terminal's hold ends; empty: only by its journal."
    )

    _entitlement_uniq = models.Constraint(
        "UNIQUE (entitlement_id)", "A terminal holds this entitlement."
    )

    def action_release(self, reason):
        """End these holds, so that the families may be served elsewhere.

        What a broken terminal authorised and never wrote down would otherwise be held
        for ever. Should its claim arrive all the same, settlement knows what to do.

        :param reason: code of REASONS
        """
        events = self.env["khbs.audit.event"]
        events._require_group(GROUP, "hold.release")
        self.check_access("read")
        if reason not in dict(REASONS):
            raise UserError(self.env._("Choose one of the listed reasons."))
        holds = self.sudo()
        holds.lock_for_update()
        for hold in holds:
            hold._refuse_release()
            data = {"e": hold.entitlement_id.number, "kind": hold.kind}
            data |= {"terminal": hold.terminal_id.code, "reason": reason}
            events._record("hold.release", hold.entitlement_id, data)
        holds.unlink()
        return True

    def _refuse_release(self):
        """Raise UserError while the terminal may still be handing over."""
        self.ensure_one()
        if self.kind == "lease" and self.terminal_id.state == "active":
            raise UserError(
                self.env._(
                    "%(terminal)s pays by its lease. Suspend it or report its loss "
                    "first, or wait until the hold ends.",
                    terminal=self.terminal_id.code,
                )
            )
        running = self.env["khbs.authorisation"].search_count(
            [
                ("terminal_id", "=", self.terminal_id.id),
                ("entitlement_id", "=", self.entitlement_id.id),
                ("exp", ">", fields.Datetime.now()),
            ],
            limit=1,
        )
        if running:
            raise UserError(
                self.env._(
                    "%(terminal)s may be handing over just now. Try again in ten "
                    "minutes.",
                    terminal=self.terminal_id.code,
                )
            )

    @api.model
    def _cron_free(self):
        """Remove the holds of terminals that stayed silent beyond their leases."""
        self.env.cr.execute(
            "DELETE FROM khbs_lease_hold WHERE free_at < now() AT TIME ZONE 'UTC'"
        )
        self.invalidate_model()
