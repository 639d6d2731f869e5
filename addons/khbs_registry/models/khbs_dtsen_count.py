# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsDtsenCount(models.Model):
    """What a delivery would do in one kabupaten or kota, in numbers of families."""

    _name = "khbs.dtsen.count"
    _description = "Families of a delivery by regency"
    _order = "import_id, regency_id"
    _rec_name = "regency_id"
    _log_access = False

    import_id = fields.Many2one(
        comodel_name="khbs.dtsen.import", required=True, index=True, ondelete="cascade"
    )
    regency_id = fields.Many2one(comodel_name="khbs.area")
    new_count = fields.Integer(string="New")
    changed_count = fields.Integer(string="Changed")
    unchanged_count = fields.Integer(string="Unchanged")
    gone_count = fields.Integer(string="Gone")
    rejected_count = fields.Integer(string="Refused")
    decile_moved_count = fields.Integer(string="Decile moved")
    village_moved_count = fields.Integer(string="Village moved")
    excluded_count = fields.Integer(string="Now excluded")
    held_count = fields.Integer(string="Verified here")
