# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import datetime

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

# States in which a delivery has written, or is about to write, into the registry.
WRITTEN = ("applying", "applied", "partly")
# DTSEN is of 2025.
FIRST_YEAR = 2025


class KhbsDtsenScope(models.AbstractModel):
    """Which areas and which quarter a delivery speaks of."""

    _name = "khbs.dtsen.scope"
    _description = "DTSEN delivery: its areas and quarter"

    @api.constrains("year", "quarter", "cutoff_date")
    def _check_quarter(self):
        """No typing error closes an area to all quarters, nor all that was verified."""
        today = fields.Date.context_today(self)
        for delivery in self:
            if not FIRST_YEAR <= delivery.year <= today.year + 1:
                raise ValidationError(
                    self.env._(
                        "DTSEN has no year %(year)s. Look at the year and the quarter.",
                        year=delivery.year,
                    )
                )
            month = 3 * int(delivery.quarter)
            following = datetime.date(delivery.year + month // 12, month % 12 + 1, 1)
            if delivery.cutoff_date >= following or delivery.cutoff_date > today:
                raise ValidationError(
                    self.env._(
                        "The cut-off lies after its quarter, or after today: nobody "
                        "knew then what will be verified here."
                    )
                )

    def _scope_areas(self):
        return self.area_id | self.further_area_ids

    def _scope_patterns(self):
        """Return what the path of an area inside the scope is LIKE."""
        return [f"{path}%" for path in self._scope_areas().mapped("parent_path")]

    def _quarter_key(self):
        """Return the quarter as a text that sorts in its order: 2026-1."""
        self.ensure_one()
        return f"{self.year:04d}-{self.quarter}"

    def _require_own_scope(self):
        """Nobody brings families of an area that is not theirs."""
        self.ensure_one()
        if self.env.uid == SUPERUSER_ID:
            return
        own = tuple(self.env.user.khbs_area_ids.mapped("parent_path"))
        for area in self._scope_areas():
            if not area.parent_path.startswith(own):
                raise AccessError(
                    self.env._(
                        "%(area)s lies outside your areas.", area=area.display_name
                    )
                )

    def _refuse_older_quarter(self):
        """A delivery never goes back behind one applied in its areas."""
        self.ensure_one()
        areas = self._scope_areas()
        written = self.search(
            [("state", "in", WRITTEN), ("id", "!=", self.id)]
        ).filtered(lambda other: other._quarter_key() > self._quarter_key())
        for later in written:
            others = later._scope_areas()
            if any(
                one.parent_path.startswith(other.parent_path)
                or other.parent_path.startswith(one.parent_path)
                for one in areas
                for other in others
            ):
                raise UserError(
                    self.env._(
                        "%(other)s of quarter %(quarter)s/%(year)s is applied already "
                        "in this area; an older quarter cannot follow it.",
                        other=later.name,
                        quarter=later.quarter,
                        year=later.year,
                    )
                )
