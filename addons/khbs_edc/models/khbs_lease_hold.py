# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


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

    @api.model
    def _cron_free(self):
        """Remove the holds of terminals that stayed silent beyond their leases."""
        self.env.cr.execute(
            "DELETE FROM khbs_lease_hold WHERE free_at < now() AT TIME ZONE 'UTC'"
        )
        self.invalidate_model()
