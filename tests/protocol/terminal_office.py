# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A small real HTTP server that answers terminal T000123 out of the vectors.

It keeps what it is pushed and can be told to misbehave as networks and servers do.
"""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tools.vectors import make_vectors, pki, signing
from tools.vectors.make_vectors import signed


class Office:
    """The server's side; every attribute may be changed by a test.

    :ivar clock: the terminal's ManualClock, whose time the server shares
    :ivar drop: number of next answers that are lost after the act
    :ivar errors: errors (code, data) that the next requests get
    :ivar methods: dict of method to function of params that replaces the answer
    """

    def __init__(self, clock):
        self.clock = clock
        self.ahead = 0
        self.drop = 0
        self.errors = []
        self.methods = {}
        self.entries = {}
        self.requests = []
        office = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = office.answer(self.headers.get("Authorization"), body)
                if office.drop:
                    office.drop -= 1
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_arguments):
                """Tests print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(
            target=self._server.serve_forever, args=[0.01], daemon=True
        ).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    @property
    def now(self):
        return self.clock.now + self.ahead

    def answer(self, authorization, body):
        request = json.loads(body)
        self.requests.append((authorization, body))
        answer = {"jsonrpc": "2.0", "id": request["id"]}
        if self.errors:
            code, data = self.errors.pop(0)
            answer["error"] = {"code": code, "message": "error", "data": data}
        elif (
            authorization and abs(self._payload(authorization)["iat"] - self.now) > 300
        ):
            data = {"now": self.now}
            answer["error"] = {"code": 1003, "message": "skewed", "data": data}
        else:
            method = request["method"]
            act = self.methods.get(method) or getattr(self, method.replace(".", "_"))
            answer["result"] = act(request["params"])
        return json.dumps(answer).encode()

    def _payload(self, authorization):
        body = authorization.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(body + "=="))

    def edc_time(self, params):
        answer = {"nonce": params["nonce"], "now": self.now}
        return {"now": self.now, "jws": signed("ack", "khbs-time+jwt", answer)}

    def edc_heartbeat(self, _params):
        return {"now": self.now, "notices": [], "want": []}

    def edc_blocklist_get(self, params):
        lists = make_vectors.make_status_list()
        if params["have"] == 412:
            return {"version": 413, "kind": "delta", "jws": lists["delta"]}
        return {"version": 412, "kind": "full", "jws": lists["full"]}

    def edc_lease_get(self, _params):
        return {"lease": None}

    def edc_journal_push(self, params):
        results = []
        for text in params["entries"]:
            payload = self._payload(text)
            known = payload["seq"] in self.entries
            self.entries[payload["seq"]] = text
            results.append(
                {
                    "seq": payload["seq"],
                    "sha": signing.b64url(signing.identity(text)),
                    "status": "duplicate" if known else "stored",
                    "lines": self._lines(payload),
                }
            )
        seq = self.contiguous()
        return {
            "acked_seq": seq,
            "head": self.head(seq),
            "results": results,
            "missing": [],
            "ack": self.ack(seq),
        }

    def _lines(self, payload):
        if payload["ev"] != "claim":
            return []
        items = self._payload(payload["d"]["jws"])["it"]
        return [{"e": line["e"], "code": "ACCEPTED"} for line in items]

    def contiguous(self):
        seq = 0
        while seq + 1 in self.entries:
            seq += 1
        return seq

    def head(self, seq):
        if not seq:
            return signing.b64url(signing.sha256(pki.KEYS["terminal"].spki))
        return signing.b64url(signing.identity(self.entries[seq]))

    def ack(self, seq, name="ack", **changes):
        payload = {
            "tid": pki.TID,
            "seq": seq,
            "head": self.head(seq),
            "gaps": [],
            "iat": self.now,
            **changes,
        }
        return signed(name, "khbs-ack+jwt", payload)
