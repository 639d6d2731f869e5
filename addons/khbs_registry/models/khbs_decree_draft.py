# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import dataclasses
import hashlib
import io
import re

from odoo import api, models
from odoo.exceptions import UserError

from ..papers import code as codes
from ..papers import decree as decree_paper
from ..papers import pdf, source, words, xlsx
from .khbs_paper import PDF_TYPE, XLSX_TYPE

# A placeholder that nobody filled, or dots where a number belongs.
_UNFILLED = re.compile(r"\$\{?[a-z_]+\}?|\.{3,}|…")


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
        clauses=None,
        annexes=(),
        amends=None,
        revokes=None,
        excerpt_of=None,
        signatory=None,
        budget_line=None,
        amount=0,
        track="wet",
        terms=None,
    ):
        """Return a new draft whose annexes are rendered and hashed.

        :param kind: ``recipient_list``, ``round`` or ``bkk``
        :param title: what the decree is about, without ``tentang``; none for an
            amendment or a revocation, which are called after their original
        :param record: the document it decides on
        :param clauses: dict of lists of sentences: menimbang, mengingat,
            memperhatikan, diktum, tembusan; none: those of the library
        :param annexes: list of :class:`~..papers.document.Document`
        :param amends: decree in force that this one amends; so ``revokes`` and
            ``excerpt_of``, and only one of the three
        :param amount: rupiah that the decree commits of *budget_line*
        :param track: ``wet`` or ``tte``
        :param terms: words for the placeholders of the library, beside its own
        """
        decrees = self.sudo()
        amends = amends and (amends.sudo().amends_id or amends.sudo())
        for followed in (amends, revokes, excerpt_of):
            if followed:
                followed._require_followable()
        if not title:
            title = amends._amendment_title() if amends else revokes._revocation_title()
        decree = decrees.create(
            {
                "name": title,
                "kind": kind,
                "model": record._name,
                "res_id": record.id,
                "area_id": self.env["khbs.paper"]._area_of(record).id,
                "signatory_id": (
                    signatory or self.env["khbs.signatory"]._at("governor")
                ).id,
                "budget_line_id": budget_line.id if budget_line else False,
                "amount": amount,
                "amends_id": amends.id if amends else False,
                "revokes_id": revokes.id if revokes else False,
                "excerpt_of_id": excerpt_of.id if excerpt_of else False,
                "track": track,
                "drafted_by_id": self.env.uid,
            }
        )
        if clauses is None:
            clauses = decree._library_clauses(terms or {})
        decree.clause_ids = [
            (0, 0, {"section": section, "sequence": sequence, "text": text})
            for section, texts in clauses.items()
            for sequence, text in enumerate(texts, 1)
        ]
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
        annexes = self.env["khbs.decree.annex"]
        documents = list(documents)
        for sequence, document in enumerate(documents, 1):
            kept = io.BytesIO()
            source.dump(document, kept)
            rows = self.env["ir.attachment"]._khbs_store(
                f"lampiran-{sequence}-{self.code}.rows.gz",
                kept.getvalue(),
                "application/gzip",
            )
            values = self._annex_values(sequence, len(documents), kept.getvalue())
            annexes |= annexes.create(
                {
                    **values,
                    "decree_id": self.id,
                    "sequence": sequence,
                    "source_attachment_id": rows.id,
                }
            )
        self._bind_annexes(annexes)

    def _redraw_annexes(self, final=False):
        """Draw the annexes anew from the rows that were drafted.

        :param final: with the number and the date of the decree instead of dots
        """
        self.ensure_one()
        annexes = self.annex_ids.sorted("sequence")
        replaced = annexes.pdf_attachment_id | annexes.xlsx_attachment_id
        for annex in annexes:
            annex.write(
                self._annex_values(
                    annex.sequence, len(annexes), annex._source(), final=final
                )
            )
        self._bind_annexes(annexes)
        replaced.unlink()

    def _bind_annexes(self, annexes):
        # Before the decree is frozen, which the database sees at once.
        annexes.flush_recordset()
        annexes._files().write({"res_model": self._name, "res_id": self.id})
        self.annex_sha256 = hashlib.sha256(
            "\n".join(annexes.mapped("content_sha256")).encode()
        ).hexdigest()

    def _annex_values(self, sequence, count, rows, final=False):
        """Return title, sums and files of an annex drawn from *rows*, bytes."""
        papers = self.env["khbs.paper"]
        attachments = self.env["ir.attachment"]
        document = self._annex_document(sequence, count, rows, final)
        summary, pdf_content = papers._render(pdf, document)
        _same, xlsx_content = papers._render(xlsx, document)
        stem = f"lampiran-{sequence}-{self.code}"
        files = attachments._khbs_store(f"{stem}.pdf", pdf_content, PDF_TYPE)
        book = attachments._khbs_store(f"{stem}.xlsx", xlsx_content, XLSX_TYPE)
        return {
            "name": document.title,
            "row_count": summary.row_count,
            "totals": summary.totals,
            "content_sha256": summary.content_sha256,
            "pdf_attachment_id": files.id,
            "pdf_sha256": hashlib.sha256(pdf_content).hexdigest(),
            "xlsx_attachment_id": book.id,
            "xlsx_sha256": hashlib.sha256(xlsx_content).hexdigest(),
        }

    def _annex_document(self, sequence, count, rows, final):
        """Return the annex as a paper of this decree."""
        original = self.excerpt_of_id
        dated = self if final else original
        heading = decree_paper.annex_heading(
            sequence if count > 1 else None,
            self.name,
            self.year,
            decree_number=dated.number,
            date=dated.decree_date and words.date(dated.decree_date),
            excerpt=bool(original),
        )
        return dataclasses.replace(
            source.load(rows),
            heading=heading,
            signature=self.signatory_id._annex_block(),
            code=codes.grouped(self.code),
            verify_url=self.env["khbs.paper"]._verify_url(self.code),
        )

    def _library_clauses(self, terms):
        """Return the sentences that the library has for this decree."""
        known = {**self._own_terms(), **terms}
        library = self.env["khbs.decree.library"]._for(self.kind, self.form)
        texts = library._texts(known)
        if self.excerpt_of_id and not texts["diktum"]:
            texts["diktum"] = self.excerpt_of_id._clauses("diktum")
        return texts

    def _own_terms(self):
        """Return what the decree itself says in the placeholders of the library."""
        terms = {"title": self.name, "year": str(self.year)}
        line = self.budget_line_id
        if line:
            terms["account"] = f"{line.account_code} {line.name}"
            terms["total"] = words.rupiah_legal(self.amount)
        original = self.amends_id or self.revokes_id or self.excerpt_of_id
        if original:
            terms["original"] = original._named()
            terms["original_number"] = original.number
            terms["original_date"] = words.date(original.decree_date)
            terms["original_title"] = original.name
        return terms

    def _content(self):
        """Return what is decided on, in a form that can be hashed."""
        self.ensure_one()
        content = {
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
        # Only where they say something: a decision on an older draft still stands.
        more = {
            "excerpt_of": self.excerpt_of_id.id,
            "track": self.track != "wet" and self.track,
            "valid_from": str(self.valid_from or ""),
            "valid_to": str(self.valid_to or ""),
        }
        content.update((key, value) for key, value in more.items() if value)
        return content

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
        if not self.annex_ids and self.form in ("decision", "excerpt"):
            raise UserError(self.env._("The decree has no annex."))
        for clause in self.clause_ids.sorted("sequence"):
            unfilled = _UNFILLED.search(clause.text)
            if unfilled:
                raise UserError(
                    self.env._(
                        "%(clause)s has a place that is not filled in: %(place)s. "
                        "Write what belongs there.",
                        clause=clause.display_name,
                        place=unfilled.group(),
                    )
                )
        self._check_committed()
