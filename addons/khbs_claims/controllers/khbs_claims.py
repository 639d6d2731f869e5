# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import http
from odoo.http import content_disposition, request

from ..models.khbs_bank_batch import BANK_OFFICER


class KhbsClaims(http.Controller):
    """Files of the aid, for users who are logged in."""

    @http.route(
        "/khbs/bank/<int:batch_id>/file",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def bank_file(self, batch_id):
        """Send the file of a released batch; every download is recorded."""
        batch = request.env["khbs.bank.batch"].browse(batch_id).exists()
        if not batch:
            raise request.not_found()
        events = request.env["khbs.audit.event"]
        events._require_group(BANK_OFFICER, "bank.download", batch)
        batch.round_id._require_areas("bank.download")
        batch._require_state("sent", "closed")
        content = batch._file()
        events._record("bank.download", batch, {"sha256": batch.file_sha256})
        attachment = batch.sudo().attachment_id
        return request.make_response(
            content,
            headers=[
                ("Content-Type", attachment.mimetype),
                ("Content-Disposition", content_disposition(attachment.name)),
                ("X-Content-SHA256", batch.file_sha256),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "private, no-store"),
            ],
        )
