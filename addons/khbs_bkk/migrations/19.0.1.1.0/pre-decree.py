# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Say of the decrees there are that their annexes have the former form.

    The value comes with the column, for a frozen decree is not updated.
    """
    cr.execute(
        """
        ALTER TABLE khbs_decree
            ADD COLUMN IF NOT EXISTS bkk_annex_form integer DEFAULT 1;
        ALTER TABLE khbs_decree ALTER COLUMN bkk_annex_form DROP DEFAULT;
        """
    )
