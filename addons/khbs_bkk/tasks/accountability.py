# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""LPJ, from the first SP2D to their acceptance."""

from odoo.tools import SQL

from .makers import NOBODY


def query():
    """Return the tasks of LPJ that are not accepted yet.

    An LPJ is late while it is a draft; to accept it has no day. Of nothing received
    nothing is to be accounted.
    """
    return SQL(
        """
        SELECT CASE r.state WHEN 'draft' THEN 20 ELSE 21 END AS slot,
               'khbs.bkk.accountability' AS model, r.id AS res_id,
               CASE WHEN r.state = 'submitted' THEN 'accept_report'
                    WHEN back.at IS NULL THEN 'account' ELSE 'mend_report'
                    END AS kind,
               CASE r.state WHEN 'draft' THEN 'submitted' ELSE 'accepted' END AS step,
               %(nobody)s AS makers,
               r.regency_id,
               coalesce(r.submitted_at, back.at, r.create_date) AS since,
               CASE r.state WHEN 'draft' THEN r.due_date END AS due_date
          FROM khbs_bkk_accountability r
     LEFT JOIN LATERAL (
                   SELECT max(at) AS at FROM khbs_approval
                    WHERE model = 'khbs.bkk.accountability' AND res_id = r.id
                      AND step = 'returned' AND round_number = r.round_number - 1
               ) back ON true
         WHERE r.state = 'submitted' OR (r.state = 'draft' AND r.received_amount > 0)
        """,
        nobody=NOBODY,
    )
