# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Files of personal data that leave by one door, which records who took them."""

from odoo import fields
from odoo.tools import human_size


class HeldFile(fields.Binary):
    """A delivered file with personal numbers in it.

    Reading the field, by whatever method, gives its size. The content leaves by
    ``/web/content`` alone, where ``ir.binary`` records the download; its attachment
    is nobody's to read.

    :param rows: name of the field that counts the rows of the file
    """

    rows = None

    def convert_to_read(self, value, record, use_display_name=True):
        if not value or record.env.context.get("bin_size"):
            return super().convert_to_read(value, record, use_display_name)
        # Four characters of base64 are three bytes.
        return human_size(len(value) * 3 // 4)

    def convert_to_export(self, value, record):
        return ""
