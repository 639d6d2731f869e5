# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From a decree in force to the people who are paid."""

from odoo.tools import SQL

from .. import unlisted
from .makers import NOBODY, of_acts


def query():
    """Return the tasks of accounts, requests, SP2D, returns and payment lists.

    Who is paid by name is to be paid before the LPJ is due. Accounts of holders wait
    by regency, for whoever did not change them all himself.
    """
    return SQL(
        """
        SELECT 30 AS slot, 'khbs.bkk.payee' AS model, y.id AS res_id,
               'confirm_payee' AS kind, 'confirmed' AS step,
               %(payee_makers)s AS makers, y.regency_id,
               y.write_date AS since, NULL::date AS due_date
          FROM khbs_bkk_payee y
         WHERE y.state = 'proposed'
        UNION ALL
        SELECT 31, 'khbs.bkk.proposal', p.id, 'request_money', NULL,
               %(nobody)s, p.regency_id,
               p.stage_since, p.due_date
          FROM khbs_bkk_proposal p
         WHERE p.state = 'decreed' AND p.decreed_amount > (%(asked)s) + (%(before)s)
           AND NOT EXISTS (
               SELECT FROM khbs_bkk_request r
                WHERE r.proposal_id = p.id AND r.state = 'draft')
        UNION ALL
        SELECT 32, 'khbs.bkk.request', r.id, 'submit_request', NULL,
               %(nobody)s, p.regency_id,
               r.create_date, p.due_date
          FROM khbs_bkk_request r
          JOIN khbs_bkk_proposal p ON p.id = r.proposal_id
         WHERE r.state = 'draft'
        UNION ALL
        SELECT 33, 'khbs.bkk.proposal', p.id, 'register_sp2d', NULL,
               %(nobody)s, p.regency_id,
               (SELECT max(r.submitted_at) FROM khbs_bkk_request r
                 WHERE r.proposal_id = p.id AND r.state = 'submitted'), p.due_date
          FROM khbs_bkk_proposal p
         WHERE p.state = 'decreed'
           AND least(p.decreed_amount, (%(asked)s) + (%(before)s)) > p.disbursed_amount
        UNION ALL
        SELECT 34, 'khbs.bkk.transfer', t.id, 'repay_transfer', NULL,
               %(nobody)s, p.regency_id,
               r.create_date, NULL
          FROM khbs_bkk_transfer t
          JOIN khbs_bkk_transfer_return r ON r.transfer_id = t.id
           AND r.cancelled_by_id IS NULL
          JOIN khbs_bkk_disbursement d ON d.id = t.disbursement_id
          JOIN khbs_bkk_proposal p ON p.id = d.proposal_id
         WHERE NOT EXISTS (
               SELECT FROM khbs_bkk_transfer again
                WHERE again.repays_id = t.id AND again.cancelled_by_id IS NULL)
        UNION ALL
        SELECT 35, 'khbs.bkk.payment', y.id, 'pay_people', NULL,
               %(nobody)s, p.regency_id,
               y.create_date, (%(report_due)s)
          FROM khbs_bkk_payment y
          JOIN khbs_bkk_proposal p ON p.id = y.proposal_id
         WHERE y.state <> 'paid'
        UNION ALL
        SELECT 36, 'khbs.bkk.proposal', p.id, 'make_payment_list', NULL,
               %(nobody)s, p.regency_id,
               u.since, (%(report_due)s)
          FROM (
                SELECT proposal_id, min(since) AS since
                  FROM (%(unlisted)s) AS u GROUP BY proposal_id
               ) AS u
          JOIN khbs_bkk_proposal p ON p.id = u.proposal_id
        UNION ALL
        SELECT 37, 'khbs.area', h.regency_id, 'confirm_accounts', NULL,
               CASE WHEN count(DISTINCT h.account_changed_by_id) = 1
                    THEN array_agg(DISTINCT h.account_changed_by_id) END,
               h.regency_id,
               min(h.account_changed_at), NULL
          FROM khbs_bkk_holder h
         WHERE h.account_changed_by_id IS NOT NULL
           AND h.account_confirmed_by_id IS NULL
      GROUP BY h.regency_id
        """,
        unlisted=unlisted.query(),
        report_due=SQL(
            """
            SELECT min(r.due_date) FROM khbs_bkk_accountability r
             WHERE r.proposal_id = p.id AND r.state = 'draft'
            """
        ),
        payee_makers=of_acts("y", "khbs.bkk.payee", ["khbs.bkk.payee.change"]),
        nobody=NOBODY,
        # What submitted requests ask for, and what was paid before there were any.
        asked=SQL(
            """
            SELECT coalesce(sum(r.amount), 0) FROM khbs_bkk_request r
             WHERE r.proposal_id = p.id AND r.state = 'submitted'
            """
        ),
        before=SQL(
            """
            SELECT coalesce(sum(d.amount), 0) FROM khbs_bkk_disbursement d
             WHERE d.proposal_id = p.id AND d.kind = 'first'
               AND d.cancelled_by_id IS NULL AND d.spp_date IS NULL
            """
        ),
    )
