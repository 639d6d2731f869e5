# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import dataclasses
import hashlib

from odoo import api, models
from odoo.exceptions import UserError

from ..papers import code as codes
from ..papers import decree as decree_paper
from ..papers import pdf, xlsx
from .khbs_paper import PDF_TYPE, XLSX_TYPE


class KhbsDecreeDraft(models.AbstractModel):
    """A decree before it is frozen: clauses, annexes, and what is decided on."""

    _name = "khbs.decree.draft"
    _description = "Decree: the draft"

    @api.model
    def _draft(
        self,
        kind,
        title,
        record,
        clauses,
        annexes,
        budget_line=None,
        amount=0,
        signatory=None,
        amends=None,
        revokes=None,
    ):
        """Return a new draft whose annexes are rendered and hashed.

        :param kind: ``recipient_list``, ``round`` or ``bkk``
        :param title: what the decree is about, without ``tentang``
        :param record: the document it decides on
        :param clauses: dict of lists of sentences: menimbang, mengingat,
            memperhatikan, diktum, tembusan
        :param annexes: list of :class:`~..papers.document.Document`
        :param amount: rupiah that the decree commits of *budget_line*
        """
        papers = self.env["khbs.paper"]
        signatory = signatory or self.env["khbs.signatory"]._at("governor")
        decree = self.sudo().create(
            {
                "name": title,
                "kind": kind,
                "model": record._name,
                "res_id": record.id,
                "area_id": papers._area_of(record).id,
                "signatory_id": signatory.id,
                "budget_line_id": budget_line.id if budget_line else False,
                "amount": amount,
                "amends_id": amends.id if amends else False,
                "revokes_id": revokes.id if revokes else False,
                "drafted_by_id": self.env.uid,
                "clause_ids": [
                    (0, 0, {"section": section, "sequence": sequence, "text": text})
                    for section, texts in clauses.items()
                    for sequence, text in enumerate(texts, 1)
                ],
            }
        )
        decree._set_annexes(annexes)
        decree = decree.with_env(self.env)
        self.env["khbs.audit.event"]._record(
            "decree.draft", decree, {"kind": kind, "annex_sha256": decree.annex_sha256}
        )
        return decree

    def _set_annexes(self, documents):
        """Render *documents* as the annexes of a draft, in place of those it has."""
        self.ensure_one()
        self.annex_ids.unlink()
        rows = []
        for sequence, document in enumerate(documents, 1):
            document = dataclasses.replace(
                document,
                letterhead=None,
                heading=decree_paper.annex_heading(sequence, self.name, self.year),
                signature=self.signatory_id._block(),
                code=codes.grouped(self.code),
                verify_url=self.env["khbs.paper"]._verify_url(self.code),
            )
            rows.append(self._annex_values(sequence, document))
        annexes = self.env["khbs.decree.annex"].create(rows)
        self.annex_sha256 = hashlib.sha256(
            "\n".join(annexes.mapped("content_sha256")).encode()
        ).hexdigest()

    def _annex_values(self, sequence, document):
        papers = self.env["khbs.paper"]
        attachments = self.env["ir.attachment"]
        summary, pdf_content = papers._render(pdf, document)
        _same, xlsx_content = papers._render(xlsx, document)
        stem = f"lampiran-{sequence}-{self.code}"
        files = attachments._khbs_store(f"{stem}.pdf", pdf_content, PDF_TYPE)
        book = attachments._khbs_store(f"{stem}.xlsx", xlsx_content, XLSX_TYPE)
        (files | book).write({"res_model": self._name, "res_id": self.id})
        return {
            "decree_id": self.id,
            "sequence": sequence,
            "name": document.title,
            "row_count": summary.row_count,
            "totals": summary.totals,
            "content_sha256": summary.content_sha256,
            "pdf_attachment_id": files.id,
            "pdf_sha256": hashlib.sha256(pdf_content).hexdigest(),
            "xlsx_attachment_id": book.id,
            "xlsx_sha256": hashlib.sha256(xlsx_content).hexdigest(),
        }

    def _content(self):
        """Return what is decided on, in a form that can be hashed."""
        self.ensure_one()
        return {
            "title": self.name,
            "kind": self.kind,
            "year": self.year,
            "amount": self.amount,
            "budget_line": self.budget_line_id.id,
            "amends": self.amends_id.id,
            "revokes": self.revokes_id.id,
            "signatory": [self.signatory_id._office(), self.signatory_id.name],
            "clauses": {
                section: self._clauses(section)
                for section in ("menimbang", "mengingat", "memperhatikan", "diktum")
            },
            "copies": self._clauses("tembusan"),
            "annexes": self.annex_sha256,
        }

    def _clauses(self, section):
        clauses = self.clause_ids.filtered(lambda clause: clause.section == section)
        return clauses.sorted(lambda clause: (clause.sequence, clause.id)).mapped(
            "text"
        )

    def _check_complete(self):
        """Refuse a draft that no law office would take."""
        for section, label in (("menimbang", "Menimbang"), ("diktum", "Diktum")):
            if not self._clauses(section):
                raise UserError(
                    self.env._("The decree has no %(part)s. Add a clause.", part=label)
                )
        if not self.annex_sha256:
            raise UserError(self.env._("The decree has no annex."))
