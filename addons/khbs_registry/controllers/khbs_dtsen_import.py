# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import tempfile

from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.http import Response, content_disposition, request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DtsenImport(http.Controller):
    @http.route(
        "/khbs/import/<int:import_id>/rejects",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def rejects(self, import_id):
        """Send the refused rows of a delivery back, with the reason of each."""
        delivery = request.env["khbs.dtsen.import"].browse(import_id).exists()
        if not delivery:
            raise request.not_found()
        file = tempfile.TemporaryFile()  # noqa: SIM115 closed with the response
        try:
            delivery._write_rejects(file)
        except Exception:
            file.close()
            raise
        size = file.tell()
        file.seek(0)
        return Response(
            wrap_file(request.httprequest.environ, file),
            direct_passthrough=True,
            headers=[
                ("Content-Type", XLSX),
                ("Content-Length", str(size)),
                (
                    "Content-Disposition",
                    content_disposition(f"{delivery.name}-ditolak.xlsx"),
                ),
            ],
        )
