# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The programme's day: a card ends on the same day for everyone.

Users have zones of their own, and that of a device's user may be UTC.
"""

from datetime import UTC

from odoo import fields

from odoo.addons.khbs_registry.papers.words import WIB


def day_of(at=None):
    """Return the date in the province.

    :param at: of when (UTC, naive), if not now
    """
    at = at or fields.Datetime.now()
    return at.replace(tzinfo=UTC).astimezone(WIB).date()
