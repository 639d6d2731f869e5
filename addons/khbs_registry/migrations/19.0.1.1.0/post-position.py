# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Nobody lives at 0/0: it was written where a family has no position."""
    cr.execute(
        """
        UPDATE khbs_household SET latitude = NULL, longitude = NULL, accuracy_m = NULL
        WHERE latitude = 0 AND longitude = 0
        """
    )
