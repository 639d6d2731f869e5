# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain


class KhbsBkkOwnAreas(models.AbstractModel):
    """Which regencies a report may speak of, and where its paper is filed."""

    _name = "khbs.bkk.own.areas"
    _description = "Areas of a BKK report"

    def _areas(self):
        """Return the regencies in the areas of the user."""
        return self.env["khbs.area"].search(
            Domain("level", "in", ("regency", "city"))
            & Domain("id", "child_of", self.env.user.khbs_area_ids.ids)
        )

    def _common_area(self):
        """Return the one regency of the user, or the province if it is his."""
        regencies = self._areas()
        if len(regencies) == 1:
            return regencies
        province = self.env.ref("khbs_registry.area_62")
        if province not in self.env.user.khbs_area_ids:
            raise UserError(self.env._("Choose one of your regencies."))
        return province

    def _refuse_foreign(self, area):
        """Refuse *area* unless it is a regency of the user; none is no refusal."""
        if area and not self._areas() & area:
            raise UserError(
                self.env._(
                    "%(area)s is not in your areas. Choose one of yours.",
                    area=area.name,
                )
            )
