# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The programme's day: a card ends on the same day for everyone.

Users have zones of their own, and that of a device's user may be UTC.
"""

from odoo import fields

ZONE = "Asia/Pontianak"


def day_of(record, at=None):
    """Return the date in the province.

    :param record: any recordset, for its environment
    :param at: of when (UTC, naive), if not now in this transaction
    """
    at = at or record.env.cr.now()
    return fields.Date.context_today(record.with_context(tz=ZONE), at)
