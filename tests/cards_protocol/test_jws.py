# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jws as jwcrypto_jws
from protocol import base64url, jws, keys, types

# Order of P-256 (FIPS 186).
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC = KEY.public_key()
PAYLOAD = {"prg": "KHBS-test", "jti": "01J", "n": 7}
TEXT = jws.sign(KEY, "KH01012345642", "khbs-claim+jwt", PAYLOAD)


def _text(header, payload=b"{}", signature=bytes(64)):
    parts = (header, payload, signature)
    return ".".join(base64url.encode(part) for part in parts)


def test_signs_what_it_verifies():
    parsed = jws.verify(jws.parse(TEXT), PUBLIC)
    assert parsed.payload == PAYLOAD
    assert (parsed.kid, parsed.typ) == ("KH01012345642", "khbs-claim+jwt")


def test_pyjwt_and_jwcrypto_verify_our_signature():
    assert jwt.decode(TEXT, PUBLIC, algorithms=["ES256"]) == PAYLOAD
    token = jwcrypto_jws.JWS()
    token.deserialize(TEXT, jwcrypto_jwk.JWK(**keys.jwk(PUBLIC)))
    assert json.loads(token.payload) == PAYLOAD


def test_we_verify_what_pyjwt_signs():
    headers = {"kid": "KH01012345642", "typ": "khbs-claim+jwt"}
    text = jwt.encode(PAYLOAD, KEY, algorithm="ES256", headers=headers)
    assert jws.verify(jws.parse(text), PUBLIC).payload == PAYLOAD


def test_the_high_s_form_verifies_and_has_the_same_identity():
    message, signature = TEXT.rsplit(".", 1)
    raw = base64url.decode(signature)
    s = int.from_bytes(raw[32:], "big")
    flipped = raw[:32] + (N - s).to_bytes(32, "big")
    other = jws.verify(jws.parse(f"{message}.{base64url.encode(flipped)}"), PUBLIC)
    assert other.identity_sha256 == jws.parse(TEXT).identity_sha256
    assert other.signature != jws.parse(TEXT).signature


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_flipped_bit_in_any_part_is_refused(part):
    parts = [bytearray(base64url.decode(p)) for p in TEXT.split(".")]
    parts[part][len(parts[part]) // 2] ^= 1
    with pytest.raises(jws.JwsError):
        jws.verify(
            jws.parse(".".join(base64url.encode(bytes(p)) for p in parts)), PUBLIC
        )


@pytest.mark.parametrize(
    "header",
    [
        b'{"alg":"none","kid":"KH01012345642","typ":"khbs-claim+jwt"}',
        b'{"alg":"HS256","kid":"KH01012345642","typ":"khbs-claim+jwt"}',
        b'{"alg":"ES256","kid":"KH01012345642"}',
        b'{"alg":"ES256","kid":"K","typ":"t","jwk":{}}',
        b'{"alg":"ES256","alg":"ES256","kid":"K","typ":"t"}',
        b'{"alg":"ES256","kid":1,"typ":"t"}',
        b"[]",
    ],
)
def test_any_other_header_is_refused(header):
    with pytest.raises(jws.JwsError):
        jws.parse(_text(header))


HEADER = b'{"alg":"ES256","kid":"K","typ":"t"}'


@pytest.mark.parametrize(
    "text",
    [
        TEXT + "=",
        TEXT + "==",
        TEXT.replace(".", "=.", 1),
        TEXT + ".",
        TEXT + "\n",
        " " + TEXT,
        TEXT[:-2],
        TEXT.rsplit(".", 1)[0],
        _text(HEADER, b"[]"),
        _text(HEADER, b'{"a":1.5}'),
        _text(HEADER, b'{"a":1,"a":1}'),
        _text(HEADER, b"{}", bytes(63)),
        _text(HEADER, b"{}", bytes(65)),
        "é.é.é",
        "",
        None,
        TEXT.encode(),
    ],
)
def test_any_other_form_is_refused(text):
    with pytest.raises(jws.JwsError):
        jws.parse(text)


def test_a_zero_signature_does_not_verify():
    with pytest.raises(jws.JwsError):
        jws.verify(jws.parse(_text(HEADER)), PUBLIC)


def test_unused_bits_of_base64_are_refused():
    assert base64url.decode("QQ") == b"A"
    with pytest.raises(ValueError, match="canonical"):
        base64url.decode("QR")
    with pytest.raises(ValueError, match="base64url"):
        base64url.decode(base64.b64encode(b"\xfb\xff").decode())


@pytest.mark.parametrize(
    ("kid", "typ"),
    [
        ("T000123.1", "khbs-claim+jwt"),
        ("KH01012345642.9C", "khbs-activate+jwt"),
        ("KH01012345642", "khbs-jrn+jwt"),
        ("L01", "khbs-lease+jwt"),
        ("E01\n", "khbs-lease+jwt"),
    ],
)
def test_a_kid_signs_only_its_own_kinds(kid, typ):
    parsed = jws.parse(jws.sign(KEY, kid, typ, PAYLOAD))
    with pytest.raises(jws.JwsError):
        types.expect(parsed, typ, "KHBS-test")


def test_another_programme_and_another_kind_are_refused():
    parsed = jws.parse(TEXT)
    assert types.expect(parsed, "khbs-claim+jwt", "KHBS-test") is parsed
    with pytest.raises(jws.JwsError):
        types.expect(parsed, "khbs-claim+jwt", "KHBS")
    with pytest.raises(jws.JwsError):
        types.expect(parsed, "khbs-auth+jwt", "KHBS-test")
