# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools import SQL

# Of each proposal the last accepted LPJ counts: it says all that the earlier ones said.
_FLOW = """
    WITH proposal AS (
        SELECT p.id FROM khbs_bkk_proposal p
          JOIN khbs_decree d ON d.id = p.decree_id
         WHERE d.budget_line_id = %(line)s
    ), report AS (
        SELECT DISTINCT ON (a.proposal_id) a.proposal_id, a.version, a.paid_amount
          FROM khbs_bkk_accountability a
          JOIN proposal ON proposal.id = a.proposal_id
         WHERE a.state = 'accepted'
      ORDER BY a.proposal_id, a.version DESC
    ), sp2d AS (
        SELECT s.id, s.amount FROM khbs_bkk_disbursement s
          JOIN proposal ON proposal.id = s.proposal_id
         WHERE s.cancelled_by_id IS NULL
    )
    SELECT (SELECT coalesce(sum(amount), 0) FROM sp2d) - (
               SELECT coalesce(sum(back.amount), 0)
                 FROM khbs_bkk_transfer_return back
                 JOIN khbs_bkk_transfer t ON t.id = back.transfer_id
                 JOIN sp2d ON sp2d.id = t.disbursement_id
                WHERE back.cancelled_by_id IS NULL
           ) AS sp2d,
           (SELECT coalesce(sum(paid_amount), 0) FROM report) AS realised,
           (
               SELECT coalesce(sum(refund.amount), 0)
                 FROM khbs_bkk_refund refund
                 JOIN khbs_bkk_accountability a ON a.id = refund.accountability_id
                 JOIN report ON report.proposal_id = a.proposal_id
                WHERE a.version <= report.version
           ) AS sts
"""


class KhbsBudgetLine(models.Model):
    _inherit = "khbs.budget.line"

    def _decided_amount(self):
        """Add what was paid on decrees that are revoked: that money is gone."""
        revoked = self._payments(("proposal_id.decree_id.state", "=", "revoked"))
        return super()._decided_amount() + sum(amount for *_what, amount in revoked)

    def _flow_amounts(self):
        """Add what the proposals on this line were paid, used and paid back.

        The sums of what :meth:`_bkk_movements` lists one by one.
        """
        amounts = super()._flow_amounts()
        self.env.flush_all()
        [sums] = self.env.execute_query_dict(SQL(_FLOW, line=self.id or 0))
        return {kind: amount + int(sums[kind]) for kind, amount in amounts.items()}

    def _movements(self):
        """Add the SP2D of BKK and their returns, and what accepted LPJ say."""
        return super()._movements() + self._bkk_movements()

    def _bkk_movements(self):
        """Return the movements of the proposals that are paid from this line."""
        movements = []
        for decree, day, text, reference, amount in self._payments():
            steps = ["sp2d", "decided"] if decree.state == "revoked" else ["sp2d"]
            movements += [
                self._movement(day, text, reference, step, amount) for step in steps
            ]
        for report in self._accepted_reports():
            movements += report._movements(self)
        return movements

    def _payments(self, *conditions):
        """Return (decree, day, text, reference, rupiah) of each SP2D and return.

        A transfer that came back takes its SP2D back, and its re-payment is another
        one: so what left the treasury stays within what is decreed.
        """
        payments = []
        for one in self._disbursements(("cancelled_by_id", "=", False), *conditions):
            place, number = one.regency_id.name, one.sp2d_number
            decree = one.decree_id
            payments.append(
                (decree, one.sp2d_date, f"SP2D {place}", number, one.amount)
            )
            returns = one.transfer_ids.return_ids
            payments += [
                (
                    decree,
                    back.date,
                    f"Retur SP2D {number}",
                    back.reference,
                    -back.amount,
                )
                for back in returns.filtered(lambda back: not back.cancelled_by_id)
            ]
        return payments

    def _disbursements(self, *conditions):
        if not self.id:
            return self.env["khbs.bkk.disbursement"]
        domain = [("proposal_id.decree_id.budget_line_id", "=", self.id), *conditions]
        return self.env["khbs.bkk.disbursement"].sudo().search(domain)

    def _accepted_reports(self):
        """Return the last accepted LPJ of each proposal on this line."""
        if not self.id:
            return []
        reports = (
            self.env["khbs.bkk.accountability"]
            .sudo()
            .search(
                [
                    ("proposal_id.decree_id.budget_line_id", "=", self.id),
                    ("state", "=", "accepted"),
                ],
                order="version",
            )
        )
        return list({report.proposal_id: report for report in reports}.values())
