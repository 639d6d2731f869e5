# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import binascii
import dataclasses
import hashlib
import io

from odoo import api, models
from odoo.exceptions import UserError

from ..papers import code as codes
from ..papers import decree as decree_paper
from ..papers import words
from ..papers.join import join

_STANDING = {
    "draft": "Dokumen ini masih rancangan.",
    "frozen": "Keputusan ini belum ditandatangani dan belum berlaku.",
    "in_force": "Keputusan ini berlaku, nomor {number} tanggal {date}.",
    "withdrawn": "Keputusan ini ditarik sebelum ditandatangani; tidak pernah berlaku.",
    "revoked": "Keputusan ini telah dicabut, nomor {number} tanggal {date}.",
}


class KhbsDecreePages(models.AbstractModel):
    """The paper of a decree: rendered once, scanned when signed, checked by anybody."""

    _name = "khbs.decree.pages"
    _description = "Decree: the paper"

    def _render_whole(self):
        """Return body and annexes as the bytes of one PDF."""
        body = io.BytesIO()
        decree_paper.render(self._text(), body)
        body.seek(0)
        parts = [body]
        for annex in self.annex_ids.sorted("sequence"):
            content = annex.sudo().pdf_attachment_id.raw
            if hashlib.sha256(content).hexdigest() != annex.pdf_sha256:
                raise UserError(
                    self.env._(
                        "The file of annex %(number)s is not the one that was drafted. "
                        "Draft the decree anew.",
                        number=annex.sequence,
                    )
                )
            parts.append(io.BytesIO(content))
        whole = io.BytesIO()
        title = f"Keputusan Gubernur tentang {self.name}"
        join(parts, whole, title=title, signable=self.track == "tte")
        return whole.getvalue()

    def _render_draft(self):
        """Return the pages of the decree as a draft: with its box of initials."""
        body = io.BytesIO()
        text = dataclasses.replace(
            self._text(), draft=True, initials=self._initials_box()
        )
        decree_paper.render(text, body)
        return body.getvalue()

    def _text(self):
        """Return the words of the decree for the report engine.

        An excerpt is signed by who vouches for it; above stands who signed the whole.
        """
        signatory = self.signatory_id
        original = self.excerpt_of_id
        excerpt = None
        if original:
            excerpt = signatory._office(), signatory.name, signatory._below()
            signatory = original.signatory_id
        emblem = self.env["khbs.letterhead"]._emblem()
        return decree_paper.DecreeText(
            number=self.number,
            date=self.decree_date and words.date(self.decree_date),
            electronic=self.track == "tte",
            excerpt=excerpt,
            emblem=emblem,
            title=self.name,
            year=self.year,
            considering=self._clauses("menimbang"),
            recalling=self._clauses("mengingat"),
            observing=self._clauses("memperhatikan"),
            operative=self._clauses("diktum"),
            copies=self._clauses("tembusan"),
            office=signatory._office(),
            name=signatory.name,
            below=signatory._below(),
            code=codes.grouped(self.code),
            verify_url=self.env["khbs.paper"]._verify_url(self.code),
        )

    def _scan_content(self, scan):
        """Return the bytes of the signed PDF that a client sent."""
        content = scan or b""
        if not isinstance(content, bytes) or not content.startswith(b"%PDF-"):
            try:
                content = base64.b64decode(content, validate=True)
            except (binascii.Error, ValueError):
                content = b""
        if not content.startswith(b"%PDF-"):
            raise UserError(self.env._("Attach the scan of the signed paper as PDF."))
        return content

    @api.model
    def _by_code(self, text):
        """Return the decree of a typed or scanned code, or none; for anybody."""
        return self.sudo().search([("code", "=", codes.normalise(text))], limit=1)

    def _verification(self):
        """Return what the public page shows: nothing about a person."""
        self.ensure_one()
        return {
            "title": f"Keputusan Gubernur tentang {self.name}",
            "standing": self._khbs_standing(),
            "facts": [
                ("Dibekukan", words.moment(self.frozen_at) if self.frozen_at else "-"),
                ("Jumlah lampiran", words.number(len(self.annex_ids))),
                ("SHA-256 lampiran", self.annex_sha256),
                ("SHA-256 berkas PDF", self.pdf_sha256 or "-"),
                ("SHA-256 berkas bertanda tangan", self.scan_sha256 or "-"),
                *self._signature_facts(),
            ],
        }

    def _signature_facts(self):
        """Return what the public page says of an electronic signature."""
        if not self.signer_name:
            return []
        trusted = self.signer_trust == "trusted"
        return [
            ("Ditandatangani elektronik oleh", self.signer_name),
            ("Penerbit sertifikat", self.signer_issuer),
            ("SHA-256 sertifikat", self.signer_certificate_sha256),
            (
                "Waktu tanda tangan",
                words.moment(self.signer_at) if self.signer_at else "-",
            ),
            (
                "Pemeriksaan",
                "keutuhan dan penerbit diperiksa"
                if trusted
                else "keutuhan diperiksa, penerbit belum dipercaya di sini",
            ),
        ]

    def _file(self, form):
        """Return the bytes of the frozen ``pdf``, the signed ``scan`` or the ``draft``.

        None where there is no such file.
        """
        self.ensure_one()
        if form == "draft":
            self.check_access("read")
            return self.sudo()._render_draft() if self.state == "draft" else None
        attachment = self[f"{form}_attachment_id"]
        return attachment._khbs_content(self, self[f"{form}_sha256"])

    def _khbs_standing(self):
        """Return the sentence of the public page on this decree."""
        self.ensure_one()
        return _STANDING[self.state].format(
            number=self.number,
            date=words.date(self.decree_date) if self.decree_date else "",
        )
