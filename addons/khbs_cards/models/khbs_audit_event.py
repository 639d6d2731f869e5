# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class KhbsAuditEvent(models.Model):
    _inherit = "khbs.audit.event"

    # The last use of each key, among hundreds of thousands.
    _key_use = models.Index("((data ->> 'kid'), id) WHERE act = 'key.use'")
