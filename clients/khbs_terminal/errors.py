# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What can go wrong at a terminal; the texts are what its operator reads."""


class TerminalError(Exception):
    """Base of everything that stops an act of the terminal."""


class VerificationError(TerminalError):
    """Something that came from outside is not what it claims to be."""


class CardError(TerminalError):
    """The card does not answer, was taken away, or is not a KHBS card."""


class NetworkError(TerminalError):
    """No usable answer came from the server; the same act may be tried again."""


class ServerError(TerminalError):
    """The server answered with an error of the protocol.

    :param code: error code, as 1305
    :param data: dict with what the code says about it, as ``{"until": ..}``
    """

    def __init__(self, code, message, data=None):
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.data = data or {}


class Refusal(TerminalError):
    """The terminal's own rules forbid the act.

    :param why: code that goes into the ``deny`` entry
    """

    def __init__(self, why, message):
        super().__init__(message)
        self.why = why
