# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Put a virtual card into a slot of vsmartcard's virtual reader (vpcd).

The card dials the reader over TCP. Each message is two bytes of length and the
body; a body of one byte is a control: 0 power off, 1 power on, 2 reset, 4 asks
for the answer to reset.
"""

import contextlib
import socket
import threading

from .faults import CardGone

POWER_OFF, POWER_ON, RESET, GET_ATR = 0, 1, 2, 4
DEFAULT_PORT = 0x8C7B
START_LIMIT = 20


class Slot:
    """One slot of the reader at *port* on this machine."""

    def __init__(self, port=DEFAULT_PORT, host="127.0.0.1"):
        self.address = (host, port)
        self._socket = None
        self._thread = None
        self._powered = threading.Event()

    @property
    def occupied(self):
        """True while a card is in the slot."""
        return self._thread is not None and self._thread.is_alive()

    def insert(self, card):
        """Put *card* in; a thread serves it until it is ejected or torn out.

        Returns when the reader has powered the card: it looks every 0.4 seconds.
        """
        self.eject()
        self._powered.clear()
        self._socket = socket.create_connection(self.address, timeout=10)
        self._socket.settimeout(None)
        self._thread = threading.Thread(
            target=self._serve, args=(self._socket, card), daemon=True
        )
        self._thread.start()
        if not self._powered.wait(START_LIMIT):
            self.eject()
            raise TimeoutError(f"the reader at {self.address} takes no card")

    def eject(self):
        """Take the card out, if there is one."""
        if self._socket is not None:
            _hang_up(self._socket)
            self._thread.join()
            self._socket.close()
            self._socket = self._thread = None

    def wait(self):
        """Return when the card has left the slot."""
        self._thread.join()

    def _serve(self, connection, card):
        card.reset()
        try:
            while (body := _receive(connection)) is not None:
                self._powered.set()
                answer = _answer(card, body)
                if answer is not None:
                    connection.sendall(len(answer).to_bytes(2, "big") + answer)
        except CardGone:
            card.reset()
        except OSError:
            return  # the reader closed the slot
        finally:
            _hang_up(connection)


def _hang_up(connection):
    with contextlib.suppress(OSError):  # the other side may have been quicker
        connection.shutdown(socket.SHUT_RDWR)


def _answer(card, body):
    if len(body) != 1:
        return card.transmit(body)
    if body[0] == GET_ATR:
        return card.atr
    if body[0] in (POWER_OFF, POWER_ON, RESET):
        card.reset()
    return None


def _receive(connection):
    """Return the next message, or None when the reader has hung up."""
    header = _exactly(connection, 2)
    return header and _exactly(connection, int.from_bytes(header, "big"))


def _exactly(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        # The reader sends length and body as two segments and waits for the
        # acknowledgement between them: a delayed one costs 40 ms at every command.
        if hasattr(socket, "TCP_QUICKACK"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        if not part:
            return None
        data += part
    return data
