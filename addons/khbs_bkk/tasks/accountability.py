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
               CASE r.state WHEN 'draft' THEN 'account' ELSE 'accept_report'
                    END AS kind,
               CASE r.state WHEN 'draft' THEN 'submitted' ELSE 'accepted' END AS step,
               %(nobody)s AS makers,
               r.regency_id, coalesce(r.submitted_at, r.create_date) AS since,
               CASE r.state WHEN 'draft' THEN r.due_date END AS due_date
          FROM khbs_bkk_accountability r
         WHERE r.state = 'submitted' OR (r.state = 'draft' AND r.received_amount > 0)
        """,
        nobody=NOBODY,
    )
