# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Scans of signed papers, known by what is in them and not by their name."""

import base64
import binascii
import hashlib

# First bytes of what a scanner or a phone makes: PDF, JPEG, PNG.
MARKS = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


class NoScanError(ValueError):
    """The file is neither a PDF nor a picture."""


def sha256_of(encoded):
    """Return the SHA-256 of a scan (base64), or None where there is none.

    :raises NoScanError: it is something else
    """
    if not encoded:
        return None
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, TypeError, ValueError) as error:
        raise NoScanError("not base64") from error
    if not content.startswith(MARKS):
        raise NoScanError("neither PDF nor JPEG nor PNG")
    return hashlib.sha256(content).hexdigest()
