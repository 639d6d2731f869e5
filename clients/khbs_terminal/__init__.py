# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reference EDC terminal of KHBS: what an Android application is measured against.

It implements ``docs/edc-protocol.md`` from the document alone, sharing no code
with the server, and keeps working without a network. ``Terminal`` is the whole
device; ``python -m khbs_terminal`` works one from the command line.
"""

from .errors import (
    CardError,
    NetworkError,
    Refusal,
    ServerError,
    TerminalError,
    VerificationError,
)
from .sheet import Sheet
from .terminal import Terminal

__version__ = "1.0.0"
