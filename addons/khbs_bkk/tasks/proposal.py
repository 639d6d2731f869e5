# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Proposals, from the draft to the decree."""

from odoo.tools import SQL

from ..terms import BARRED_BY
from .makers import of_acts


def query():
    """Return the tasks of proposals that wait for a person."""
    return SQL(
        """
        SELECT CASE p.state WHEN 'draft' THEN 1 WHEN 'proposed' THEN 2
                    WHEN 'verified' THEN 3 WHEN 'endorsed' THEN 4 ELSE 5 END AS slot,
               'khbs.bkk.proposal' AS model, p.id AS res_id,
               CASE p.state
                   WHEN 'draft' THEN CASE WHEN p.round_number > 1 THEN 'mend'
                                          ELSE 'propose' END
                   WHEN 'proposed' THEN 'verify'
                   WHEN 'verified' THEN 'approve'
                   WHEN 'endorsed' THEN 'approve_second'
                   ELSE 'draft_decree' END AS kind,
               CASE p.state WHEN 'draft' THEN 'proposed' WHEN 'proposed' THEN 'verified'
                   WHEN 'approved' THEN NULL ELSE 'approved' END AS step,
               CASE p.state WHEN 'proposed' THEN %(builders)s
                   WHEN 'verified' THEN %(judges)s WHEN 'endorsed' THEN %(judges)s
                   END AS makers,
               p.regency_id, p.stage_since AS since, p.due_date
          FROM khbs_bkk_proposal p
         WHERE p.state IN ('draft', 'proposed', 'verified', 'endorsed')
            OR (p.state = 'approved' AND p.decree_id IS NULL)
        """,
        builders=of_acts("p", "khbs.bkk.proposal", list(BARRED_BY["verified"])),
        judges=of_acts("p", "khbs.bkk.proposal", list(BARRED_BY["approved"])),
    )
