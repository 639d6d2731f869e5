# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The other side of the protocol: what terminals and cards sign."""

import hashlib
import json
import secrets
import time

from cryptography.hazmat.primitives.asymmetric import ec

from odoo.addons.khbs_cards import authority
from odoo.addons.khbs_cards.protocol import base64url, jws, keys
from odoo.addons.khbs_edc.rpc.authentication import audience

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CURVE = ec.SECP256R1()


def ulid():
    return "0" + "".join(secrets.choice(CROCKFORD) for _place in range(25))


def card_key(card_no):
    """Return the private key of a card of the bench: the same in each run."""
    digest = hashlib.sha256(f"bench {card_no}".encode()).digest()
    return ec.derive_private_key(int.from_bytes(digest[:31], "big") + 1, CURVE)


class Device:
    """A terminal: its key, its requests and its journal."""

    def __init__(self, env):
        self.prg = authority.prg(env)
        self.server_key = authority.signer(env, "ack", "terminal.time", counted=True)
        self.aud = audience(env)
        self.key = ec.generate_private_key(CURVE)
        self.spki = keys.spki(self.key.public_key())
        self.head = base64url.encode(hashlib.sha256(self.spki).digest())
        self.entries = []
        self.tid = self.lease = None
        self.lst = 0

    @property
    def kid(self):
        return f"{self.tid}.1"

    def request(self, method, params):
        """Return (body, Authorization header) of one signed call."""
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        body = json.dumps(call, separators=(",", ":")).encode()
        payload = {
            "iss": self.tid,
            "prg": self.prg,
            "aud": self.aud,
            "iat": int(time.time()),
            "jti": ulid(),
            "bd": base64url.encode(hashlib.sha256(body).digest()),
        }
        return body, "KHBS " + jws.sign(self.key, self.kid, "khbs-req+jwt", payload)

    def claim(self, row, jti):
        """Return the claim of one line that the card of the lease row signs."""
        payload = {
            "prg": self.prg,
            "jti": jti,
            "tid": self.tid,
            "iat": int(time.time()),
            "it": [{name: row[name] for name in "ebpa"}],
        }
        key = card_key(row["card_no"])
        return jws.sign(key, row["card_no"], "khbs-claim+jwt", payload)

    def append(self, event, details):
        """Append an entry to the journal."""
        now = time.time()
        payload = {
            "prg": self.prg,
            "tid": self.tid,
            "seq": len(self.entries) + 1,
            "prev": self.head,
            "at": int(now),
            "mono": int(now * 1000),
            "boot": 1,
            "lst": self.lst,
            "lse": self.lease,
            "ev": event,
            "d": details,
        }
        text = jws.sign(self.key, self.kid, "khbs-jrn+jwt", payload)
        self.head = base64url.encode(
            hashlib.sha256(text.rpartition(".")[0].encode()).digest()
        )
        self.entries.append(text)

    def sync(self):
        """Append the server's answer to a question for the time."""
        kid, key = self.server_key
        payload = {"prg": self.prg, "nonce": self.head, "now": int(time.time())}
        answer = jws.sign(key, kid, "khbs-time+jwt", payload)
        self.append("sync", {"jws": answer, "rtt": 20})

    def tap(self, row):
        """Append what a hand-over without a network leaves: intent and claim."""
        jti = ulid()
        claim = self.claim(row, jti)
        self.append("intent", {"jti": jti, "card_no": row["card_no"], "e": [row["e"]]})
        self.append(
            "claim",
            {
                "jws": claim,
                "mode": "off",
                "auth": None,
                "cvm": "id",
                "gps": [-2208500, 113916200, 12],
                "op": "OP1",
                "rc": str(len(self.entries)),
            },
        )

    def work_offline(self, lease, rows):
        """Write the journal of a shift: every family of *rows* comes once."""
        self.sync()
        self.lst = lease.list_min
        self.append("lists", {"sub": "urn:khbs:list:01", "ver": self.lst})
        self.lease = lease.name
        self.append("lease", {"id": lease.name, "prev": None})
        self.append("open", {"op": "OP1"})
        for row in rows:
            self.tap(row)
        total = sum(row["a"] for row in rows)
        self.append("close", {"op": "OP1", "n": len(rows), "sum": total})
        self.sync()
