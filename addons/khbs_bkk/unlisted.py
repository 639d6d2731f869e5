# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Treasuries that hold money of a decree in force and have no payment list yet."""

from odoo.tools import SQL


def query():
    """Return rows proposal_id, area_id and since when the money is there.

    Through the villages each desa pays by a list of its own.
    """
    return SQL(
        """
        SELECT d.proposal_id, t.area_id, min(d.create_date) AS since
          FROM khbs_bkk_transfer t
          JOIN khbs_bkk_disbursement d ON d.id = t.disbursement_id
          JOIN khbs_bkk_proposal p ON p.id = d.proposal_id
           AND p.state IN ('decreed', 'disbursed')
          JOIN khbs_decree k ON k.id = p.decree_id AND k.state = 'in_force'
         WHERE t.cancelled_by_id IS NULL
           AND NOT EXISTS (
               SELECT FROM khbs_bkk_transfer_return r
                WHERE r.transfer_id = t.id AND r.cancelled_by_id IS NULL)
           AND NOT EXISTS (
               SELECT FROM khbs_bkk_payment y
                WHERE y.proposal_id = p.id AND y.area_id = t.area_id)
           AND EXISTS (
               SELECT FROM khbs_bkk_decree_line l
                WHERE l.decree_id = p.payable_decree_id AND l.proposal_id = p.id
                  AND l.payee_area_id = t.area_id)
      GROUP BY d.proposal_id, t.area_id
        """
    )
