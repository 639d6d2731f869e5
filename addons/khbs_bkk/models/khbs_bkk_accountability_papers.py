# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import io

from odoo import fields, models

from odoo.addons.khbs_registry.papers import code as codes
from odoo.addons.khbs_registry.papers import letter, xlsx

from ..papers import accountability as papers
from ..terms import PROPOSER


class KhbsBkkAccountabilityPapers(models.AbstractModel):
    """Paper 26 of DOMAIN 10: the LPJ that Bupati or Wali Kota signs."""

    _name = "khbs.bkk.accountability.papers"
    _description = "BKK accountability: papers"

    def action_print(self):
        """Issue the LPJ with the figures of this moment, to be signed."""
        self.ensure_one()
        report = self._checked(PROPOSER, "khbs.bkk.accountability.issue")
        report._require_state("draft")
        report._measure()
        paper = self._issue_paper()
        report.write(
            {"paper_id": paper.id, "printed_sha256": report._printable_sha256()}
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.paper",
            "res_id": paper.id,
            "views": [(False, "form")],
        }

    def _issue_paper(self):
        """Render letter and workbook, keep both and return the paper."""
        papers_of = self.env["khbs.paper"]
        content = self.sudo()._paper()
        code = codes.new()
        page = letter.html(
            papers.build(content, codes.grouped(code), papers_of._verify_url(code))
        )
        pdf_file, book = io.BytesIO(), io.BytesIO()
        letter.render(page, pdf_file)
        summary = xlsx.render(papers.table(content), book)
        return papers_of._keep(
            {
                "name": f"LPJ {self.proposal_id.display_name}",
                "kind": "bkk.lpj",
                "code": code,
                "as_of": content.as_of,
                "row_count": summary.row_count,
                "content_sha256": hashlib.sha256(str(page).encode()).hexdigest(),
                "personal": False,
            },
            pdf_file.getvalue(),
            book.getvalue(),
            record=self,
            area=self.regency_id,
        )

    def _paper(self):
        """Return what the paper says, as plain values."""
        self.ensure_one()
        proposal = self.proposal_id
        [head] = proposal._heads()
        return papers.Report(
            regency=self.regency_id.name,
            head=head,
            period=proposal._period(),
            version=self.version,
            number=self.letter_number or "",
            day=self.letter_date or None,
            decrees=tuple(
                (decree.number or "", decree.decree_date or None)
                for decree in self._decrees()
            ),
            money=papers.Money(
                decreed=self.decreed_amount,
                received=self.received_amount,
                paid=self.paid_amount,
                tax=self.tax_amount,
                net=self.net_amount,
                left=self.left_amount,
                refunded=self.refunded_amount,
            ),
            transfers=tuple(self._transfers()),
            roles=tuple(
                papers.Role(
                    name=line.role_id.name,
                    decreed_people=line.decreed_count,
                    people=line.people_count,
                    paid=line.paid_amount,
                    tax=line.tax_amount,
                    net=line.net_amount,
                )
                for line in self.role_ids.sorted(
                    lambda line: (line.role_id.sequence, line.role_id.id)
                )
            ),
            refunds=tuple(
                papers.Refund(one.sts_number, one.sts_date, one.reason, one.amount)
                for one in self._all_refunds()
            ),
            note=self.note or "",
            as_of=fields.Datetime.now(),
        )

    def _decrees(self):
        """Return the decree of the proposal and the amendment that is paid from."""
        return self.proposal_id.decree_id | self.proposal_id.payable_decree_id

    def _transfers(self):
        """Yield the SP2D of the proposal, and what came back of them."""
        kinds = {"first": "Pencairan", "repayment": "Pencairan ulang"}
        for one in self.proposal_id.disbursement_ids.sorted(
            lambda one: (one.sp2d_date, one.sp2d_number)
        ):
            if one.cancelled_by_id:
                continue
            yield papers.Transfer(
                one.sp2d_number, one.sp2d_date, kinds[one.kind], one.amount
            )
            returns = one.transfer_ids.return_ids
            for back in returns.filtered(lambda back: not back.cancelled_by_id):
                yield papers.Transfer(
                    back.reference, back.date, "Retur ke RKUD Provinsi", -back.amount
                )
