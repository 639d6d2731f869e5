# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class KhbsAreaChange(models.Model):
    _inherit = "khbs.area.change"

    def _hand_over(self, former, successors):
        """Let the points that serve the village serve its successors too."""
        result = super()._hand_over(former, successors)
        points = self.env["khbs.point"].search([("village_ids", "in", former.ids)])
        for point in points:
            point.village_ids |= successors
        return result
