# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import http
from odoo.http import request

from odoo.addons.khbs_registry.controllers.workbook import send_workbook


class BkkRoster(http.Controller):
    @http.route(
        "/khbs/bkk/roster-import/<int:import_id>/refused",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def refused(self, import_id):
        """Send the refused lines of a roster back, with the reason of each."""
        delivery = request.env["khbs.bkk.roster.import"].browse(import_id).exists()
        if not delivery:
            raise request.not_found()
        return send_workbook(delivery._write_refused, f"{delivery.name}-ditolak.xlsx")

    @http.route(
        "/khbs/bkk/roster-template",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def template(self):
        """Send the empty workbook in which a roster is delivered."""
        imports = request.env["khbs.bkk.roster.import"]
        return send_workbook(imports._write_template, "daftar-pemangku-bkk.xlsx")
