# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.tools import SQL


class KhbsCardListVersion(models.Model):
    _inherit = "khbs.card.list.version"

    @api.model
    def _referred(self):
        """Keep every version that a journal, a lease or a terminal names.

        Claims are judged by what the version held said, also years later.
        """
        return SQL(
            """(%s) OR list.code = '01' AND version.version IN (
                SELECT lst FROM khbs_journal_entry
                UNION SELECT list_min FROM khbs_lease
                UNION SELECT list_version FROM khbs_terminal
                UNION SELECT number FROM khbs_server_fact WHERE kind = 'list_reported'
            )""",
            super()._referred(),
        )
