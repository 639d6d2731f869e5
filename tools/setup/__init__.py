# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Set-up of Odoo, PostgreSQL and KHBS on a bare Debian machine.

Runs on Debian's own python3 and the standard library alone: it is what brings the
rest. Every module does one step; ``run`` and ``test`` put the steps in order.
"""
