# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsEntitlement(models.Model):
    _inherit = "khbs.entitlement"

    hold_ids = fields.One2many(
        comodel_name="khbs.lease.hold",
        inverse_name="entitlement_id",
        string="Held by",
    )

    def _held(self):
        holds = (
            self.env["khbs.lease.hold"]
            .sudo()
            .search([("entitlement_id", "in", self.ids)])
        )
        return super()._held() | holds.entitlement_id.with_env(self.env)

    def _open_for(self, household, terminal):
        """Return what *household* may still receive, as edc.card.info tells it.

        :param terminal: an entitlement that another one holds carries ``held``
        """
        today = fields.Date.context_today(self.with_context(tz="Asia/Pontianak"))
        found = self.search(
            [
                ("household_id", "=", household.id),
                ("state", "=", "open"),
                ("round_id.state", "=", "open"),
                ("round_id.date_from", "<=", today),
                ("round_id.date_to", ">=", today),
                ("channel", "!=", "account"),
            ]
        )
        return [
            {
                "e": each.number,
                "b": each.benefit_id.code,
                "p": each.round_id.code,
                "a": each.amount,
                "until": each.round_id.until,
                "cvm": each.benefit_id.cvm,
                "label": each.benefit_id.with_context(lang="id_ID").name,
                **({"held": True} if each.hold_ids.terminal_id - terminal else {}),
            }
            for each in found
        ]
