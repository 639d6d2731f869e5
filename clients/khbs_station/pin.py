# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A new PIN for a card whose PIN is blocked or forgotten, on an order of the office.

The office's order is for the card, not for the station: whichever station sees the
card first carries it out. Cut short anywhere it is simply begun again, with another
PIN; only the newest slip is right.
"""

from . import jose
from .genuine import GenuineCard, NotGenuine
from .iso7816 import StatusError
from .issued import PIN, PUK, secret, sha256, wipe
from .piv import CardError
from .progress import Progress
from .screen import Screen
from .server import NO_ORDER, RpcError
from .shift import GONE, REMOVE, connected
from .slip import SlipError

INSERT = "Masukkan kartu yang PIN-nya diganti."
PUK_REFUSED = "PUK ditolak kartu"
DONE, REFUSED, REJECTED = "done", "refused", "rejected"


class PinReset:
    """One run of PIN resets.

    :param slip: ``slip.SlipPrinter``
    """

    def __init__(self, server, trust, reader, slip, screen=None):
        self.server = server
        self.trust = trust
        self.reader = reader
        self.slip = slip
        self.screen = screen or Screen()
        self.progress = Progress((DONE, REFUSED, REJECTED))

    def run(self, limit=None):
        """Set PINs until *limit* are set, or for ever.

        :return: dict of counts by kind of outcome
        """
        self.progress.limit = limit
        while limit is None or self.progress.done < limit:
            self.screen.show("insert", INSERT)
            self.reader.wait(True)
            self.screen.show("work", "Jangan cabut kartu.")
            try:
                with connected(self.reader) as connection:
                    self._tell(*self._one(GenuineCard(connection, self.trust)))
            except NotGenuine as error:
                self._tell(REFUSED, str(error))
            except SlipError as error:
                self.screen.show("slip", f"{error} {REMOVE}")
            except (ConnectionError, StatusError, CardError):
                self.screen.show("gone", f"PIN belum diganti: {GONE} {REMOVE}")
            self.reader.wait(False)
        return self.progress.counts

    def _one(self, card):
        """Carry out the order for one card; return (kind, text)."""
        number, key = card.card_no, card.key_9c()
        try:
            order = self.server.pin_begin(card.prove(self.server.settings))
        except RpcError as error:
            if error.code == NO_ORDER:
                text = "tidak ada perintah kantor untuk PIN baru. Minta di kantor."
                return REFUSED, f"{number}: {text}"
            return REFUSED, f"{number}: ditolak server ({error}). {error.advice}"
        puk, pin = secret(order.pop("puk"), PUK), secret(order.pop("pin"), PIN)
        try:
            return self._set(card, key, order, puk, pin)
        except RpcError as error:
            text = f"ditolak server ({error}). Musnahkan slipnya. {error.advice}"
            return REFUSED, f"{number}: {text}"
        finally:
            wipe(puk, pin)

    def _set(self, card, key, order, puk, pin):
        number = card.card_no
        if order["card_no"] != number:
            raise NotGenuine("Server menjawab untuk kartu lain. Laporkan.")
        try:
            card.card.reset_pin(puk, pin)
        except StatusError as error:
            if error.tries_left is None:
                raise
            # No second attempt: each takes one of the few that the card allows.
            self.server.pin_fail(order["order"], f"{PUK_REFUSED} ({error})")
            text = "PIN kartu ini tidak dapat diganti lagi. Minta kartu pengganti."
            return REJECTED, f"{number}: {PUK_REFUSED}. {text}"
        card.card.verify_pin(pin)
        payload = {
            "prg": self.server.settings.prg,
            "job": order["order"],
            "nonce": order["nonce"],
            "card_no": number,
            "spki_sha": [sha256(jose.spki(part)) for part in (card.key, key)],
        }
        proof = card.signed("9C", key, "khbs-perso+jwt", payload)
        self.slip.print(number, pin)
        self.server.pin_done(order["order"], proof)
        return DONE, f"{number}: PIN baru terpasang. Serahkan slip tersegelnya."

    def _tell(self, kind, text):
        self.progress.count(kind)
        self.screen.show(kind, f"{text} {REMOVE}", self.progress)
