# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json
import secrets
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from odoo.addons.khbs_cards.protocol import base64url, jws, keys
from odoo.addons.khbs_cards.tests.common import PRG, CardsCase
from odoo.addons.khbs_registry.tests.common import today

from ..rpc.authentication import DEFAULT_AUD

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid():
    return "0" + "".join(secrets.choice(CROCKFORD) for _place in range(25))


class Device:
    """A terminal or station: its key, its requests and its journal."""

    def __init__(self, tid, boot=1):
        self.tid = tid
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.spki = keys.spki(self.key.public_key())
        self.entries = []
        self.head = base64url.encode(hashlib.sha256(self.spki).digest())
        self.lease = None
        self.lst = 0
        self.boot = boot

    @property
    def kid(self):
        return f"{self.tid}.1"

    def csr(self):
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.tid)])
        request = x509.CertificateSigningRequestBuilder().subject_name(name)
        signed = request.sign(self.key, hashes.SHA256())
        return signed.public_bytes(Encoding.PEM).decode()

    def authorisation(self, body, typ="khbs-req+jwt", **changes):
        """Return the Authorization header of *body* (bytes)."""
        payload = {
            "iss": self.tid,
            "prg": PRG,
            "aud": DEFAULT_AUD,
            "iat": int(time.time()),
            "jti": ulid(),
            "bd": base64url.encode(hashlib.sha256(body).digest()),
            **changes,
        }
        return "KHBS " + jws.sign(self.key, self.kid, typ, payload)

    def append(self, event, details, **changes):
        """Append an entry to the journal and return its text."""
        now = time.time()
        payload = {
            "prg": PRG,
            "tid": self.tid,
            "seq": len(self.entries) + 1,
            "prev": self.head,
            "at": int(now),
            "mono": int(now * 1000),
            "boot": self.boot,
            "lst": self.lst,
            "lse": self.lease,
            "ev": event,
            "d": details,
            **changes,
        }
        text = jws.sign(self.key, self.kid, "khbs-jrn+jwt", payload)
        self.head = base64url.encode(jws.parse(text).identity_sha256)
        self.entries.append(text)
        return text

    def adopt(self, lease_jws, list_version):
        """Take list and lease into use, as entries of the journal."""
        payload = jws.parse(lease_jws).payload
        self.lst = list_version
        self.append("lists", {"sub": "urn:khbs:list:01", "ver": list_version})
        previous, self.lease = self.lease, payload["id"]
        self.append("lease", {"id": self.lease, "prev": previous})
        return payload

    def claim(self, chip, card_no, items, jti=None, tid=None, mode="off", auth=None):
        """Let a card sign a claim and write intent and claim; return the claim."""
        jti = jti or ulid()
        claim = self.signed_claim(chip, card_no, items, jti, tid)
        self.append(
            "intent", {"jti": jti, "card_no": card_no, "e": [i["e"] for i in items]}
        )
        self.append(
            "claim",
            {
                "jws": claim,
                "mode": mode,
                "auth": auth,
                "cvm": "id",
                "gps": None,
                "op": "OP1",
                "rc": str(len(self.entries)),
            },
        )
        return claim

    def signed_claim(self, chip, card_no, items, jti=None, tid=None):
        payload = {
            "prg": PRG,
            "jti": jti or ulid(),
            "tid": tid or self.tid,
            "iat": int(time.time()),
            "it": items,
        }
        return jws.sign(chip.keys["9E"], card_no, "khbs-claim+jwt", payload)

    def proof(self, chip, card_no, **changes):
        """Return the khbs-auth by which a card shows that it is here."""
        payload = {
            "prg": PRG,
            "tid": self.tid,
            "jti": ulid(),
            "iat": int(time.time()),
            **changes,
        }
        return jws.sign(chip.keys["9E"], card_no, "khbs-auth+jwt", payload)

    def close(self):
        self.append("close", {"op": "OP1", "n": 0, "sum": 0})


