# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""JSON-RPC 2.0 and the device's authentication, apart from Odoo's own dispatchers.

``dispatcher`` knows no Odoo and no method; ``authentication`` and ``methods`` use
the environment of the request.
"""
