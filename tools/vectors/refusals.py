# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a verifier must refuse, each one step from the truth, and must accept."""

import base64
import hashlib
import hmac
import json

from . import pki
from .pki import CARD, KEYS, OTHER_TID, PRG, TID
from .signing import b64url, compact, identity, jws, other_s


def accepted(contents):
    """Return the texts that must verify like the original, with one identity."""
    claim, entry = contents["claim"]["jws"], contents["journal"]["entries"][6]
    return [
        _accepted("high s: claim", "khbs-claim+jwt", claim),
        _accepted("high s: journal entry", "khbs-jrn+jwt", entry),
    ]


def _accepted(name, typ, text):
    return {
        "name": name,
        "typ": typ,
        "jws": [text, other_s(text)],
        "identity": b64url(identity(text)),
    }


def refused(contents, builders):
    """Return the cases by the check that must refuse them."""
    return {
        "json": _json_cases(),
        "jws": _jws_cases(contents["claim"]["jws"], contents["lease"]["lease"]),
        "tid": [
            {"name": "claim for another terminal", "jws": builders["claim"]()},
            {"name": "lease of another terminal", "jws": builders["lease"]()},
        ],
        "chain": _chain_cases(contents["journal"]["entries"], builders["branch"]()),
        "list": _list_cases(contents["status_list"], builders),
        "trust": _trust_cases(contents["trust"]),
        "certificate": [
            {
                "name": "issued by a key that is no authority",
                "pem": contents["pki"]["certificates"]["forged card"],
            }
        ],
    }


def _json_cases():
    texts = {
        "fraction": b'{"a":1.5}',
        "exponent": b'{"a":1e3}',
        "integer beyond 2^53-1": b'{"a":9007199254740992}',
        "negative integer beyond 2^53-1": b'{"a":-9007199254740992}',
        "duplicate key": b'{"a":1,"a":2}',
        "duplicate key, one escaped": b'{"a":1,"\\u0061":2}',
        "nine levels": b'{"a":' + b"[" * 8 + b"]" * 8 + b"}",
        "very deep": b"[" * 20_000,
        "NaN": b'{"a":NaN}',
        "Infinity": b'{"a":-Infinity}',
        "not UTF-8": b'{"a":"\xff"}',
        "UTF-16": '{"a":1}'.encode("utf-16"),
        "byte order mark": b'\xef\xbb\xbf{"a":1}',
        "lone surrogate": b'{"a":"\\ud800"}',
        "control character": b'{"a":"\x01"}',
        "trailing text": b'{"a":1}x',
        "trailing comma": b'{"a":1,}',
        "empty": b"",
    }
    return [
        {"name": name, "base64": base64.b64encode(text).decode()}
        for name, text in texts.items()
    ]


def _jws_cases(claim, lease):
    head, body, tail = claim.split(".")
    payload = json.loads(base64.urlsafe_b64decode(body + "=="))
    card, terminal, ack = KEYS["card"], KEYS["terminal"], KEYS["ack"]

    def claim_case(name, text):
        return {"name": name, "typ": "khbs-claim+jwt", "jws": text}

    def signed(key=card, kid=CARD, typ="khbs-claim+jwt", content=payload, **more):
        return jws(key, kid, typ, content, **more)

    raw = base64.urlsafe_b64decode(tail + "==")
    plain = compact(payload)
    return [
        claim_case("flipped bit in the payload", f"{head}.{_flip(body)}.{tail}"),
        claim_case("flipped bit in the signature", f"{head}.{body}.{_flip(tail)}"),
        claim_case("alg none", _unsigned("none", body)),
        claim_case("alg none, signature kept", _unsigned("none", body, tail)),
        claim_case("HS256 with the public key", _hs256(body)),
        claim_case("alg ES384 named", signed(alg="ES384")),
        claim_case("kid of a terminal", signed(kid=f"{TID}.1")),
        claim_case("kid of an unknown card", signed(kid="KH01000009659")),
        claim_case("typ of another message", signed(typ="khbs-auth+jwt")),
        claim_case("signed by a terminal", signed(key=terminal)),
        claim_case("signed by a forged card", signed(key=KEYS["forged card"])),
        claim_case("another programme", signed(content={**payload, "prg": "KHBS"})),
        claim_case(
            "amount with a fraction", signed(content=plain.replace(b"600000", b"6e5"))
        ),
        claim_case(
            "duplicate key",
            signed(content=plain[:-1] + f',"tid":"{OTHER_TID}"}}'.encode()),
        ),
        claim_case(
            "deep nesting",
            signed(content=compact({**payload, "x": _nested(8)})),
        ),
        claim_case("payload is an array", signed(content=b"[1]")),
        claim_case("padded base64", f"{head}.{body}.{tail}=="),
        claim_case("padded payload", f"{head}.{body}{'=' * (-len(body) % 4)}.{tail}")
        if len(body) % 4
        else claim_case("padded header", f"{head}=.{body}.{tail}"),
        claim_case("bits left over in base64", f"{head}.{body}.{_spare_bits(tail)}"),
        claim_case("standard base64", f"{head}.{body}.{_standard(raw)}"),
        claim_case("line break", f"{head}.{body}.{tail}\n"),
        claim_case("DER signature", f"{head}.{body}.{b64url(_der(raw))}"),
        claim_case("short signature", f"{head}.{body}.{b64url(raw[:63])}"),
        claim_case("r and s are 0", f"{head}.{body}.{b64url(bytes(64))}"),
        claim_case("more in the header", _with_header({"crit": ["b64"], "b64": False})),
        claim_case("four parts", f"{claim}.{tail}"),
        {
            "name": "lease signed by the ack key under its own kid",
            "typ": "khbs-lease+jwt",
            "jws": jws(ack, "A01", "khbs-lease+jwt", _payload(lease)),
        },
        {
            "name": "lease signed by the ack key under the lease's kid",
            "typ": "khbs-lease+jwt",
            "jws": jws(ack, "E01", "khbs-lease+jwt", _payload(lease)),
        },
    ]


def _payload(text):
    body = text.split(".")[1]
    return base64.urlsafe_b64decode(body + "==")


def _nested(levels):
    value = 1
    for _level in range(levels):
        value = [value]
    return value


def _flip(part):
    data = bytearray(base64.urlsafe_b64decode(part + "=="))
    data[len(data) // 2] ^= 1
    return b64url(bytes(data))


def _unsigned(alg, body, tail=""):
    head = b64url(compact({"alg": alg, "kid": CARD, "typ": "khbs-claim+jwt"}))
    return f"{head}.{body}.{tail}"


def _hs256(body):
    signed = _unsigned("HS256", body).rsplit(".", 1)[0]
    key = pki.pem(pki.certificates()["card"]).encode()
    mac = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{b64url(mac)}"


def _spare_bits(tail):
    """Return *tail* with one of the bits set that its last character wastes."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return tail[:-1] + alphabet[alphabet.index(tail[-1]) + 1]


def _standard(raw):
    text = base64.b64encode(raw).decode().rstrip("=")
    return text if "+" in text or "/" in text else "+" + text[1:]


def _der(raw):
    # Not ASN.1 but its look: the check of the length must stop it.
    return b"\x30\x44\x02\x20" + raw[:32] + b"\x02\x20" + raw[32:]


def _with_header(more):
    header = {"alg": "ES256", "kid": CARD, "typ": "khbs-claim+jwt", **more}
    signed = f"{b64url(compact(header))}.{b64url(compact({'prg': PRG}))}"
    r, s = KEYS["card"].sign(signed.encode())
    return f"{signed}.{b64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _chain_cases(entries, branch):
    return [
        {
            "name": "fork: two entries 8",
            "breaks_at": 8,
            "entries": entries[:7] + [branch] + entries[8:],
        },
        {
            "name": "gap: entry 4 missing",
            "breaks_at": 4,
            "entries": entries[:3] + entries[4:],
        },
        {
            "name": "two entries exchanged",
            "breaks_at": 5,
            "entries": entries[:4] + [entries[5], entries[4]] + entries[6:],
        },
    ]


def _list_cases(lists, builders):
    """Return lists that a terminal which holds version 412 must refuse."""
    return [
        {"name": "rollback: version 411", "jws": builders["rollback"]()},
        {"name": "the version held again", "jws": lists["full"]},
        {
            "name": "change from another version",
            "jws": builders["delta"](**{"from": 411}),
        },
        {"name": "change to a version below", "jws": builders["delta"](ver=410)},
        {"name": "wrong result", "jws": builders["delta"](set={"2": [1]})},
        {"name": "position outside", "jws": builders["delta"](set={"2": [123_460]})},
        {"name": "a list that shrinks", "jws": builders["delta"](n=100)},
        {"name": "another list", "jws": builders["delta"](sub="urn:khbs:list:02")},
    ]


def _trust_cases(trust):
    payload = json.loads(_payload(trust["bundle"]))
    forged = KEYS["forged card"]
    own = {**payload["keys"][0], "jwk": forged.public_jwk()}
    swapped = {**payload, "keys": [own, *payload["keys"][1:]]}
    void = {**payload, "rev": ["R01"]}
    change = {**json.loads(_payload(trust["change_of_root"][0])), "rev": ["R02"]}
    return [
        {
            "name": "signed by another root",
            "trust": jws(forged, "R01", "khbs-trust+jwt", swapped),
        },
        {
            "name": "signed by a key that is no root",
            "trust": jws(KEYS["ack"], "R01", "khbs-trust+jwt", payload),
        },
        {
            "name": "new root alone",
            "trust": trust["change_of_root"][1],
        },
        {
            "name": "signed by a root that it revokes",
            "trust": jws(KEYS["root"], "R01", "khbs-trust+jwt", void),
        },
        {
            "name": "change to a root that it revokes",
            "trust": [
                jws(KEYS[name], pki.kid(name), "khbs-trust+jwt", change)
                for name in ("root", "next root")
            ],
        },
    ]
