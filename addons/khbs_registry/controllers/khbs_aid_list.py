# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import http
from odoo.http import request

from .workbook import send_workbook


class AidList(http.Controller):
    @http.route(
        "/khbs/aid-list/<int:list_id>/refused",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def refused(self, list_id):
        """Send the refused lines of a list back, with the reason of each."""
        aid_list = request.env["khbs.aid.list"].browse(list_id).exists()
        if not aid_list:
            raise request.not_found()
        return send_workbook(aid_list._write_refused, f"{aid_list.name}-ditolak.xlsx")
