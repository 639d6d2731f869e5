# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Write ``tests/vectors``: python -m tools.vectors.make_vectors [folder]."""

import base64
import hashlib
import json
import sys
import zlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.kdf.kbkdf import (
    KBKDFCMAC,
    CounterLocation,
    Mode,
)

from . import pki, refusals
from .bit_array import Array
from .pki import AUD, CARD, DAY, GUID, KEYS, NOW, OTHER_TID, PRG, TID
from .signing import b64url, compact, identity, jws, sha256

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "vectors"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SUB = "urn:khbs:list:01"
LIST_SIZE = 123_458
RICE = {"code": "BERAS", "name": "Beras", "unit": "kg", "qty": 10}
# The operator's password is "rahasia-1".
VERIFIER = "scrypt$16384$8$1$" + "$".join(
    (
        b64url(b"conformance salt"),
        b64url(
            hashlib.scrypt(
                b"rahasia-1", salt=b"conformance salt", n=16384, r=8, p=1, dklen=32
            )
        ),
    )
)
CLAIM_ITEMS = [
    {"e": "E26A-000000001", "b": "TUNAI", "p": "2026-3", "a": 600_000},
    {"e": "E26A-000000002", "b": "BERAS10", "p": "2026-3", "a": 150_000},
]


def signed(name, typ, payload):
    return jws(KEYS[name], pki.kid(name), typ, {"prg": PRG, **payload})


def ulid(number):
    """Return a ULID of the vectors' day that ends in *number*."""
    value = (NOW * 1000) << 80 | number
    return "".join(CROCKFORD[value >> 5 * i & 31] for i in range(25, -1, -1))


def make_pki():
    return {
        "prg": PRG,
        "aud": AUD,
        "now": NOW,
        "keys": {
            name: {
                "kid": kid,
                "use": use,
                "jwk": KEYS[name].jwk(),
                "spki": KEYS[name].spki.hex(),
                "spki_sha256": sha256(KEYS[name].spki).hex(),
                "kh": b64url(sha256(KEYS[name].spki)[:16]),
            }
            for name, (kid, use) in pki.NAMES.items()
        },
        "certificates": {
            name: pki.pem(der) for name, der in pki.certificates().items()
        },
        "root_sha256": sha256(KEYS["root"].spki).hex(),
    }


def card_no(list_no, index):
    digits = f"{list_no}{index:07}"
    return f"KH{digits}{98 - int(digits) * 100 % 97:02}"


def make_identifiers():
    pairs = [("01", index) for index in (0, 1, 96, 123_456, 9_999_999)]
    pairs.append(("99", 300_000))
    digest = sha256(b"KHBS-FP" + TID.encode() + KEYS["terminal"].spki)[:5]
    number = int.from_bytes(digest, "big")
    text = "".join(CROCKFORD[number >> 5 * i & 31] for i in range(7, -1, -1))
    master = sha256(b"KHBS conformance vectors: master")
    return {
        "card_numbers": [
            {"list": a, "index": b, "card_no": card_no(a, b)} for a, b in pairs
        ],
        "bad_card_numbers": [
            "KH01012345643",
            "KH01012345624",
            "kh01012345642",
            "KH0101234564",
            "KH010123456420",
            " KH01012345642",
            "KH01012345642\n",
            "KH٠١٠١٢٣٤٥٦٤٢",
        ],
        "fingerprint": {
            "tid": TID,
            "spki": KEYS["terminal"].spki.hex(),
            "fp": f"{text[:4]}-{text[4:]}",
        },
        "kdf": {
            "master": master.hex(),
            "guid": str(GUID),
            "k9b": _kdf(master, b"KHBS-9B", 32).hex(),
            "puk": f"{int.from_bytes(_kdf(master, b'KHBS-PUK', 16), 'big') % 10**8:08}",
        },
    }


def _kdf(master, label, length):
    return KBKDFCMAC(
        algorithms.AES,
        Mode.CounterMode,
        length,
        4,
        4,
        CounterLocation.BeforeFixed,
        label,
        GUID.bytes,
        None,
    ).derive(master)


