# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A small office: the server's side of personalisation, from the document alone.

It exists so that the card layer can be tested without Odoo; it shares no code with
the station or the addons, and checks signatures with jwcrypto.
"""

import datetime
import hashlib
import itertools
import json
import secrets
import threading
import time
import uuid
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from jwcrypto import jwk, jws

PRG = "KHBS-test"
AUD = "khbs-edc"
CODE = "7K2MQ9XA"
NAME = x509.oid.NameOID.COMMON_NAME
DER = serialization.Encoding.DER


def b64(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha(data):
    return b64(hashlib.sha256(data).digest())


def spki(key):
    return key.public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)


_indices = itertools.count()


class Refused(Exception):
    """A JSON-RPC error."""


class Office:
    """Jobs, authority and the devices it knows.

    :param slots: of the cards ordered, ["9E"] or ["9E", "9C"]
    """

    def __init__(self, jobs=1, slots=("9E",)):
        self.slots = list(slots)
        self.root, self.signer = (ec.generate_private_key(ec.SECP256R1()) for _ in "ab")
        self.ca = _authority(self.signer)
        self.version = 1
        self.waiting = []
        self.order(jobs)
        self.live = None
        self.finished, self.failed, self.known = [], [], {}
        # Blanks that were set aside by their report; an older server knows of none.
        self.aside, self.without_aside = {}, False
        self.orders, self.pins = {}, itertools.count(483920)
        self.device = None
        self.seen = set()
        self.drop_answers = 0
        self.redirect = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        serve = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        serve.daemon = True
        serve.start()

    def order(self, count):
        """Add *count* jobs."""
        self.waiting += [_card(next(_indices)) for _ in range(count)]

    def change_authority(self):
        """Issue by a new authority from now on, which the next bundle lists alone."""
        self.signer = ec.generate_private_key(ec.SECP256R1())
        self.ca = _authority(self.signer)
        self.version += 1

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    @property
    def root_sha256(self):
        return hashlib.sha256(spki(self.root.public_key())).hexdigest()

    # -- what devices call ------------------------------------------------------

    def answer(self, authorisation, body):
        request = json.loads(body)
        method, params = request["method"], request["params"]
        try:
            if method != "edc.enroll":
                self._authenticate(authorisation, body)
            name = method.replace("edc.", "").replace("station.", "")
            result = getattr(self, name.replace(".", "_"))(**params)
        except Refused as error:
            code, message, *data = error.args
            answer = {"error": {"code": code, "message": message}}
            if data:
                answer["error"]["data"] = data[0]
        else:
            answer = {"result": result}
        return json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer}).encode()

    def _authenticate(self, authorisation, body):
        scheme, text = authorisation.split(" ")
        payload = _verified(text, self.device, "khbs-req+jwt", "S0001.1")
        if (
            scheme != "KHBS"
            or payload["aud"] != AUD
            or payload["bd"] != sha(body)
            or abs(payload["iat"] - time.time()) > 300
        ):
            raise Refused(1001, "request")
        if payload["jti"] in self.seen:
            raise Refused(1005, "replay")
        self.seen.add(payload["jti"])

    def enroll(self, tid, code, csr, hw):
        if code != CODE:
            raise Refused(1101, "code wrong")
        request = x509.load_pem_x509_csr(csr.encode())
        assert request.is_signature_valid and hw["app"]
        self.device = spki(request.public_key())
        digest = hashlib.sha256(b"KHBS-FP" + tid.encode() + self.device).digest()
        number = int.from_bytes(digest[:5], "big")
        text = "".join(
            "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[number >> shift & 31]
            for shift in range(35, -1, -5)
        )
        return {"state": "pending", "fp": f"{text[:4]}-{text[4:]}"}

    def enroll_status(self):
        return {"state": "ACTIVE", "trust": self._trust()}

    def job_next(self):
        if self.live is None and self.waiting:
            self.live = self.waiting.pop(0)
        if self.live is None:
            return {"job": None}
        shown = ("job", "card_no", "guid", "chuid", "nonce")
        return {
            **{name: self.live[name] for name in shown},
            "slots": self.slots,
            "transport_ref": "default",
            "waiting": len(self.waiting),
            "until": int(time.time()) + 7200,
        }

    def job_certify(self, job, spki, perso):
        card = self._live(job)
        keys = [unb64(text) for text in spki]
        known = card.get("keys") == keys
        self._check_proofs(card, keys, perso, card["nonce"], known)
        card["pin"] = str(next(self.pins))
        if not known:
            if any(key in self.known for key in keys):
                raise Refused(1502, "key known")
            self.known.update(dict.fromkeys(keys, card["card_no"]))
            card["keys"] = keys
            card["certs"] = [self._issue(card, key) for key in keys]
        return {
            "certs": [b64(der) for der in card["certs"]],
            "k9b": card["k9b"].hex(),
            "puk": card["puk"],
            "pin": card["pin"] if "9C" in self.slots else None,
        }

    def job_done(self, job, atr, certs_sha, transcript):
        for card in self.finished:
            if card["job"] == job:
                return {"state": "LOCKED"}
        card = self._live(job)
        if certs_sha != [sha(der) for der in card["certs"]]:
            raise Refused(1503, "certificates")
        nonce = sha(".".join([card["nonce"], *certs_sha]).encode())
        self._check_proofs(card, card["keys"], transcript, nonce)
        card["state"] = "LOCKED"
        self.finished.append(card)
        self.live = None
        return {"state": "LOCKED"}

    def job_fail(self, job, step, why):
        card = self._live(job)
        self.failed.append((card, step, why))
        self.live = None
        return {"state": "DESTROYED"}

    def blank_aside(self, report, job, step, why, atr, guid=None):
        if self.without_aside:
            raise Refused(-32601, "method not found")
        self.aside[report] = {"job": job, "step": step, "why": why, "guid": guid}
        return {"state": "SET_ASIDE"}

    def card_check(self, card_no, proof, spoil=False):
        card = self._shown(proof)
        if card_no == card["card_no"]:
            if card["state"] == "LOCKED":
                card["state"] = "PRINTED"
        elif card_no is None and not spoil:
            raise Refused(-32602, "card_no")
        elif not spoil:
            data = {"chip": card["card_no"], "printed": card_no}
            raise Refused(1505, "another number is printed", data)
        else:
            card["state"] = "DESTROYED"
            self.order(1)
        return {"state": card["state"]}

    def pin_begin(self, proof):
        card = self._shown(proof)
        order = self.orders.get(card["card_no"])
        if order is None or order["state"] != "open":
            raise Refused(1504, "no open order")
        order["nonce"] = b64(secrets.token_bytes(32))
        card["pin"] = str(next(self.pins))
        answer = {name: order[name] for name in ("order", "nonce", "card_no")}
        return {**answer, "puk": card["puk"], "pin": card["pin"]}

    def pin_done(self, order, proof):
        found, card = self._ordered(order)
        due = {
            "prg": PRG,
            "job": order,
            "nonce": found["nonce"],
            "card_no": card["card_no"],
            "spki_sha": [sha(key) for key in card["keys"]],
        }
        kid = f"{card['card_no']}.9C"
        if _verified(proof, card["keys"][1], "khbs-perso+jwt", kid) != due:
            raise Refused(1503, "proof")
        found["state"] = "done"
        return {"state": "DONE"}

    def pin_fail(self, order, why):
        found, _card = self._ordered(order)
        found.update(state="failed", why=why)
        return {"state": "FAILED"}

    def order_pin(self, card):
        """Let the office order a new PIN for a finished card."""
        number = card["card_no"]
        self.orders[number] = {
            "order": f"P{len(self.orders):07d}",
            "card_no": number,
            "state": "open",
        }
        return self.orders[number]

    # -- within -----------------------------------------------------------------

    def _shown(self, proof):
        """Return the finished card that signed a khbs-auth for the station just now."""
        header = json.loads(unb64(proof.split(".")[0]))
        for card in self.finished:
            if card["card_no"] == header["kid"]:
                payload = _verified(
                    proof, card["keys"][0], "khbs-auth+jwt", card["card_no"]
                )
                if payload["tid"] != "S0001" or abs(payload["iat"] - time.time()) > 300:
                    raise Refused(1303, "proof")
                return card
        raise Refused(1301, "card unknown")

    def _ordered(self, name):
        for number, order in self.orders.items():
            if order["order"] == name:
                cards = [card for card in self.finished if card["card_no"] == number]
                return order, cards[0]
        raise Refused(1504, "no such order")

    def _live(self, job):
        if self.live is None or self.live["job"] != job:
            raise Refused(1501, "job unknown")
        return self.live

    def _check_proofs(self, card, keys, proofs, nonce, known=False):
        """Check one proof of each key; *known* keys may leave out that of 9C."""
        due = {
            "prg": PRG,
            "job": card["job"],
            "nonce": nonce,
            "card_no": card["card_no"],
            "spki_sha": [sha(key) for key in keys],
        }
        if not len(self.slots) == len(keys) == len(proofs):
            raise Refused(-32602, "slots")
        for slot, key, proof in zip(self.slots, keys, proofs, strict=True):
            if proof is None and known and slot == "9C":
                continue
            kid = card["card_no"] + ("" if slot == "9E" else f".{slot}")
            if _verified(proof, key, "khbs-perso+jwt", kid) != due:
                raise Refused(1503, "proof")

    def _issue(self, card, key):
        urn = x509.UniformResourceIdentifier(uuid.UUID(card["guid"]).urn)
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NAME, card["card_no"])]))
            .issuer_name(self.ca.subject)
            .public_key(serialization.load_der_public_key(key))
            .serial_number(secrets.randbits(62) + 1)
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1825))
            .add_extension(x509.SubjectAlternativeName([urn]), critical=False)
            .sign(self.signer, hashes.SHA256())
            .public_bytes(DER)
        )

    def _trust(self):
        x, y = (
            b64(number.to_bytes(32, "big"))
            for number in (
                self.root.public_key().public_numbers().x,
                self.root.public_key().public_numbers().y,
            )
        )
        key = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
        payload = {
            "prg": PRG,
            "ver": self.version,
            "keys": [{"kid": "R01", "use": "root", "jwk": key}],
            "ca": [
                {"kid": "C01", "x5c": [b64encode(self.ca.public_bytes(DER)).decode()]}
            ],
        }
        header = {"alg": "ES256", "kid": "R01", "typ": "khbs-trust+jwt"}
        signed = ".".join(b64(json.dumps(part).encode()) for part in (header, payload))
        der = self.root.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
        raw = b"".join(n.to_bytes(32, "big") for n in utils.decode_dss_signature(der))
        return f"{signed}.{b64(raw)}"


def _authority(key):
    name = x509.Name([x509.NameAttribute(NAME, "KHBS Card CA 1")])
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(True, 0), critical=True)
        .sign(key, hashes.SHA256())
    )


def _card(index):
    guid = str(uuid.uuid4())
    fasc_n = bytes.fromhex("d4e739da739ced39ce739d836858210842108421c84210c3eb")
    chuid = b"\x30\x19" + fasc_n + b"\x34\x10" + uuid.UUID(guid).bytes
    chuid += b"\x35\x0820311231\x3e\x00\xfe\x00"
    number = f"01{index:07d}"
    return {
        "job": f"J{index:07d}",
        "card_no": f"KH{number}{98 - int(number) * 100 % 97:02d}",
        "guid": guid,
        "chuid": b64(chuid),
        "nonce": b64(secrets.token_bytes(32)),
        "k9b": secrets.token_bytes(32),
        "puk": f"{secrets.randbelow(10**8):08d}",
    }


def _verified(text, key, typ, kid):
    """Return the payload of a JWS by the SPKI *key*, checked with jwcrypto."""
    token = jws.JWS()
    token.allowed_algs = ["ES256"]
    public = serialization.load_der_public_key(key)
    try:
        token.deserialize(text, jwk.JWK.from_pyca(public))
    except jws.InvalidJWSObject:
        raise Refused(1503, "signature") from None
    if token.jose_header != {"alg": "ES256", "kid": kid, "typ": typ}:
        raise Refused(1503, "header")
    payload = json.loads(token.payload)
    if payload["prg"] != PRG:
        raise Refused(1503, "programme")
    return payload


def _handler(office):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if office.redirect:
                self.send_response(307)
                self.send_header("Location", office.url + "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            answer = office.answer(self.headers["Authorization"], body)
            if office.drop_answers:
                # The work is done but the line breaks.
                office.drop_answers -= 1
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args):
            """Tests are quiet."""

    return Handler