class EdcCase(CardsCase):
    """A point with a village, an open round and terminals that have enrolled."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._role_user("terminal_officer")
        cls.point = cls.env["khbs.point"].create(
            {
                "code": "TITIK-UJI",
                "name": "Titik uji",
                "area_id": cls.village.id,
                "village_ids": [Command.set(cls.village.ids)],
            }
        )
        cls.benefit = cls.env.ref("khbs_claims.benefit_food")
        cls.round = cls._open_round()

    @classmethod
    def _open_round(cls, code="P-UJI"):
        day = today()
        return cls.env["khbs.round"].create(
            {
                "code": code,
                "name": code,
                "benefit_ids": [Command.set(cls.benefit.ids)],
                "area_ids": [Command.set(cls.village.ids)],
                "date_from": fields.Date.subtract(day, days=1),
                "date_to": fields.Date.add(day, days=60),
                "ceiling": 10**9,
                "state": "generated",
            }
        )

    @classmethod
    def _entitle(cls, household, number):
        """Return an entitlement of *household* in the round."""
        return cls.env["khbs.entitlement"].create(
            {
                "number": number,
                "round_id": cls.round.id,
                "benefit_id": cls.benefit.id,
                "household_id": household.id,
                "area_id": household.area_id.id,
                "regency_id": household.regency_id.id,
                "amount": cls.benefit.amount,
                "channel": "goods",
            }
        )

    def _families(self, count):
        """Return [(card, chip, entitlement)] of families with a card in use."""
        families = []
        for number in range(1, count + 1):
            household = self._household()
            card, chip = self._active(household)
            families.append((card, chip, self._entitle(household, f"E-{number:04d}")))
        self.round.sudo().state = "open"
        return families

    def _terminal(self, kind="terminal"):
        """Return (record, device) of an enrolled terminal."""
        terminal = self.env["khbs.terminal"].create(
            {"kind": kind, "point_id": self.point.id, "area_id": self.village.id}
        )
        device = Device(terminal.code)
        fingerprint = keys.fingerprint(terminal.code, device.spki)
        terminal._take_key(device.spki, fingerprint, {})
        self.reading(terminal, self.officer).action_approve_key()
        return terminal, device

    def _item(self, entitlement):
        return {
            "e": entitlement.number,
            "b": entitlement.benefit_id.code,
            "p": entitlement.round_id.code,
            "a": entitlement.amount,
        }

    def _codes(self):
        """Return entitlement number to the codes of its claim lines, in order."""
        lines = self.env["khbs.claim.line"].search([], order="id")
        found = {}
        for line in lines:
            found.setdefault(line.e, []).append(line.outcome_code)
        return found


@tagged("post_install", "-at_install")
class EdcHttpCase(EdcCase, HttpCase):
    """Requests through the real route."""

    def _post(self, body, header=None, content_type="application/json"):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        headers = {"Content-Type": content_type}
        if header:
            headers["Authorization"] = header
        return self.url_open("/edc/v1", data=body, headers=headers)

    def _call(self, device, method, params=None, **changes):
        """Return the answer to one signed call."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
        body = json.dumps(request).encode()
        return self._post(body, device.authorisation(body, **changes)).json()

    def _result(self, device, method, params=None):
        answer = self._call(device, method, params)
        self.assertIn("result", answer, answer.get("error"))
        return answer["result"]

    def _code(self, answer):
        return answer["error"]["code"]

    def _equip(self, device):
        """Let the device take list and lease; return the lease's payload."""
        listing = self._result(
            device, "edc.blocklist.get", {"list": "01", "have": None}
        )
        lease = self._result(device, "edc.lease.get", {"have": None})["lease"]
        return device.adopt(lease, listing["version"])

    def _push(self, device, entries=None):
        return self._result(
            device, "edc.journal.push", {"entries": entries or device.entries}
        )

    def _sync(self, device):
        """Ask for the time and write it into the journal."""
        answer = self._result(device, "edc.time", {"nonce": device.head})
        device.append("sync", {"jws": answer["jws"], "rtt": 20})
