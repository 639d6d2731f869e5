# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import http
from odoo.http import content_disposition, request

from ..models.khbs_paper import PDF_TYPE


class KhbsSubject(http.Controller):
    @http.route("/khbs/subject/<int:request_id>/pdf", auth="user", readonly=False)
    def report(self, request_id):
        """Return the report to a data subject, made for the reader who asks."""
        found = request.env["khbs.subject.request"].browse(request_id).exists()
        if not found:
            raise request.not_found()
        content = found._report_pdf()
        name = f"laporan-data-pribadi-{found.name.replace('/', '-')}.pdf"
        return request.make_response(
            content,
            [
                ("Content-Type", PDF_TYPE),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "private, no-store"),
            ],
        )
