# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import UserError

from .. import draw
from ..quotas import Waiting

OPERATOR = "khbs_registry.group_registry_operator"


class KhbsRecipientMoves(models.AbstractModel):
    """What a decided list knows of the families that leave it or wait for it."""

    _name = "khbs.recipient.moves"
    _description = "Recipient list: who leaves and who waits"

    def action_fill_places(self):
        """Release the families that left and promote waiting ones, as one draft."""
        self.ensure_one()
        record = self._checked(OPERATOR, "recipient_list.fill", "read")
        amendment = self.env["khbs.recipient.amendment"]._open_for(record)
        released = amendment._release_left()
        promoted = amendment._promote_waiting()
        if not amendment.change_ids:
            raise UserError(
                self.env._(
                    "No family of the list has left and no place is free that a "
                    "waiting family could take."
                )
            )
        self.env["khbs.audit.event"]._record(
            "recipient_list.fill", record, {"released": released, "promoted": promoted}
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.recipient.amendment",
            "res_id": amendment.id,
            "views": [(False, "form")],
        }

    def _lines_left(self):
        """Return the lines with a place whose family has left, not yet released."""
        self.ensure_one()
        lines = self.env["khbs.recipient.line"].search(
            [
                ("list_id", "=", self.id),
                ("household_id.state", "=", "exited"),
                "|",
                ("status", "=", "selected"),
                ("change_ids.kind", "=", "promotion"),
                "!",
                ("change_ids.kind", "=", "release"),
            ],
            order="area_id, rank",
        )
        return lines.filtered(
            lambda line: line._present_standing() in ("selected", "promoted")
        )

    def _waiting_families(self, quotas):
        """Return the waiting families that may take a place of *quotas*."""
        self.ensure_one()
        lines = self.env["khbs.recipient.line"].search(
            [
                ("list_id", "=", self.id),
                ("regency_id", "in", quotas.regency_id.ids),
                ("status", "=", "waiting"),
                ("change_ids", "=", False),
                ("household_id.state", "=", "eligible"),
                ("household_id.active", "=", True),
            ]
        )
        return [
            Waiting(
                key=line,
                village=line.area_id.code,
                order=draw.order(
                    self.seed,
                    line.household_id.name,
                    int(line.decile),
                    line.verified,
                    line.member_count,
                ),
            )
            for line in lines
        ]
