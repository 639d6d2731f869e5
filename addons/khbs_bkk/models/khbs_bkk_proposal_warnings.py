# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools import SQL


class KhbsBkkProposalWarnings(models.AbstractModel):
    """What the roster lets someone look at twice before it is proposed."""

    _name = "khbs.bkk.proposal.warnings"
    _description = "BKK proposal: warnings"

    def _make_warnings(self):
        """Mark the lines of persons in two roles and of part of the period."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE khbs_bkk_proposal_line l
                   SET warning = nullif(concat_ws(', ',
                           CASE WHEN s.roles > 1 THEN 'TWO_ROLES' END,
                           CASE WHEN s.months < 3 THEN 'PART_PERIOD' END), '')
                  FROM (
                    SELECT l.id,
                           sum(l.months) OVER (PARTITION BY l.holder_id) AS months,
                           (SELECT count(DISTINCT o.role_id)
                              FROM khbs_bkk_proposal_line o
                              JOIN khbs_bkk_holder oh ON oh.id = o.holder_id
                             WHERE o.proposal_id = l.proposal_id
                               AND oh.nik = h.nik) AS roles
                      FROM khbs_bkk_proposal_line l
                      JOIN khbs_bkk_holder h ON h.id = l.holder_id
                     WHERE l.proposal_id = %s
                  ) s
                 WHERE s.id = l.id
                """,
                self.id,
            )
        )
        self.env.invalidate_all()
