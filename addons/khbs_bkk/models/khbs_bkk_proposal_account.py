# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class KhbsBkkProposalAccount(models.AbstractModel):
    """What an open accountability report holds up."""

    _name = "khbs.bkk.proposal.account"
    _description = "BKK proposal: accountability"

    def _check_not_blocked(self, stage):
        """Refuse *stage* (proposal, disbursement) while a late report blocks it."""
