# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from odoo.addons.khbs_registry.rupiah import Rupiah

from .. import decree_lines
from ..papers import annexes, former_annexes


class KhbsBkkProposalDecree(models.AbstractModel):
    """From approved to decreed: the list of names that is to be paid."""

    _name = "khbs.bkk.proposal.decree"
    _description = "BKK proposal: decree"

    payable_decree_id = fields.Many2one(
        comodel_name="khbs.decree",
        string="Decree that is paid",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The decree in force whose list is to be paid: the decision, or the last "
        "one that amends it.",
    )
    decreed_amount = Rupiah(
        readonly=True,
        default=0,
        copy=False,
        help="Sum of the list that is to be paid. What an amendment takes away is not "
        "payable from the day it is frozen.",
    )

    def action_view_decreed(self):
        """Open the names that are to be paid."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Names to be paid"),
            "res_model": "khbs.bkk.decree.line",
            "view_mode": "list,form",
            "domain": [("proposal_id", "=", self.id), ("payable", "=", True)],
        }

    def _payable_lines(self):
        """Return the names to be paid, of the decrees that these are paid from."""
        lines = self.env["khbs.bkk.decree.line"].sudo()
        return lines.search(
            [("proposal_id", "in", self.ids), ("payable", "=", True)]
        ).with_env(self.env)

    def _update_decreed(self, frozen=None):
        """Write what may be paid: the list in force, or the less that is frozen.

        :param frozen: an amendment that is being frozen
        """
        for proposal in self:
            sums = [
                self.env.execute_query(
                    decree_lines.totals(decree_lines.of_decree(decree.id, proposal.ids))
                )[0][2]
                for decree in (proposal.payable_decree_id, frozen)
                if decree
            ]
            amount = min(sums, default=0)
            if frozen:
                frozen._require_covered(proposal, amount)
            proposal.decreed_amount = amount
        self.flush_recordset(["decreed_amount"])

    # ------------------------------------------------------------------
    # The annexes
    # ------------------------------------------------------------------

    def _annexes(self, lines, corrections=None):
        """Return the annexes of a decree over *lines*, a query of decree_lines.

        :param corrections: what an amendment changes, for its annex III
        """
        now = fields.Datetime.now()
        period = self._period()
        villages = self[:1].payee_level == "village"
        documents = [
            annexes.recap_annex(
                lambda: self._recap_rows(lines), period, now, villages=villages
            ),
            annexes.name_annex(lambda: self._name_rows(lines), period, now),
        ]
        if corrections:
            documents.append(
                annexes.change_annex(corrections._change_rows, period, now)
            )
        return documents

    def _former_annexes(self, lines):
        """Return annexes I and II over *lines* as they were before 19.0.1.1.0."""
        now = fields.Datetime.now()
        period = self._period()
        return [
            former_annexes.recap_annex(
                lambda: self._rows_of(decree_lines.former_recap(lines)), period, now
            ),
            former_annexes.name_annex(
                lambda: self._rows_of(decree_lines.former_by_name(lines)), period, now
            ),
        ]

    def _rows_of(self, query):
        self.env.flush_all()
        self.env.cr.execute(query)
        yield from self.env.cr.dictfetchall()

    def _recap_rows(self, lines):
        """Yield annex I: the lines by regency, payee and role."""
        self.env.flush_all()
        self.env.cr.execute(decree_lines.recap(lines))
        for row in self.env.cr.dictfetchall():
            district = row["district"]
            yield {**row, "district": f"Kecamatan {district}" if district else ""}

    def _name_rows(self, lines):
        """Yield annex II, a regency at a time: the memory of one is enough."""
        self.env.flush_all()
        for [regency] in self.env.execute_query(decree_lines.regencies(lines)):
            self.env.cr.execute(decree_lines.by_name(lines, regency))
            for row in self.env.cr.dictfetchall():
                yield annexes.name_row(row)
