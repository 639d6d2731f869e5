# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Real readers: cards over PC/SC. The only module that needs pyscard."""

import contextlib
import time

from smartcard import scard
from smartcard.CardConnection import CardConnection
from smartcard.Exceptions import SmartcardException
from smartcard.System import readers

PROTOCOLS = CardConnection.T0_protocol | CardConnection.T1_protocol
# How long one question to PC/SC may block, so that Ctrl-C is heard.
PATIENCE = 500
# Seconds within which pcscd, which looks every 0.4, has seen that a card has gone.
NOTICE = 1.0


class ReaderError(Exception):
    """No reader can be used; the text says what to do."""


class Reader:
    """One reader, by its number in the system's list or by a part of its name.

    Numbers change when a reader is plugged in elsewhere; names hardly do.
    """

    def __init__(self, wanted):
        try:
            found = readers()
        except SmartcardException as error:
            raise ReaderError(
                "Layanan PC/SC tidak berjalan. Jalankan pcscd, lalu ulangi."
            ) from error
        self._reader = _choose([str(reader) for reader in found], found, str(wanted))
        self.name = str(self._reader)

    def wait(self, present, timeout=None):
        """Wait until a card is there (or, with False, until it has been taken out).

        :param timeout: seconds, None for ever
        :return: False if *timeout* passed
        """
        limit = None if timeout is None else time.monotonic() + timeout
        _code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        try:
            state = scard.SCARD_STATE_UNAWARE
            while limit is None or time.monotonic() < limit:
                code, changes = scard.SCardGetStatusChange(
                    context, PATIENCE, [(self.name, state)]
                )
                if code not in (scard.SCARD_S_SUCCESS, scard.SCARD_E_TIMEOUT):
                    raise ReaderError(
                        f"Pembaca {self.name} tidak menjawab: "
                        + scard.SCardGetErrorMessage(code)
                    )
                state = changes[0][1]
                if bool(state & scard.SCARD_STATE_PRESENT) == present:
                    return True
            return False
        finally:
            scard.SCardReleaseContext(context)

    def connect(self):
        """Return the connection to the card that is in the reader."""
        return PcscConnection(self, self._reader.createConnection())


def _choose(names, found, wanted):
    """Return the one of *found* readers that is meant."""
    if wanted.isdecimal():
        matching = found[int(wanted) :][:1]
    else:
        matching = [
            reader
            for name, reader in zip(names, found, strict=True)
            if wanted.lower() in name.lower()
        ]
    if len(matching) != 1:
        which = "tidak ada" if not matching else "lebih dari satu"
        listed = "".join(f"\n  {index}: {name}" for index, name in enumerate(names))
        raise ReaderError(
            f"Pembaca {wanted} {which}. Sambungkan pembaca, atau pilih dengan --reader "
            f"nomor atau nama. Yang ada:{listed or ' -'}"
        )
    return matching[0]


class PcscConnection:
    """A card over PC/SC, as ``iso7816`` wants it.

    Any complaint of PC/SC means that the last command's outcome is unknown, even
    where its text reads "Command successful".
    """

    def __init__(self, reader, connection):
        self._reader = reader
        self._connection = connection
        self._connect()

    def _connect(self, disposition=scard.SCARD_LEAVE_CARD):
        """Connect; *disposition* is what becomes of the card at the next close."""
        with _as_connection_error("the card does not answer"):
            self._connection.connect(
                protocol=PROTOCOLS,
                mode=scard.SCARD_SHARE_EXCLUSIVE,
                disposition=disposition,
            )
            self.atr = bytes(self._connection.getATR())

    def transmit(self, apdu):
        """Return the card's answer with its status word."""
        with _as_connection_error("the card is gone"):
            data, sw1, sw2 = self._connection.transmit(list(apdu))
        return bytes([*data, sw1, sw2])

    def reset(self):
        """Cycle the card's power.

        pcscd that is told to power off a card which is no longer there does not see
        the next one; so it is given the time to notice that the card has gone.
        """
        self.close()
        if self._reader.wait(False, timeout=NOTICE):
            raise ConnectionError("the card is gone")
        self._connect(scard.SCARD_UNPOWER_CARD)
        self.close()
        self._connect()

    def close(self):
        """Let others have the reader."""
        with _as_connection_error("the card is gone"):
            self._connection.disconnect()


@contextlib.contextmanager
def _as_connection_error(text):
    try:
        yield
    except SmartcardException as error:
        raise ConnectionError(text) from error
