# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The wire forms of cards: what EDC_PROTOCOL fixes, without Odoo.

Nothing here imports ``odoo``; the reference clients implement the same document
with code of their own, and ``tests/vectors`` holds both together.
"""
