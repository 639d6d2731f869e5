# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Let every proposal that was built name the policy of its first day.

    The guard refuses to change what a decided proposal is based on: here it is said
    for the first time.
    """
    cr.execute(
        """
        ALTER TABLE khbs_bkk_proposal DISABLE TRIGGER USER;
        UPDATE khbs_bkk_proposal p
           SET policy_id = (
               SELECT id FROM khbs_bkk_policy
                WHERE valid_from <= p.date_from
             ORDER BY valid_from DESC, id DESC LIMIT 1
           )
         WHERE policy_id IS NULL AND line_count > 0;
        ALTER TABLE khbs_bkk_proposal ENABLE TRIGGER USER;
        """
    )
    proposals = api.Environment(cr, SUPERUSER_ID, {})["khbs.bkk.proposal"]
    # The scripts before this one have read proposals without their policy.
    proposals.env.invalidate_all()
    every = proposals.search([("policy_id", "!=", False)])
    proposals.env.add_to_compute(proposals._fields["due_date"], every)
    every.flush_recordset(["due_date"])
    # What is being verified gets the checklist that its minutes will print.
    every.filtered(lambda one: one.state == "proposed")._open_checks()
