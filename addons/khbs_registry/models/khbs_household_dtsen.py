# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsHouseholdDtsen(models.AbstractModel):
    """What a household knows of the deliveries that name it."""

    _name = "khbs.household.dtsen"
    _description = "Household: its deliveries of DTSEN"

    dtsen_import_id = fields.Many2one(
        comodel_name="khbs.dtsen.import",
        string="Last delivery",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The first one of the latest quarter that named the family, or the last "
        "that changed it.",
    )
    dtsen_quarter = fields.Char(
        string="DTSEN quarter",
        readonly=True,
        copy=False,
        help="Latest quarter, as 2026-1, of which a delivery named the family.",
    )
    dtsen_gone_on = fields.Date(
        string="Gone from DTSEN on",
        readonly=True,
        copy=False,
        help="A full delivery of its area no longer named the family. Empty again as "
        "soon as a later one does.",
    )
    local_value_ids = fields.One2many(
        comodel_name="khbs.local.value",
        inverse_name="household_id",
        string="Verified here",
        domain=[("current", "=", True)],
    )

    def _head_changed_by(self, delivery):
        """Act on what names the former heads of these families.

        The addons above extend it, as they do for a family event.

        :param delivery: the khbs.dtsen.import that names other heads
        """
