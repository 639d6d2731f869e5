# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

# The tid of what is done in the backend, without a terminal or station.
OFFICE = "OFFICE"


class KhbsCardDevice(models.AbstractModel):
    """A row that knows the device it came from, said in words on the screens."""

    _name = "khbs.card.device"
    _description = "Row with the device that it came from"

    device_code = fields.Char(string="Device")
    device_name = fields.Char(
        compute="_compute_device_name",
        help="The code of the terminal or card station, or the office.",
    )

    @api.depends("device_code")
    def _compute_device_name(self):
        for row in self:
            at_office = row.device_code == OFFICE
            row.device_name = self.env._("Office") if at_office else row.device_code
