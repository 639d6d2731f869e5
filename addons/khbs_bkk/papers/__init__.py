# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tables of BKK papers, plain of Odoo.

Legal papers are written in Indonesian directly (DESIGN 7). One module for each kind;
it is used by its name, as in ``papers.annexes.recap_annex``.
"""

from . import (
    accountability,
    annexes,
    former_annexes,
    minutes,
    nominative,
    payment_list,
    report,
    request,
)
