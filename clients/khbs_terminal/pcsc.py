# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A card in a PC/SC reader, for terminals that are computers (needs pyscard)."""

from .errors import CardError, TerminalError


class PcscChannel:
    """Channel to the card in one reader.

    :param reader: part of the reader's name; any reader by default
    :param timeout: seconds to wait for a card
    """

    def __init__(self, reader="", timeout=30):
        try:
            from smartcard.CardRequest import CardRequest
            from smartcard.Exceptions import CardRequestTimeoutException
            from smartcard.System import readers
        except ImportError as error:
            raise TerminalError(
                "Pasang pyscard untuk memakai pembaca PC/SC."
            ) from error
        found = [each for each in readers() if reader in str(each)]
        if not found:
            raise TerminalError("Pembaca kartu tidak ditemukan.")
        try:
            service = CardRequest(timeout=timeout, readers=found).waitforcard()
        except CardRequestTimeoutException as error:
            raise CardError("Tidak ada kartu ditempelkan.") from error
        self._connection = service.connection
        self._connection.connect()

    def transmit(self, apdu):
        data, first, second = self._connection.transmit(list(apdu))
        return bytes([*data, first, second])

    def close(self):
        self._connection.disconnect()
