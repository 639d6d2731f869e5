# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Drop the indexes that no field declares any more; Odoo keeps such.

    The number of a household and the list of a line have a unique index as well; that
    of the state made every change of state write to every other index.
    """
    cr.execute(
        """
        DROP INDEX IF EXISTS khbs_household__name_index;
        DROP INDEX IF EXISTS khbs_household__state_index;
        DROP INDEX IF EXISTS khbs_recipient_line__list_id_index;
        """
    )
