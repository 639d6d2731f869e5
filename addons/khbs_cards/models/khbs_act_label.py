# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class KhbsActLabel(models.AbstractModel):
    """What is done to cards alone."""

    _inherit = "khbs.act.label"

    @api.model
    def _verbs(self):
        return {
            **super()._verbs(),
            "acknowledge": self.env._("signature entered"),
            "active": self.env._("back in use"),
            "destroyed": self.env._("written off"),
            "expired": self.env._("validity ended"),
            "replacement": self.env._("new card ordered"),
            "reported": self.env._("reported"),
            "seen": self.env._("looked at"),
            "shipped": self.env._("sent to the village"),
            "printed": self.env._("printed"),
            "list": self.env._("list made"),
            "redact": self.env._("names and pictures removed"),
            "retention": self.env._("names and pictures removed when due"),
            "redraw": self.env._("drawn anew"),
            "receipt": self.env._("receipt printed"),
            "witnessed": self.env._("witnessed"),
        }
