# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Signed JSON-RPC 2.0 over one HTTPS connection."""

import http.client
import itertools
import random
import socket
import ssl
import time
import urllib.parse

from . import encoding, identifiers, jws
from .errors import NetworkError, ServerError, VerificationError

PATH = "/edc/v1"
SKEWED = 1003
# "Try again": per-terminal rate, busy.
RETRY_CODES = {1601, 1602}
_MAX_ANSWER = 8 * 2**20


class Client:
    """Calls methods of the server as one device.

    :param sheet: Sheet with address, programme and audience
    :param key: device key; requests are signed as ``<tid>.1``
    :param now: function that returns the terminal's time
    """

    attempts = 4
    timeout = 30
    longest_wait = 5

    def __init__(self, sheet, key, now, sleep=time.sleep):
        self._sheet = sheet
        self._key = key
        self._now = now
        self._sleep = sleep
        self._ids = itertools.count(1)
        self._connection = None
        # Seconds by which the server's clock is ahead, learnt from error 1003.
        self._skew = 0
        self.requests_sent = 0

    def call(self, method, params=None, signed=True):
        """Return the result of one method.

        The body stays the same through all attempts, each attempt carries a new
        signature: the server answers a repeated request as it did the first time.
        """
        number = next(self._ids)
        body = encoding.dumps(
            {"jsonrpc": "2.0", "id": number, "method": method, "params": params or {}}
        )
        for attempt in itertools.count(1):
            last = attempt >= self.attempts
            try:
                return self._attempt(body, number, signed)
            except NetworkError:
                if last:
                    raise
                # At once the first time: the server may have closed an idle connection.
                self._sleep(min(2 ** (attempt - 1) - 1, self.longest_wait))
            except ServerError as error:
                if last or not self._may_retry(error):
                    raise

    def close(self):
        if self._connection:
            self._connection.close()
            self._connection = None

    def _may_retry(self, error):
        if error.code == SKEWED and isinstance(error.data.get("now"), int):
            # The answer is not signed; it moves the date of requests, nothing else.
            self._skew = error.data["now"] - self._now()
            return True
        if error.code in RETRY_CODES:
            wait = error.data.get("retry_after", 1)
            wait = wait if isinstance(wait, int) and wait >= 0 else 1
            self._sleep(min(wait, self.longest_wait) + random.random())
            return True
        return False

    def _attempt(self, body, number, signed):
        headers = {"Content-Type": "application/json"}
        if signed:
            headers["Authorization"] = f"KHBS {self._authorisation(body)}"
        answer = self._answer(self._post(body, headers))
        # A request that could not be read is answered with id null.
        if answer.get("id") != number and "error" not in answer:
            raise NetworkError("Jawaban server untuk permintaan lain.")
        if "error" in answer:
            error = answer["error"]
            data = error.get("data")
            raise ServerError(
                error["code"],
                error.get("message"),
                data if isinstance(data, dict) else None,
            )
        return answer.get("result")

    def _authorisation(self, body):
        now = self._now() + self._skew
        claims = {
            "iss": self._sheet.tid,
            "prg": self._sheet.prg,
            "aud": self._sheet.aud,
            "iat": now,
            "jti": identifiers.new_ulid(),
            "bd": encoding.b64url(encoding.sha256(body)),
        }
        return jws.sign(self._key, f"{self._sheet.tid}.1", "khbs-req+jwt", claims)

    def _answer(self, data):
        try:
            answer = encoding.loads(data)
        except VerificationError as error:
            raise NetworkError("Jawaban server tidak terbaca.") from error
        if isinstance(answer, dict):
            error = answer.get("error", {"code": 0})
            if isinstance(error, dict) and isinstance(error.get("code"), int):
                return answer
        raise NetworkError("Jawaban server tidak terbaca.")

    def _post(self, body, headers):
        self.requests_sent += 1
        try:
            if self._connection is None:
                self._connection = self._connect()
            self._connection.request("POST", PATH, body=body, headers=headers)
            response = self._connection.getresponse()
            data = response.read(_MAX_ANSWER + 1)
            status = response.status
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NetworkError("Server tidak terjangkau.") from error
        if status != 200 or len(data) > _MAX_ANSWER:
            self.close()
            raise NetworkError(f"Server menjawab HTTP {status}.")
        return data

    def _connect(self):
        address = urllib.parse.urlsplit(self._sheet.url)
        if address.scheme == "https":
            context = ssl.create_default_context()
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            connection = http.client.HTTPSConnection(
                address.hostname, address.port, timeout=self.timeout, context=context
            )
        else:
            connection = http.client.HTTPConnection(
                address.hostname, address.port, timeout=self.timeout
            )
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection
