# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the station has cards sign, against the vectors that vendors get."""

import json
from pathlib import Path

import pytest

from khbs_station import jose
from khbs_station.issued import sha256

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
TOLD = json.loads((VECTORS / "station.json").read_text())


def test_the_last_nonce_names_the_certificates_as_read():
    written = [sha256(jose.from_b64url(text)) for text in TOLD["certs"]]
    assert written == TOLD["certs_sha"]
    assert sha256(".".join([TOLD["nonce"], *written]).encode()) == TOLD["done_nonce"]


@pytest.mark.parametrize(
    ("text", "kid", "typ"),
    [
        (TOLD["transcript"][0], TOLD["card_no"], "khbs-perso+jwt"),
        (TOLD["transcript"][1], TOLD["card_no"] + ".9C", "khbs-perso+jwt"),
        (TOLD["pin"]["proof"], TOLD["card_no"] + ".9C", "khbs-perso+jwt"),
        (TOLD["proof"], TOLD["card_no"], "khbs-auth+jwt"),
    ],
)
def test_a_card_is_given_the_same_bytes_to_sign(text, kid, typ):
    signed, _dot, _signature = text.rpartition(".")
    payload = jose.loads(jose.from_b64url(signed.partition(".")[2]))
    assert jose.signing_input(kid, typ, payload) == signed.encode()
