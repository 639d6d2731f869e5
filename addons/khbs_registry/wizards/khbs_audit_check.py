# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsAuditCheck(models.TransientModel):
    """What a verification of the audit chain found."""

    _name = "khbs.audit.check"
    _description = "Verification of the audit chain"
    _rec_name = "head"

    count = fields.Integer(string="Links verified", readonly=True)
    head = fields.Char(
        string="Head of the chain", readonly=True, help="Last link that holds."
    )
    broken_seq = fields.Integer(string="First broken link", readonly=True)
    reason = fields.Selection(
        selection=[
            ("link_missing", "A link is missing"),
            ("event_missing", "The event of a link is missing"),
            ("order_changed", "A link does not follow the one before"),
            ("event_changed", "The event was changed after it was sealed"),
        ],
        readonly=True,
    )
    unsealed = fields.Integer(string="Events not yet sealed", readonly=True)
    unsealed_since = fields.Datetime(string="Oldest of them", readonly=True)
