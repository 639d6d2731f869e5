# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The server as the station sees it: JSON-RPC 2.0 in signed requests."""

import hashlib
import http.client
import itertools
import time
import urllib.error
import urllib.request

from . import __version__, jose

PATH = "/edc/v1"
TIMEOUT = 30
MAX_ANSWER = 2**20
# Pauses in seconds between attempts while the server cannot be reached.
PAUSES = (1, 2, 4, 8, 15, 30)
# Busy, limited or under maintenance: the server says when to come back.
LATER = (1601, 1602, 1603)
JOB_UNKNOWN, KEY_KNOWN, PROOF_REFUSED = 1501, 1502, 1503
NO_ORDER, MISPRINT = 1504, 1505
BAD_PARAMS, NO_METHOD = -32602, -32601
# Longest reason that the server takes.
WHY_LENGTH = 200
# What to do when the server refuses the station, or a card.
ADVICE = {
    1001: "Periksa nama program dan audiens pada lembar pendaftaran.",
    1002: "Kunci stasiun tidak cocok: daftarkan stasiun kembali.",
    1003: "Jam komputer ini salah: setel jamnya, lalu ulangi.",
    1006: "Stasiun tidak dikenal: daftarkan stasiun kembali.",
    1007: "Stasiun ditangguhkan: hubungi petugas EDC.",
    1008: "Stasiun dilaporkan hilang: hubungi petugas EDC.",
    1009: "Stasiun sudah dihentikan: daftarkan dengan kode baru.",
    1010: "Kunci stasiun kedaluwarsa: daftarkan stasiun kembali.",
    1101: "Periksa kode sekali pakai pada lembar pendaftaran.",
    1102: "Kode sudah terpakai atau lewat waktu: minta lembar baru.",
    1103: "Minta petugas EDC menyetujui stasiun ini dahulu.",
    1106: "Terlalu banyak kode salah: tunggu, lalu ulangi dengan kode yang benar.",
    1301: "Kartu ini tidak ada di server: sisihkan dan laporkan.",
    1302: "Keadaan kartu di server tidak mengizinkannya: lihat kartunya di Odoo.",
    1303: "Bukti kartu tidak diterima: periksa jam komputer ini, lalu ulangi.",
    -32603: "Gangguan di server: laporkan kepada administrator beserta waktunya.",
}
ANY_ADVICE = "Laporkan kepada petugas kartu; kartu di pembaca dapat dilanjutkan nanti."


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signed request goes where the sheet says and nowhere else."""

    def redirect_request(self, *_args):
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


class Offline(Exception):
    """The server cannot be reached; nothing is lost, the call may be repeated."""


class RpcError(Exception):
    """The server refused the call.

    :ivar code: of the protocol
    """

    def __init__(self, code, message, data=None):
        self.code = code
        self.data = data or {}
        super().__init__(f"{code} {message}")

    @property
    def advice(self):
        """What the operator does about it."""
        return ADVICE.get(self.code, ANY_ADVICE)


class Server:
    """Calls of one device.

    Every method that a station calls gives the same answer when it is repeated, so
    a lost answer is simply asked for again, each time in a new signed request.

    :param settings: ``keystore.Settings``
    :param key: the device's private key
    :param pauses: seconds to wait before each further attempt
    :param notice: called as ``notice(seconds)`` before each of them
    """

    def __init__(self, settings, key, pauses=PAUSES, notice=lambda seconds: None):
        self.settings = settings
        self.pauses = pauses
        self.notice = notice
        self._key = key
        self._ids = itertools.count(1)

    def enrol(self, code, csr):
        """Introduce the device's key under the one-time code of its sheet."""
        hardware = {
            "model": "PC",
            "serial": "",
            "os": "Linux",
            "app": __version__,
            "pin": False,
        }
        params = {"tid": self.settings.tid, "code": code, "csr": csr, "hw": hardware}
        return self.call("edc.enroll", params, signed=False)

    def status(self):
        """Return {state, trust?, config?} of this device."""
        return self.call("edc.enroll.status", {})

    def next_job(self):
        """Return the job to work on, the same until it ends, or None."""
        job = self.call("station.job.next", {})
        return job if job and job.get("job") else None

    def certify(self, job, keys, proofs):
        """Return {certs, k9b, puk, pin} for keys (SPKI) that *proofs* were made by."""
        params = {"job": job, "spki": keys, "perso": proofs}
        return self.call("station.job.certify", params)

    def done(self, job, atr, certificates_sha, transcript):
        """Report a finished card."""
        params = {
            "job": job,
            "atr": atr,
            "certs_sha": certificates_sha,
            "transcript": transcript,
        }
        return self.call("station.job.done", params)

    def fail(self, job, step, why):
        """Give a job up, with the card that was spoiled."""
        params = {"job": job, "step": step, "why": why}
        return self.call("station.job.fail", params)

    def set_aside(self, report):
        """Report a blank that was put away.

        :param report: dict report (its ULID), job, step, why, atr, guid if any
        """
        return self.call("station.blank.aside", report)

    def card_check(self, card_no, proof, spoil=False):
        """Enter that the card which signed *proof* bears the number *card_no*.

        :param card_no: None if the print cannot be read; then *spoil* is due
        :param spoil: it does not, and is to be written off
        """
        params = {"card_no": card_no, "proof": proof}
        return self.call(
            "station.card.check", params | ({"spoil": True} if spoil else {})
        )

    def pin_begin(self, proof):
        """Return {order, card_no, nonce, puk, pin} for the card that signed *proof*."""
        return self.call("station.pin.begin", {"proof": proof})

    def pin_done(self, order, proof):
        """Report that the card's new PIN is set: 9C signed *proof* with it."""
        return self.call("station.pin.done", {"order": order, "proof": proof})

    def pin_fail(self, order, why):
        """Give an order up."""
        return self.call("station.pin.fail", {"order": order, "why": why})

    def call(self, method, params, signed=True):
        """Return the result of a call, repeated while it cannot get through."""
        pauses = iter(self.pauses)
        while True:
            try:
                return self._once(method, params, signed)
            except (OSError, http.client.HTTPException) as error:
                pause = next(pauses, None)
                if pause is None:
                    raise Offline(f"{method}: {error}") from error
            except RpcError as error:
                if error.code not in LATER:
                    raise
                pause = next(pauses, None)
                if pause is None:
                    raise Offline(f"{method}: {error}") from error
                pause = max(pause, int(error.data.get("retry_after", 0)))
            self.notice(pause)
            time.sleep(pause)

    def _once(self, method, params, signed):
        request_id = next(self._ids)
        body = jose.dumps(
            {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}
        )
        headers = {"Content-Type": "application/json"}
        if signed:
            headers["Authorization"] = "KHBS " + self._authorisation(body)
        request = urllib.request.Request(
            self.settings.url.rstrip("/") + PATH, body, headers, method="POST"
        )
        return _result(_fetch(request), request_id)

    def _authorisation(self, body):
        """Return the khbs-req JWS that binds the body to this device and moment."""
        payload = {
            "iss": self.settings.tid,
            "prg": self.settings.prg,
            "aud": self.settings.aud,
            "iat": int(time.time()),
            "jti": jose.ulid(),
            "bd": jose.b64url(hashlib.sha256(body).digest()),
        }
        return jose.sign(self._key, self.settings.kid, "khbs-req+jwt", payload)


def _fetch(request):
    """Return the body of the answer to *request*."""
    try:
        with _OPENER.open(request, timeout=TIMEOUT) as response:
            return response.read(MAX_ANSWER)
    except urllib.error.HTTPError as error:
        # A proxy's 5xx may pass; any other status is the last word.
        if error.code >= 500:
            raise
        raise RpcError(error.code, str(error.reason)) from error


def _result(body, request_id):
    """Return the result in an answer; a garbled one counts as not arrived."""
    try:
        answer = jose.loads(body)
        if error := answer.get("error"):
            raise RpcError(error["code"], error["message"], error.get("data"))
        if answer["id"] == request_id:
            return answer["result"]
    except (jose.JoseError, AttributeError, KeyError, TypeError) as error:
        raise http.client.HTTPException("the answer is not JSON-RPC") from error
    raise http.client.HTTPException("the answer is to another request")