def make_trust():
    root = sha256(KEYS["root"].spki).hex()
    second = {**_trust_payload(3), "min": {"01": 500}, "rev": ["L01"]}
    both = ["root", "next root"]
    return {
        "root_sha256": root,
        "next_root_sha256": sha256(KEYS["next root"].spki).hex(),
        "bundle": signed("root", "khbs-trust+jwt", _trust_payload(2)),
        "change_of_root": [signed(name, "khbs-trust+jwt", second) for name in both],
    }


def _trust_payload(ver):
    names = ["root", "lease", "list", "ack"]
    names += ["next root", "next list"] if ver > 2 else []
    authority = pki.certificates()["card authority"]
    return {
        "ver": ver,
        "iat": NOW,
        "exp": NOW + 400 * DAY,
        "keys": [
            {
                "kid": pki.kid(name),
                "use": pki.NAMES[name][1],
                "jwk": KEYS[name].public_jwk(),
                "nbf": NOW - DAY,
                "exp": NOW + 730 * DAY,
            }
            for name in names
        ],
        "ca": [{"kid": "C01", "x5c": [base64.b64encode(authority).decode()]}],
        "min": {"01": 400},
        "rev": [],
    }


FIRST = Array(LIST_SIZE, {"1": [0, 4, 96], "2": [7, 5000], "3": [123_457]})
# A card lost and one handed over; two positions are new, one of them shipped.
SECOND = Array(
    LIST_SIZE + 2,
    {"1": [0, 4, 7, 96, 123_458], "2": [5000, 6000], "3": [123_459]},
)


def make_status_list():
    full = _full(FIRST, 412)
    return {
        "full": full,
        "full_ver": 412,
        "full_state": FIRST.describe(),
        "delta": signed("list", "khbs-listdelta+jwt", _delta()),
        "delta_ver": 413,
        "delta_state": SECOND.describe(),
    }


def _full(array, ver, name="list"):
    return signed(
        name,
        "statuslist+jwt",
        {
            "iss": "khbs",
            "sub": SUB,
            "iat": NOW,
            "exp": NOW + 15 * DAY,
            "ttl": 3600,
            "ver": ver,
            "n": array.n,
            "status_list": {"bits": 2, "lst": b64url(zlib.compress(array.bytes, 9))},
        },
    )


def _delta(**changes):
    return {
        "sub": SUB,
        "iat": NOW + 3600,
        "exp": NOW + 3600 + 15 * DAY,
        "from": 412,
        "ver": 413,
        "n": SECOND.n,
        "set": {"0": [123_457], "1": [7], "2": [6000], "3": [123_459]},
        "sha": b64url(sha256(SECOND.bytes)),
        **changes,
    }


def lease_payload(tid=TID):
    key_hashes = [b64url(sha256(KEYS[n].spki)[:16]) for n in ("card", "card PIN")]
    items = [[line[key] for key in "ebpa"] for line in CLAIM_ITEMS]
    shipped = [["E26A-000000003", "TUNAI", "2026-3", 600_000]]
    other = b64url(sha256(b"another card")[:16])
    return {
        "iss": "khbs",
        "id": "L000123-1",
        "tid": tid,
        "iat": NOW,
        "nbf": NOW,
        "exp": NOW + 14 * DAY,
        "lst_min": 412,
        "lim": {"claims": 2, "sum": 1_350_000, "lines": 6},
        "rnd": {"2026-3": NOW + 20 * DAY},
        "ben": {
            "TUNAI": {"label": "Bantuan tunai", "cvm": "id", "goods": []},
            "BERAS10": {"label": "Beras", "cvm": "none", "goods": [RICE]},
        },
        "rows": [
            [CARD, *key_hashes, "Mina Antang", 0, items],
            [card_no("01", 123_457), other, None, "Bawi Tundai", 1, shipped],
        ],
    }


def make_lease():
    return {
        "tid": TID,
        "lease": signed("lease", "khbs-lease+jwt", lease_payload()),
        "rows": 2,
        "card_no": CARD,
    }


