# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class KhbsBkkProposalMonths(models.AbstractModel):
    """Nobody is paid twice for a month."""

    _name = "khbs.bkk.proposal.months"
    _description = "BKK proposal: reserved months"

    def _reserve_months(self):
        """Reserve the approved months of each person; called by the last approval."""
