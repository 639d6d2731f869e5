# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import http
from odoo.http import content_disposition, request

from ..terms import PROPOSER


class KhbsBkkPayment(http.Controller):
    """Files of payment lists, for the treasurers who pay."""

    @http.route(
        "/khbs/bkk/payment/<int:file_id>/file",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def payment_file(self, file_id):
        """Send a payment file; every download is recorded."""
        file = request.env["khbs.bkk.payment.file"].browse(file_id).exists()
        if not file:
            raise request.not_found()
        events = request.env["khbs.audit.event"]
        events._require_group(PROPOSER, "khbs.bkk.payment.download", file)
        file.check_access("read")
        content = file._content()
        events._record("khbs.bkk.payment.download", file, {"sha256": file.sha256})
        attachment = file.sudo().attachment_id
        return request.make_response(
            content,
            headers=[
                ("Content-Type", attachment.mimetype),
                ("Content-Disposition", content_disposition(file.filename)),
                ("X-Content-SHA256", file.sha256),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "private, no-store"),
            ],
        )
