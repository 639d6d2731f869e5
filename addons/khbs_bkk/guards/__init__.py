# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What the database itself refuses, whoever asks (DESIGN 4).

One module for each table; its statements are run by ``init()`` of the model.
"""

from .check import CHECK_GUARD, TEAM_GUARD
from .decree import CORRECTION_GUARD, DECREE_LINE_GUARD, MONTH_GUARD, PAYABLE_GUARD
from .disbursement import DISBURSEMENT_GUARD
from .holder import HOLDER_GUARD
from .line import LINE_GUARD
from .proposal import PROPOSAL_GUARD

__all__ = [
    "CHECK_GUARD",
    "CORRECTION_GUARD",
    "DECREE_LINE_GUARD",
    "DISBURSEMENT_GUARD",
    "HOLDER_GUARD",
    "LINE_GUARD",
    "MONTH_GUARD",
    "PAYABLE_GUARD",
    "PROPOSAL_GUARD",
    "TEAM_GUARD",
]