def claim_payload(tid=TID, number=1):
    return {"jti": ulid(number), "tid": tid, "iat": NOW + 4000, "it": CLAIM_ITEMS}


def make_claim():
    text = signed("card", "khbs-claim+jwt", claim_payload())
    digest = identity(text)
    raw = base64.urlsafe_b64decode(text.rsplit(".", 1)[1] + "==")
    der = encode_dss_signature(
        int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    )
    inner = bytes([0x82, len(der)]) + der
    return {
        "jws": text,
        "digest": digest.hex(),
        "apdu": "0087119e267c2482008120" + digest.hex() + "00",
        "answer": (bytes([0x7C, len(inner)]) + inner).hex() + "9000",
    }


def make_messages():
    key_hashes = [b64url(sha256(KEYS[n].spki)) for n in ("card", "card PIN")]
    hello = {"tid": TID, "jti": ulid(2), "iat": NOW + 7100}
    perso = {
        "job": "J000017",
        "nonce": b64url(sha256(b"nonce")),
        "card_no": CARD,
        "spki_sha": key_hashes,
    }
    config = {
        "tid": TID,
        "ver": 1,
        "iat": NOW,
        "ops": [{"op": "OP1", "name": "Petugas Loket", "v": VERIFIER}],
        "limits": {
            "offline_days": 14,
            "tap_lines": 6,
            "tap_sum": 1_200_000,
            "unsent": 52,
        },
    }
    receipt = {"tid": TID, "seq": 9, "head": b64url(sha256(b"head")), "iat": NOW}
    return {
        "khbs-auth+jwt": signed("card", "khbs-auth+jwt", hello),
        "khbs-activate+jwt": signed(
            "card", "khbs-activate+jwt", {**hello, "op": "OP1"}
        ),
        "khbs-perso+jwt": [
            signed(name, "khbs-perso+jwt", perso) for name in ("card", "card PIN")
        ],
        "khbs-config+jwt": signed("lease", "khbs-config+jwt", config),
        "khbs-receipt+jwt": signed("ack", "khbs-receipt+jwt", receipt),
    }


def make_station():
    """Return what a card with a PIN signs at a station, and how its nonces arise."""
    certificates = pki.certificates()
    der = [certificates[name] for name in ("card", "card PIN")]
    certs_sha = [b64url(sha256(each)) for each in der]
    nonce = b64url(sha256(b"nonce"))
    done_nonce = b64url(sha256(".".join([nonce, *certs_sha]).encode()))
    key_hashes = [b64url(sha256(KEYS[n].spki)) for n in ("card", "card PIN")]
    perso = {"card_no": CARD, "spki_sha": key_hashes}
    at_end = {"job": "J000017", "nonce": done_nonce, **perso}
    reset = {"job": "P000003", "nonce": b64url(sha256(b"reset")), **perso}
    here = {"tid": "S0001", "jti": ulid(3), "iat": NOW + 7200}
    return {
        "job": "J000017",
        "card_no": CARD,
        "nonce": nonce,
        "certs": [b64url(each) for each in der],
        "certs_sha": certs_sha,
        "done_nonce": done_nonce,
        "transcript": [
            signed(name, "khbs-perso+jwt", at_end) for name in ("card", "card PIN")
        ],
        "proof": signed("card", "khbs-auth+jwt", here),
        "pin": {
            "order": reset["job"],
            "nonce": reset["nonce"],
            "proof": signed("card PIN", "khbs-perso+jwt", reset),
        },
    }


class Chain:
    """A journal in the making."""

    def __init__(self):
        self.entries = []
        self.head = sha256(KEYS["terminal"].spki)
        self.lst, self.lse = 0, None

    def add(self, ev, d, **other):
        seq = len(self.entries) + 1
        payload = {
            "tid": TID,
            "seq": seq,
            "prev": b64url(self.head),
            "at": NOW + 3600 + seq * 60,
            "mono": 1_000_000 + seq * 60_000,
            "boot": 1,
            "lst": self.lst,
            "lse": self.lse,
            "ev": ev,
            "d": d,
            **other,
        }
        self.entries.append(signed("terminal", "khbs-jrn+jwt", payload))
        self.head = identity(self.entries[-1])
        return payload

    def sync(self):
        answer = {
            "nonce": b64url(self.head),
            "now": NOW + 3600 + (len(self.entries) + 1) * 60,
        }
        text = signed("ack", "khbs-time+jwt", answer)
        self.add("sync", {"jws": text, "rtt": 120})


