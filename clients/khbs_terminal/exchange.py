# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Everything that the terminal asks of the server."""

from . import encoding, identifiers, shape
from .errors import (
    NetworkError,
    ServerError,
    TerminalError,
    UnknownKeyError,
    VerificationError,
)
from .held import LIST_NO
from .journal import MAX_BATCH

# A wall clock further off than this is corrected at a synchronisation.
_CLOCK_TOLERANCE = 30
# Errors that say in which state the office has put this terminal.
STATES = {1007: "SUSPENDED", 1008: "LOST", 1009: "RETIRED"}
# These are served in every state, so their success says nothing of it.
_ALWAYS_SERVED = {
    "edc.time",
    "edc.journal.push",
    "edc.journal.status",
    "edc.heartbeat",
    "edc.enroll.status",
}


class Exchange:
    """Enrolment, synchronisation and delivery of the journal."""

    def __init__(self, sheet, keystore, store, journal, held, client, clock):
        self._sheet = sheet
        self._keystore = keystore
        self._store = store
        self._journal = journal
        self._held = held
        self._client = client
        self._clock = clock

    def call(self, method, params=None):
        """Return the result of a signed call, taking note of the terminal's state."""
        try:
            result = self._client.call(method, params)
        except ServerError as error:
            if error.code in STATES:
                self._set_state(STATES[error.code])
            raise
        if not isinstance(result, dict):
            raise NetworkError("Jawaban server tidak terbaca.")
        if method not in _ALWAYS_SERVED:
            self._set_state("ACTIVE")
        return result

    # Enrolment

    def enrol(self, code, hardware):
        """Present the one-time code; return the fingerprint to compare."""
        key = self._keystore.key().public_key()
        expected = identifiers.device_fingerprint(self._sheet.tid, key)
        result = self._client.call(
            "edc.enroll",
            {
                "tid": self._sheet.tid,
                "code": code.strip().upper(),
                "csr": self._keystore.request_for(self._sheet.tid),
                "hw": hardware,
            },
            signed=False,
        )
        if not isinstance(result, dict) or result.get("fp") != expected:
            raise VerificationError("sidik terminal dari server berbeda")
        self._set_state("PENDING")
        return expected

    def check_enrolment(self):
        """Return the terminal's state; once approved keep trust and configuration."""
        result = self.call("edc.enroll.status")
        state = shape.text(result, "state", "pendaftaran")
        if result.get("trust"):
            self._held.adopt_trust(result["trust"])
        if result.get("config"):
            self._held.adopt_config(result["config"])
        self._set_state(state)
        return state

    def _believing(self, take):
        """Return ``take()``; a key not known yet sends once for the newest bundle.

        What it signed is refused until a bundle under the root lists the key.
        """
        try:
            return take()
        except UnknownKeyError:
            held = self._held.require_trust().ver
            self.check_enrolment()
            if self._held.require_trust().ver == held:
                raise
            return take()

    # Time, list, lease

    def sync_time(self):
        """Prove in the journal what time it is; set a wrong clock right."""
        nonce = encoding.b64url(self._journal.head)
        asked = self._clock.mono()
        self._held.require_trust()
        result = self.call("edc.time", {"nonce": nonce})
        answered = self._clock.mono()
        message = self._verified(result.get("jws"), "khbs-time+jwt")
        shape.require(message.payload.get("nonce") == nonce, "waktu server basi")
        now = shape.integer(message.payload, "now", "waktu server")
        with self._store.transaction():
            self._journal.append(
                "sync",
                {"jws": message.text, "rtt": answered - asked},
                mono=answered,
            )
            self._store.put("last_sync", now)
            self._correct_clock(now)
        return now

    def _verified(self, text, typ):
        """Return the server's message, verified."""
        return self._believing(
            lambda: self._held.require_trust().verify(text, typ, self._sheet.prg)
        )

    def _correct_clock(self, now):
        before = self._journal.now()
        if abs(now - before) > _CLOCK_TOLERANCE:
            self._store.put("clock_offset", now - self._clock.wall())
            self._journal.append("clock", {"from": before, "to": now, "src": "sync"})

    def update_list(self):
        """Take the newest status list; return its version."""
        held = self._held.status_list()
        have = held.ver if held else None
        result = self._list_from(have)
        if result["kind"] == "none":
            return held.ver if held else None
        try:
            return self._adopt_list(result["jws"])
        except VerificationError:
            if result["kind"] != "delta":
                raise
        return self._adopt_list(self._list_from(None)["jws"])

    def _adopt_list(self, text):
        return self._believing(lambda: self._held.adopt_list(text))

    def _list_from(self, have):
        result = self.call("edc.blocklist.get", {"list": LIST_NO, "have": have})
        shape.require(
            result.get("kind") == "none"
            or (
                result.get("kind") in ("delta", "full")
                and isinstance(result.get("jws"), str)
            ),
            "daftar status tidak terbaca",
        )
        return result

    def update_lease(self):
        """Adopt the newest lease, if there is one; return the lease held."""
        held = self._held.lease()
        # Not what the journal names: a terminal that was lost has erased it.
        have = held.id if held else None
        text = self.call("edc.lease.get", {"have": have}).get("lease")
        if text:
            self._believing(lambda: self._held.adopt_lease(text))
        return self._held.lease()

    # The journal

    def push(self):
        """Send entries until the server has signed for all; return the number sent."""
        sent, missing = 0, []
        while True:
            acked = self._store.get("acked", 0)
            if acked >= self._journal.last_seq and not missing:
                return sent
            if missing:
                first, last = missing[0]
                texts = self._journal.batch(first, last)
            else:
                texts = self._journal.batch(acked + 1)
            if not texts:
                raise VerificationError("server meminta catatan yang tidak ada")
            was_missing = missing
            missing = self._push_batch(texts)
            sent += len(texts)
            if self._store.get("acked", 0) == acked and missing == was_missing:
                raise NetworkError("Server tidak menerima kiriman jurnal.")

    def _push_batch(self, texts):
        result = self.call("edc.journal.push", {"entries": texts})
        results = result.get("results")
        shape.require(
            isinstance(results, list) and len(results) == len(texts) <= MAX_BATCH,
            "jawaban kiriman tidak terbaca",
        )
        refused = {row.get("status") for row in results} & {"fork", "rejected"}
        # Not inside the transaction: a new key may send for the trust bundle.
        ack = None if refused else self._verified(result.get("ack"), "khbs-ack+jwt")
        with self._store.transaction():
            for row in results:
                self._keep_outcome(row)
            if refused:
                # The acknowledgement may name the other branch of a fork.
                self._store.put("state", "SUSPENDED")
            else:
                self._accept_ack(ack.payload)
        if refused:
            raise TerminalError("Server menolak jurnal ini. Hubungi petugas EDC.")
        missing = result.get("missing") or []
        return [
            pair for pair in missing if shape.is_integer(pair[0]) and pair[0] <= pair[1]
        ]

    def _accept_ack(self, ack):
        """Take a verified acknowledgement, and only if it names our own chain."""
        seq = shape.integer(ack, "seq", "tanda terima")
        shape.require(
            ack.get("tid") == self._sheet.tid and seq <= self._journal.last_seq,
            "tanda terima terminal lain",
        )
        shape.require(
            ack.get("head") == encoding.b64url(self._journal.identity(seq)),
            "tanda terima menyebut jurnal lain",
        )
        self._store.put("acked", max(seq, self._store.get("acked", 0)))

    def _keep_outcome(self, row):
        seq = row.get("seq")
        known = shape.is_integer(seq) and self._journal.identity(seq)
        # The entry of another branch with this number is not ours.
        if not known or row.get("sha") != encoding.b64url(known):
            return
        self._store.execute("DELETE FROM outcome WHERE seq = ?", seq)
        for line in row.get("lines") or []:
            self._store.execute(
                "INSERT INTO outcome VALUES (?, ?, ?)", seq, line["e"], line["code"]
            )

    def refresh_outcomes(self, start, end):
        """Ask what became of entries *start* to *end*; at most 500 at once."""
        result = self.call("edc.journal.status", {"from": start, "to": end})
        with self._store.transaction():
            for row in result["results"]:
                self._keep_outcome(row)

    # Heartbeat and the round of all

    def heartbeat(self, app, battery=100, gps=None):
        """Tell the server how the terminal is; return what the server wants."""
        bundle = self._held.trust()
        params = {
            "app": app,
            "bat": battery,
            "lst": self._store.get("lst", 0),
            "lse": self._store.get("lse"),
            "head": encoding.b64url(self._journal.head),
            "unsent": self._journal.last_seq - self._store.get("acked", 0),
            "clk": self._journal.now(),
            "trust": bundle.ver if bundle else None,
        }
        if gps:
            params["gps"] = gps
        result = self.call("edc.heartbeat", params)
        if result.get("trust"):
            self._held.adopt_trust(result["trust"])
        wanted = set(result.get("want") or [])
        if "lock" in wanted and self._store.get("state") == "ACTIVE":
            self._set_state("SUSPENDED")
        return wanted, result.get("notices") or []

    def report_block(self, card_no, reason, op, note=""):
        """Ask the server to suspend a card; return the state that it reached."""
        params = {"card_no": card_no, "reason": reason, "op": op, "note": note or "-"}
        return self.call("edc.card.block", params)["state"]

    def _set_state(self, state):
        if self._store.get("state") == state:
            return
        with self._store.transaction():
            self._store.put("state", state)
        if state == "LOST":
            self._held.forget()
