# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The terminal: one folder with a key, a journal and what the server gave."""

import dataclasses
import time

from .clock import SystemClock
from .counter import Counter
from .errors import ServerError, TerminalError
from .exchange import STATES, Exchange
from .held import Held
from .journal import Journal
from .keystore import KeyStore
from .rpc import Client
from .sheet import Sheet
from .store import Store

APP = "khbs-terminal 1.0.0"


class Terminal:
    """One EDC terminal. Close it, or use it in a ``with`` statement.

    :param folder: where key and journal are
    :param sheet: enrolment sheet at the first use; later it is remembered
    :param clock: replaces the clocks of the system
    """

    def __init__(self, folder, sheet=None, clock=None, sleep=time.sleep):
        self._store = Store(folder)
        try:
            self.sheet = self._remember(sheet)
        except TerminalError:
            self._store.close()
            raise
        clock = clock or SystemClock()
        keystore = KeyStore(folder)
        key = keystore.key()
        self.journal = Journal(self._store, self.sheet.tid, self.sheet.prg, key, clock)
        self.held = Held(self._store, self.journal, self.sheet)
        self._client = Client(self.sheet, key, self.journal.now, sleep)
        self._exchange = Exchange(
            self.sheet,
            keystore,
            self._store,
            self.journal,
            self.held,
            self._client,
            clock,
        )
        self._counter = Counter(
            self.sheet, self._store, self.journal, self.held, self._exchange.call
        )
        self._counter.give_up_open_intents()
        # Offline acts of the counter.
        self.open = self._counter.open
        self.close_shift = self._counter.close
        self.serve = self._counter.serve
        self.activate = self._counter.activate
        # Acts that need the server.
        self.serve_online = self._counter.serve_online
        self.activate_online = self._counter.activate_online
        self.check_enrolment = self._exchange.check_enrolment
        self.sync_time = self._exchange.sync_time
        self.update_list = self._exchange.update_list
        self.update_lease = self._exchange.update_lease
        self.push = self._exchange.push
        self.refresh_outcomes = self._exchange.refresh_outcomes

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.close()

    def close(self):
        """Release key, journal and connection."""
        self._client.close()
        self._store.close()

    def _remember(self, sheet):
        """Return the sheet; it may be corrected until the server has been believed."""
        kept = self._store.get("sheet")
        if kept is None and sheet is None:
            raise TerminalError("Terminal ini belum didaftarkan.")
        if kept is None or (sheet and self._store.get("trust") is None):
            self._store.put("sheet", dataclasses.asdict(sheet))
            self._store.put("state", "INVITED")
            return sheet
        kept = Sheet(**kept)
        if sheet is not None and (sheet.tid, sheet.prg) != (kept.tid, kept.prg):
            raise TerminalError(f"Folder ini milik terminal {kept.tid}.")
        return kept

    @property
    def state(self):
        return self._store.get("state")

    @property
    def requests_sent(self):
        """Number of requests that this process has sent to the server."""
        return self._client.requests_sent

    def enrol(self, code, model="khbs-terminal", serial="", system="Linux"):
        """Send the one-time code; return the fingerprint that the officer compares."""
        hardware = {
            "model": model,
            "serial": serial or self.sheet.tid,
            "os": system,
            "app": APP,
            "pin": False,
        }
        return self._exchange.enrol(code, hardware)

    def synchronise(self, gps=None):
        """Do all that a terminal does when it has a network; return the notices."""
        wanted, notices = self._exchange.heartbeat(APP, gps=gps)
        if wanted & {"config", "trust"}:
            self.check_enrolment()
        self.sync_time()
        self.push()
        try:
            # Also asked while locked: the answer says whether that is still so.
            self.update_list()
            self.update_lease()
        except ServerError as error:
            if error.code not in STATES:
                raise
        self.push()
        return notices

    def block(self, card_no, reason, note="", online=True):
        """Suspend a card here and, with a network, at the server; return its state.

        :param reason: lost, stolen, found, fraud or death
        """
        if reason not in ("lost", "stolen", "found", "fraud", "death"):
            raise TerminalError("Alasan: lost, stolen, found, fraud atau death.")
        op = self._counter.block(card_no, reason)
        if not online:
            return "noted"
        return self._exchange.report_block(card_no, reason, op, note)

    def outcomes(self):
        """Return the server's last word: list of (seq, e, code)."""
        return self._store.execute(
            "SELECT seq, e, code FROM outcome ORDER BY seq, e"
        ).fetchall()

    def status(self):
        """Return what the operator and the office want to know, as a dict."""
        status_list, lease = self.held.status_list(), self.held.lease()
        shift = self._store.get("shift")
        return {
            "tid": self.sheet.tid,
            "state": self.state,
            "operator": shift["op"] if shift else None,
            "last_seq": self.journal.last_seq,
            "acked": self._store.get("acked", 0),
            "unsent_claims": self._counter.unsent_claims(),
            "list": status_list.ver if status_list else None,
            "list_exp": status_list.exp if status_list else None,
            "lease": lease.id if lease else None,
            "lease_exp": lease.exp if lease else None,
            "lease_cards": len(lease.rows) if lease else 0,
            "last_sync": self.held.last_sync(),
            "warnings": self.held.warnings() + self._counter.warnings(),
        }
