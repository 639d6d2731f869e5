# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


class ProtocolError(Exception):
    """An application error of the terminals' protocol (EDC_PROTOCOL 5.4).

    The endpoint turns it into a JSON-RPC error object.

    :param code: positive number of the protocol
    :param data: dict that goes with the code, as {"until": ..}
    """

    def __init__(self, code, message, data=None):
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data
