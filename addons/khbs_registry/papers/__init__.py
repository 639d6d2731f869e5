# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The report engine: tables and prose on official paper (DESIGN 7).

Plain Python: nothing here knows Odoo. Modules are imported one by one, because
WeasyPrint takes long to load and only prose needs it.
"""
