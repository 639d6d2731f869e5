# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Money: whole rupiah, never a fraction (DESIGN 4.6)."""

from odoo import fields


class Rupiah(fields.Integer):
    """An amount in whole rupiah.

    One round alone is more than a 32-bit column holds (Rp111,773,600,000), so the
    column is 64 bits wide. To the client it is an integer like any other.
    """

    _column_type = ("int8", "int8")
