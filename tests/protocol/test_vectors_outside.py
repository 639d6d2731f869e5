# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Libraries that know nothing of KHBS, on the same vectors."""

import jwt
import pytest
from jwcrypto import jwk, jws
from jwcrypto.common import JWException, json_decode
from terminal_stage import load


def signed_texts():
    """Yield (key name, JWS) of everything signed in the vectors."""
    yield "card", load("claim")["jws"]
    yield "terminal", load("request")["authorization"].removeprefix("KHBS ")
    yield "root", load("trust")["bundle"]
    yield "lease", load("lease")["lease"]
    yield "list", load("status_list")["full"]
    yield "list", load("status_list")["delta"]
    yield "ack", load("journal")["ack"]
    for text in load("journal")["entries"]:
        yield "terminal", text
    for name, case in zip(("card", "terminal"), load("accept"), strict=True):
        for text in case["jws"]:
            yield name, text


SIGNED = list(signed_texts())


@pytest.fixture(scope="module")
def public(vectors):
    return {
        name: {key: row["jwk"][key] for key in ("kty", "crv", "x", "y")}
        for name, row in vectors.pki["keys"].items()
    }


def test_pyjwt_verifies(public):
    for name, text in SIGNED:
        payload = jwt.decode(
            text,
            jwt.PyJWK(public[name], algorithm="ES256"),
            algorithms=["ES256"],
            options={
                "verify_aud": False,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_iss": False,
                "verify_jti": False,
            },
        )
        assert payload["prg"] == "KHBS-vectors"


def test_jwcrypto_verifies(public):
    for name, text in SIGNED:
        token = jws.JWS()
        token.allowed_algs = ["ES256"]
        token.deserialize(text, jwk.JWK(**public[name]))
        assert json_decode(token.payload)["prg"] == "KHBS-vectors"


@pytest.mark.parametrize(
    "name", ["flipped bit in the payload", "alg none", "HS256 with the public key"]
)
def test_they_refuse_what_any_verifier_must(name, public):
    [case] = [case for case in load("reject")["jws"] if case["name"] == name]
    key = jwt.PyJWK(public["card"], algorithm="ES256")
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode(case["jws"], key, algorithms=["ES256"])
    token = jws.JWS()
    token.allowed_algs = ["ES256"]
    with pytest.raises((JWException, ValueError)):
        token.deserialize(case["jws"], jwk.JWK(**public["card"]))