def make_chain():
    """Return the Chain of the vectors: one family served, one card refused."""
    chain = Chain()
    claim = make_claim()["jws"]
    numbers = [line["e"] for line in CLAIM_ITEMS]
    jti = claim_payload()["jti"]
    chain.add("cfg", {"ver": 1})
    chain.sync()
    chain.add("lists", {"sub": SUB, "ver": 412})
    chain.lst = 412
    chain.add("lease", {"id": "L000123-1", "prev": None})
    chain.lse = "L000123-1"
    chain.add("open", {"op": "OP1"})
    chain.add("intent", {"jti": jti, "card_no": CARD, "e": numbers})
    chain.add(
        "claim",
        {
            "jws": claim,
            "mode": "off",
            "auth": None,
            "cvm": "id",
            "gps": [-2_208_900, 113_916_600, 12],
            "op": "OP1",
            "rc": f"{TID}-000007",
        },
    )
    chain.add("deny", {"card_no": card_no("01", 5000), "why": "SUSPENDED"})
    chain.add("close", {"op": "OP1", "n": 1, "sum": 750_000})
    chain.sync()
    return chain


def make_journal():
    chain = make_chain()
    seq = len(chain.entries)
    head = b64url(chain.head)
    return {
        "tid": TID,
        "genesis": b64url(sha256(KEYS["terminal"].spki)),
        "entries": chain.entries,
        "identities": [b64url(identity(text)) for text in chain.entries],
        "head": head,
        "ack": signed(
            "ack",
            "khbs-ack+jwt",
            {"tid": TID, "seq": seq, "head": head, "gaps": [], "iat": NOW + 4200},
        ),
    }


def make_request():
    body = compact(
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "edc.blocklist.get",
            "params": {"list": "01", "have": 412},
        }
    )
    request = {
        "iss": TID,
        "aud": AUD,
        "iat": NOW,
        "jti": ulid(3),
        "bd": b64url(sha256(body)),
    }
    text = signed("terminal", "khbs-req+jwt", request)
    return {"body": body.decode(), "authorization": f"KHBS {text}", "payload": request}


def make_all():
    """Return dict of file name to content."""
    contents = {
        "pki": make_pki(),
        "identifiers": make_identifiers(),
        "trust": make_trust(),
        "status_list": make_status_list(),
        "lease": make_lease(),
        "claim": make_claim(),
        "messages": make_messages(),
        "station": make_station(),
        "journal": make_journal(),
        "request": make_request(),
    }
    builders = {
        "lease": lambda: signed(
            "lease", "khbs-lease+jwt", lease_payload(tid=OTHER_TID)
        ),
        "claim": lambda: signed("card", "khbs-claim+jwt", claim_payload(OTHER_TID, 9)),
        "rollback": lambda: _full(FIRST, 411),
        "delta": lambda **changes: signed(
            "list", "khbs-listdelta+jwt", _delta(**changes)
        ),
        "branch": _branch,
    }
    contents["accept"] = refusals.accepted(contents)
    contents["reject"] = refusals.refused(contents, builders)
    return {
        f"{name}.json": json.dumps(value, indent=1, ensure_ascii=False) + "\n"
        for name, value in contents.items()
    }


def _branch():
    """Return another entry 8 of the journal, as a restored terminal writes it."""
    chain = make_chain()
    chain.entries = chain.entries[:7]
    chain.head = identity(chain.entries[-1])
    chain.add("close", {"op": "OP1", "n": 1, "sum": 750_000})
    return chain.entries[-1]


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in make_all().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
