# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import contextlib
import time

import psycopg2

from odoo import http
from odoo.http import request

from odoo.addons.khbs_cards.protocol import strict_json

from ..rpc import endpoint

MAX_BODY = 2**20
MAX_OPEN_BODY = 2**14


class KhbsEdc(http.Controller):
    """The one address of all terminals and card stations (docs/edc-protocol.md)."""

    @http.route(
        "/edc/v1",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        max_content_length=MAX_BODY,
    )
    def edc_v1(self, **_query):
        received = request.httprequest
        header = received.headers.get("Authorization")
        refused = self._refused(received, header)
        if refused:
            return request.make_response("", status=refused)
        body = received.get_data(cache=False)
        answer = endpoint.serve(request.env, header, body, received.remote_addr)
        return self._response(answer)

    def _refused(self, received, header):
        """Return the HTTP status of what cannot even be read, or None."""
        if received.mimetype != "application/json":
            return 415
        if received.content_length is None:
            return 411
        limit = MAX_OPEN_BODY if header is None else MAX_BODY
        if received.content_length > limit:
            return 413
        return None

    def _response(self, answer):
        headers = [("KHBS-Time", str(int(time.time())))]
        # What is advisory must not cost an answer that is committed already.
        with contextlib.suppress(psycopg2.Error):
            version = request.env["khbs.settlement"].sudo()._list_version()
            headers.append(("KHBS-Lists", f"01={version}"))
        if answer is None:
            return request.make_response("", headers=headers, status=204)
        headers.append(("Content-Type", "application/json"))
        return request.make_response(strict_json.dumps(answer), headers=headers)
