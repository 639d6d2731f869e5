# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What can go wrong at a terminal; the texts are what its operator reads."""

_SERVER_ERRORS = {
    1001: "Server tidak mengenali permintaan terminal ini.",
    1003: "Jam terminal terlalu jauh dari jam server.",
    1006: "Server tidak mengenal terminal ini.",
    1007: "Terminal diblokir sementara. Hubungi petugas EDC.",
    1008: "Terminal dilaporkan hilang. Hubungi petugas EDC.",
    1009: "Terminal sudah tidak dipakai.",
    1101: "Kode pendaftaran salah.",
    1102: "Kode pendaftaran kedaluwarsa atau sudah dipakai. Minta lembar baru.",
    1103: "Terminal menunggu persetujuan petugas EDC.",
    1104: "Kunci terminal ditolak. Mulai lagi dengan folder baru.",
    1106: "Terlalu banyak kode salah. Tunggu sebelum mencoba lagi.",
    1301: "Nomor kartu ini tidak dikenal; kartu tidak berlaku. Tahan kartu ini.",
    1302: "Kartu ini tidak berlaku.",
    1303: "Kartu tidak dapat membuktikan keasliannya.",
    1304: "Bantuan ini sudah diambil atau belum dibuka.",
    1305: "Bantuan ini dipegang terminal lain.",
    1306: "Bantuan atau jumlahnya berbeda dari data server.",
    1307: "Batas terlampaui.",
    1308: "Bantuan ini perlu EDC dengan PIN.",
    1601: "Terlalu banyak permintaan. Coba lagi sebentar.",
    1602: "Server sibuk. Coba lagi sebentar.",
    1603: "Server sedang dirawat. Coba lagi nanti.",
}

# What the operator reads of a card whose state at the server is another than ACTIVE.
_CARD_STATES = {
    "SHIPPED": "Kartu ini belum diserahkan.",
    "RETURNED": "Kartu ini sudah ditarik kembali ke kantor. Tahan kartu ini.",
    "SUSPENDED": "Kartu ini diblokir sementara. Hubungi petugas kartu.",
    "REVOKED": "Kartu ini sudah dicabut dan tidak berlaku lagi. Tahan kartu ini.",
    "EXPIRED": "Masa berlaku kartu ini sudah habis. Minta kartu baru.",
    "DESTROYED": "Kartu ini sudah dihapuskan. Tahan kartu ini.",
}
_NOT_ISSUED = "Kartu ini belum keluar dari kantor. Tahan kartu ini."


def said_state(state):
    """Return what the operator reads of a card in *state* (as SUSPENDED)."""
    return _CARD_STATES.get(state, _NOT_ISSUED)


class TerminalError(Exception):
    """Base of everything that stops an act of the terminal."""


class VerificationError(TerminalError):
    """Something that came from outside is not what it claims to be."""


class UnknownKeyError(VerificationError):
    """A key that the trust bundle held does not list: a newer bundle may."""


class CardError(TerminalError):
    """The card does not answer, was taken away, or is not a KHBS card.

    :param why: code of the reason: CARD_LOST may be tried again, nothing else may
    """

    def __init__(self, message, why="CARD_LOST"):
        super().__init__(message)
        self.why = why


class CertificateError(VerificationError):
    """The certificate of a card does not count.

    :param why: code that goes into the ``deny`` entry
    """

    def __init__(self, why, message):
        super().__init__(message)
        self.why = why


class NetworkError(TerminalError):
    """No usable answer came from the server; the same act may be tried again."""


class ServerError(TerminalError):
    """The server answered with an error of the protocol.

    :param code: error code, as 1305
    :param data: dict with what the code says about it, as ``{"until": ..}``
    """

    def __init__(self, code, message, data=None):
        told = _SERVER_ERRORS.get(code, f"Server menolak: {message}.")
        if code == 1302 and data and "state" in data:
            told = said_state(data["state"])
        super().__init__(f"{told} ({code})")
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
