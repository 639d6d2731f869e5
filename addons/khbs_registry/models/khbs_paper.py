# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import dataclasses
import hashlib
import tempfile

from odoo import api, fields, models

from .. import append_only
from ..papers import code as codes
from ..papers import pdf, words, xlsx
from ..papers.document import totals_sha256

PDF_TYPE = "application/pdf"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The file stays in memory up to this size and goes to disk beyond.
SPOOL_BYTES = 8 * 1024 * 1024


class KhbsPaper(models.Model):
    """A paper that was issued: its files, their SHA-256 and its verification code.

    Whoever may read the record a paper speaks of may read its files; a paper of no
    record is read by the users of its area.
    """

    _name = "khbs.paper"
    _inherit = ["khbs.paper.prose"]
    _description = "Issued paper"
    _order = "id desc"
    _log_access = False

    name = fields.Char(string="Title", required=True)
    kind = fields.Char(required=True, index=True, help="Code of the kind of paper.")
    code = fields.Char(string="Verification code", required=True)
    printed_code = fields.Char(compute="_compute_printed_code")
    model = fields.Char()
    res_id = fields.Many2oneReference(model_field="model", index=True)
    area_id = fields.Many2one(
        comodel_name="khbs.area", required=True, index=True, ondelete="restrict"
    )
    issued_at = fields.Datetime(required=True, default=fields.Datetime.now)
    issued_by_id = fields.Many2one(
        comodel_name="res.users", required=True, ondelete="restrict"
    )
    as_of = fields.Datetime(required=True, help="Moment the figures are true for.")
    row_count = fields.Integer(required=True, default=0)
    totals = fields.Json(help="Sums by column key, in whole rupiah or pieces.")
    totals_sha256 = fields.Char(string="SHA-256 of the totals")
    content_sha256 = fields.Char(string="SHA-256 of the content", required=True)
    pdf_attachment_id = fields.Many2one(
        comodel_name="ir.attachment", string="PDF", required=True, ondelete="restrict"
    )
    pdf_sha256 = fields.Char(string="SHA-256 of the PDF", required=True)
    xlsx_attachment_id = fields.Many2one(
        comodel_name="ir.attachment", string="XLSX", ondelete="restrict"
    )
    xlsx_sha256 = fields.Char(string="SHA-256 of the XLSX")

    _code_uniq = models.Constraint("UNIQUE (code)", "This code is given already.")

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.depends("code")
    def _compute_printed_code(self):
        for paper in self:
            paper.printed_code = codes.grouped(paper.code or "")

    def action_pdf(self):
        """Download the PDF."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/khbs/paper/{self.id}/pdf"}

    def action_xlsx(self):
        """Download the workbook."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/khbs/paper/{self.id}/xlsx"}

    @api.model
    def _verify_url(self, code):
        """Return the address of the public page that checks *code*."""
        base = self.env["ir.config_parameter"].sudo().get_param("web.base.url")
        return f"{base}/khbs/verify/{code}"

    @api.model
    def _issue(self, kind, document, record=None, area=None, personal=False):
        """Render *document* as PDF and XLSX, keep both and return the paper.

        :param kind: code of the kind of paper
        :param document: :class:`~..papers.document.Document`
        :param record: what the paper speaks of; its readers may read the paper. A
            list by name always has one.
        :param area: area of the paper, by default that of *record* or the province
        :param personal: it shows full numbers, so readers of them alone get it
        """
        code = codes.new()
        document = dataclasses.replace(
            document,
            letterhead=self.env["khbs.letterhead"]._resolve(document.letterhead),
            code=codes.grouped(code),
            verify_url=self._verify_url(code),
        )
        pdf_summary, pdf_content = self._render(pdf, document)
        xlsx_summary, xlsx_content = self._render(xlsx, document)
        if pdf_summary != xlsx_summary:
            raise ValueError(f"{kind}: the rows changed between PDF and XLSX")
        return self._keep(
            {
                "name": document.title,
                "kind": kind,
                "code": code,
                "as_of": words.utc(document.as_of).replace(tzinfo=None),
                "row_count": pdf_summary.row_count,
                "totals": pdf_summary.totals,
                "totals_sha256": totals_sha256(pdf_summary),
                "content_sha256": pdf_summary.content_sha256,
                "personal": personal,
            },
            pdf_content,
            xlsx_content,
            record=record,
            area=area,
        )

    @api.model
    def _keep(self, values, pdf_content, xlsx_content=None, record=None, area=None):
        """Store the files of a paper and its row; the act is recorded."""
        events = self.env["khbs.audit.event"]
        attachments = self.env["ir.attachment"]
        stem = values["kind"].replace(".", "-") + "-" + values["code"]
        files = attachments._khbs_store(f"{stem}.pdf", pdf_content, PDF_TYPE)
        values = {
            **values,
            "model": record._name if record else False,
            "res_id": record.id if record else False,
            "area_id": (area or self._area_of(record)).id,
            "issued_by_id": self.env.uid,
            "pdf_attachment_id": files.id,
            "pdf_sha256": hashlib.sha256(pdf_content).hexdigest(),
        }
        if xlsx_content is not None:
            book = attachments._khbs_store(f"{stem}.xlsx", xlsx_content, XLSX_TYPE)
            values["xlsx_attachment_id"] = book.id
            values["xlsx_sha256"] = hashlib.sha256(xlsx_content).hexdigest()
            files |= book
        paper = self.sudo().create(values).with_env(self.env)
        # Whoever reads the record is not therefore a reader of full numbers.
        files._khbs_seal(paper if paper.personal else record or paper)
        events._record(
            "paper.issue",
            paper,
            {
                "kind": paper.kind,
                "rows": values.get("row_count", 0),
                "pdf_sha256": values["pdf_sha256"],
            },
        )
        return paper

    @api.model
    def _render(self, engine, document):
        """Return the (summary, bytes) that *engine* makes of *document*."""
        with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as file:
            summary = engine.render(document, file)
            file.seek(0)
            return summary, file.read()

    @api.model
    def _area_of(self, record):
        if record and "area_id" in record._fields and record.area_id:
            return record.area_id
        return self.env.ref("khbs_registry.area_62")

    @api.model
    def _by_code(self, text):
        """Return the paper of a typed or scanned code, or none; for anybody."""
        return self.sudo().search([("code", "=", codes.normalise(text))], limit=1)

    def _standing(self):
        """Return one Indonesian sentence on whether the paper still holds."""
        self.ensure_one()
        if self.model and self.model in self.env:
            record = self.env[self.model].sudo().browse(self.res_id).exists()
            if record and hasattr(record, "_khbs_standing"):
                return record._khbs_standing()
        return "Dokumen ini diterbitkan oleh sistem KHBS."

    def _verification(self):
        """Return what the public page shows: nothing about a person."""
        self.ensure_one()
        return {
            "title": self.name,
            "standing": self._standing(),
            "facts": [
                ("Keadaan data", words.moment(self.as_of)),
                ("Diterbitkan", words.moment(self.issued_at)),
                ("Jumlah baris", words.number(self.row_count)),
                ("SHA-256 jumlah", self.totals_sha256 or "-"),
                ("SHA-256 isi", self.content_sha256),
                ("SHA-256 berkas PDF", self.pdf_sha256),
                ("SHA-256 berkas XLSX", self.xlsx_sha256 or "-"),
            ],
        }

    def _file(self, form):
        """Return the bytes of the ``pdf`` or ``xlsx`` file."""
        self.ensure_one()
        attachment = self[f"{form}_attachment_id"]
        return attachment._khbs_content(self, self[f"{form}_sha256"])
