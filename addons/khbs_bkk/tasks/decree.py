# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Decrees on BKK, from the draft to the registered signature."""

from odoo.tools import SQL


def query():
    """Return the tasks of decrees that are not in force yet.

    A decree that decides proposals is due with the first of them.
    """
    return SQL(
        """
        SELECT CASE WHEN d.state = 'frozen' THEN 8 WHEN decided.at IS NULL THEN 6
                    ELSE 7 END AS slot,
               'khbs.decree' AS model, d.id AS res_id,
               CASE WHEN d.state = 'frozen' THEN 'register_decree'
                    WHEN decided.at IS NULL THEN 'decide_decree'
                    ELSE 'freeze_decree' END AS kind,
               CASE WHEN d.state = 'draft' AND decided.at IS NULL THEN 'approved'
                    END AS step,
               CASE WHEN d.state = 'draft' AND decided.at IS NULL THEN %(writers)s
                    END AS makers,
               d.area_id AS regency_id,
               coalesce(d.frozen_at, decided.at, d.create_date) AS since,
               (SELECT min(p.due_date) FROM khbs_bkk_proposal p
                 WHERE p.decree_id = d.id) AS due_date
          FROM khbs_decree d
     LEFT JOIN LATERAL (
                   SELECT max(at) AS at FROM khbs_approval
                    WHERE model = 'khbs.decree' AND res_id = d.id
                      AND step = 'approved'
               ) decided ON true
         WHERE d.kind = 'bkk' AND d.state IN ('draft', 'frozen')
        """,
        # As khbs.decree names them: who drafted it, and who wrote in it.
        writers=SQL(
            """
            ARRAY(SELECT d.drafted_by_id
                   UNION SELECT w.res_users_id FROM khbs_decree_writer_rel w
                          WHERE w.khbs_decree_id = d.id
                   UNION SELECT unnest(ARRAY[c.create_uid, c.write_uid])
                           FROM khbs_decree_clause c WHERE c.decree_id = d.id)
            """
        ),
    )
