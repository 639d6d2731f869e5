# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The enrolment sheet that the office prints for a terminal."""

import dataclasses
import re
import urllib.parse

from .errors import TerminalError
from .identifiers import TID

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclasses.dataclass(frozen=True)
class Sheet:
    """What a terminal knows before it has spoken to anybody.

    :ivar url: address of the server, without the path of the endpoint
    :ivar tid: terminal code, T and six digits
    :ivar root_sha256: SHA-256 of the root key's SPKI, 64 hex digits
    :ivar prg: programme, "KHBS" in production
    :ivar aud: audience that requests are signed for
    """

    url: str
    tid: str
    root_sha256: str
    prg: str = "KHBS"
    aud: str = "khbs-edc"

    def __post_init__(self):
        address = urllib.parse.urlsplit(self.url)
        if address.scheme != "https" and address.hostname not in _LOOPBACK:
            raise TerminalError("Alamat server harus https.")
        if not TID.fullmatch(self.tid):
            raise TerminalError("Kode terminal harus T dan enam angka.")
        if not re.fullmatch(r"[0-9a-f]{64}", self.root_sha256):
            raise TerminalError("Sidik kunci akar harus 64 angka heksadesimal.")
