# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import http
from odoo.http import request

from .workbook import send_workbook


class WhatIf(http.Controller):
    @http.route(
        "/khbs/what-if/<int:what_if_id>/xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def workbook(self, what_if_id):
        """Send the counts that the form shows."""
        what_if = request.env["khbs.what.if"].browse(what_if_id).exists()
        if not what_if:
            raise request.not_found()
        what_if.check_access("read")
        return send_workbook(what_if._write_xlsx, "simulasi-kriteria.xlsx")
