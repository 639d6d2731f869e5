# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import functools
import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from odoo import http
from odoo.http import request


class KhbsBench(http.Controller):
    @http.route(
        "/bench/v1",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
    )
    def bench_v1(self, **_query):
        """Check the signatures of request and claim and insert one authorisation.

        Nothing is asked of the database: both keys and the row come in the body.
        """
        received = request.httprequest
        asked = json.loads(received.get_data(cache=False))
        header = received.headers["Authorization"].removeprefix("KHBS ")
        _verify(header, _device_key(asked["device_spki"]))
        _verify(asked["claim"], _key(asked["card_spki"]))
        cr = request.env.cr
        cr.execute(
            """
            INSERT INTO khbs_authorisation (code, terminal_id, jti, claim_sha256,
                card_no, entitlement_id, e, benefit_code, round_code, amount, with_pin,
                at, exp) VALUES %s
            """,
            [tuple(asked["row"])],
        )
        cr.commit()
        return request.make_json_response({"result": {"auth": asked["row"][0]}})


def _key(spki):
    return load_der_public_key(base64.b64decode(spki))


# A terminal sends many requests, a card one.
_device_key = functools.lru_cache(maxsize=4096)(_key)


def _verify(text, key):
    message, _dot, signature = text.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    der = encode_dss_signature(
        int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    )
    key.verify(der, message.encode(), ECDSA(hashes.SHA256()))
