# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Forget the words of files, which the former version kept beside them.

    No file here is indexed any more: a delivery or a paper is full of people. A sealed
    file stays as it is; its trigger keeps the content and what it is bound to, and an
    index is neither.
    """
    cr.execute(
        """
        UPDATE ir_attachment SET index_content = NULL
        WHERE index_content IS NOT NULL
            AND (khbs_sealed OR res_model LIKE 'khbs.%')
        """
    )
