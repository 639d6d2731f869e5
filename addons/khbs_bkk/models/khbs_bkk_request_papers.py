# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.papers import words

from ..papers import request as papers
from ..terms import PROPOSER


class KhbsBkkRequestPapers(models.AbstractModel):
    """The papers of a request, to be signed on paper and uploaded."""

    _name = "khbs.bkk.request.papers"
    _description = "Request for disbursement: papers"

    def action_issue_papers(self):
        """Issue letter, receipt, statement of liability and integrity pact."""
        self.ensure_one()
        self._checked(PROPOSER, "khbs.bkk.request.paper")
        self._require_state("draft")
        asked = self.sudo()._paper_request()
        for kind in papers.KINDS:
            self.env["khbs.paper"]._issue_letter(
                f"bkk.request.{kind}",
                papers.title(kind, asked),
                lambda code, url, kind=kind: papers.build(kind, asked, code, url),
                record=self,
                area=self.regency_id,
            )
        return self.action_view_papers()

    def _paper_request(self):
        """Return what the papers say, or refuse what they could not say truly."""
        proposal = self.proposal_id
        proposal._check_decree_in_force()
        left = proposal._left_by_area()
        if len(left) > 1 and sum(left.values()) != self.amount:
            raise UserError(
                self.env._(
                    "%(left)s is left for the villages: ask for all of it.",
                    left=words.rupiah(sum(left.values())),
                )
            )
        [head] = proposal._heads()
        return papers.Request(
            number=self.number,
            day=self.date,
            place=self.place,
            regency=self.regency_id._title(),
            head=head,
            decree=proposal.payable_decree_id._named(),
            period=proposal._period(),
            amount=self.amount,
            people=len(proposal._payable_lines().holder_id),
            accounts=self._paper_accounts(left),
            villages=proposal.payee_level == "village",
            head_name=self.head_name or "",
            finance_name=self.finance_name or "",
            finance_nip=self.finance_nip or "",
            treasurer_name=self.treasurer_name or "",
            treasurer_nip=self.treasurer_nip or "",
        )

    def _paper_accounts(self, left):
        """Return the accounts as the letter names them, in full."""
        areas = self.env["khbs.area"].union(*left)
        payees = self.env["khbs.bkk.payee"]._of(areas, self.date)
        missing = [area.name for area in left if area not in payees]
        if missing:
            raise UserError(
                self.env._(
                    "No account is confirmed yet of: %(areas)s. Enter it under BKK > "
                    "Treasury accounts; the province confirms it.",
                    areas=", ".join(missing),
                )
            )
        return [
            papers.Account(
                area=area._title(),
                bank=payees[area].bank_name,
                number=payees[area].treasury_account,
                holder=payees[area].account_holder,
                amount=amount if len(left) > 1 else self.amount,
            )
            for area, amount in sorted(left.items(), key=lambda one: one[0].code)
        ]
