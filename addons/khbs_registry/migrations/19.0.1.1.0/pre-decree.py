# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Say of every decree that it is signed by hand: so were all before.

    The default is given with the column, since a trigger refuses any UPDATE of a frozen
    decree.
    """
    cr.execute(
        """
        ALTER TABLE khbs_decree
            ADD COLUMN IF NOT EXISTS track varchar NOT NULL DEFAULT 'wet';
        ALTER TABLE khbs_decree ALTER COLUMN track DROP DEFAULT;
        """
    )
