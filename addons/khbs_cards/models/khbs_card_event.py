# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from odoo.addons.khbs_registry import append_only

from ..life_cycle import REASONS, STATES, STEPS


class KhbsCardEvent(models.Model):
    """One step of a card's story; never a name or NIK."""

    _name = "khbs.card.event"
    _description = "Card event"
    _order = "id desc"
    _rec_name = "to_state"
    _log_access = False

    card_id = fields.Many2one(
        comodel_name="khbs.card", required=True, index=True, ondelete="restrict"
    )
    at = fields.Datetime(required=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, ondelete="restrict"
    )
    device_code = fields.Char(
        string="Device", help="The terminal or card station that asked for it."
    )
    from_state = fields.Selection(selection=STATES)
    to_state = fields.Selection(selection=STATES, required=True)
    reason_code = fields.Selection(selection=REASONS + STEPS, string="Reason")
    data = fields.Json(help="Keys, hashes and coordinates.")

    # When a card was out of use: asked for each claim, and hardly a card ever was.
    _block_idx = models.Index(
        "(card_id) WHERE to_state IN ('suspended', 'revoked', 'expired') "
        "OR from_state = 'suspended'"
    )

    def init(self):
        append_only.install(self.env.cr, self._table)
