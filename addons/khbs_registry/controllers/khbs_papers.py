# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import content_disposition, request

from ..models.khbs_paper import PDF_TYPE, XLSX_TYPE
from ..papers import code as codes

_TYPES = {"pdf": PDF_TYPE, "xlsx": XLSX_TYPE, "scan": PDF_TYPE, "draft": PDF_TYPE}


class KhbsPapers(http.Controller):
    """Files of papers for their readers, and the page that checks a code."""

    @http.route("/khbs/paper/<int:paper_id>/<any(pdf,xlsx):form>", auth="user")
    def paper(self, paper_id, form):
        """Return a file of an issued paper."""
        return self._file("khbs.paper", paper_id, form)

    @http.route("/khbs/decree/<int:decree_id>/<any(pdf,scan,draft):form>", auth="user")
    def decree(self, decree_id, form):
        """Return the frozen decree, the signed file or the pages of the draft."""
        return self._file("khbs.decree", decree_id, form)

    @http.route("/khbs/decree/annex/<int:annex_id>/<any(pdf,xlsx):form>", auth="user")
    def annex(self, annex_id, form):
        """Return one annex of a decree."""
        return self._file("khbs.decree.annex", annex_id, form)

    def _file(self, model, record_id, form):
        record = request.env[model].browse(record_id).exists()
        content = record._file(form) if record else None
        if content is None:
            raise NotFound()
        facts = {"form": form, "sha256": hashlib.sha256(content).hexdigest()}
        if "row_count" in record._fields:
            facts["rows"] = record.sudo().row_count
        request.env["khbs.audit.event"]._record("file.download", record, facts)
        suffix = "xlsx" if form == "xlsx" else "pdf"
        name = f"{model.replace('.', '-')}-{record_id}.{suffix}"
        return request.make_response(
            content,
            [
                ("Content-Type", _TYPES[form]),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "private, no-store"),
            ],
        )

    @http.route(
        ["/khbs/verify", "/khbs/verify/<string:code>"],
        auth="public",
        methods=["GET"],
        save_session=False,
    )
    def verify(self, code=""):
        """Show anybody whether a paper with this code was issued (DESIGN 7)."""
        found = None
        for model in ("khbs.paper", "khbs.decree"):
            record = code and request.env[model]._by_code(code)
            if record:
                found = record._verification()
                break
        response = request.render(
            "khbs_registry.verification_page",
            {"code": codes.grouped(codes.normalise(code)), "found": found},
        )
        if code and not found:
            response.status_code = 404
        response.headers["Cache-Control"] = "no-store"
        return response
