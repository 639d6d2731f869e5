# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Corrections of a signed decree: to be checked, then to be drafted as amendment."""

from odoo.tools import SQL

from .makers import of_acts


def query():
    """Return the tasks of corrections that no amendment carries yet."""
    return SQL(
        """
        SELECT CASE c.state WHEN 'proposed' THEN 40 ELSE 41 END AS slot,
               'khbs.bkk.correction' AS model, c.id AS res_id,
               CASE c.state WHEN 'proposed' THEN 'check_correction'
                    ELSE 'draft_amendment' END AS kind,
               CASE c.state WHEN 'proposed' THEN 'accepted' END AS step,
               CASE c.state WHEN 'proposed' THEN %(makers)s END AS makers,
               c.regency_id, coalesce(c.checked_at, c.write_date) AS since,
               NULL::date AS due_date
          FROM khbs_bkk_correction c
         WHERE c.state = 'proposed' OR (c.state = 'accepted' AND c.decree_id IS NULL)
        """,
        makers=of_acts("c", "khbs.bkk.correction", ["khbs.bkk.correction.change"]),
    )
