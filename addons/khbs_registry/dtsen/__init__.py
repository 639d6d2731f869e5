# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A DTSEN delivery: its columns, the checks of one row, the reasons of a refusal.

Nothing here knows Odoo or a database.
"""
