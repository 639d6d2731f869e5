# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Passwords of operators, checked without a network."""

import hashlib
import hmac

from .encoding import b64url_decode
from .errors import VerificationError

# Bounds what a configuration can make this device compute.
_MAX_MEMORY = 64 * 2**20


def matches(password, verifier):
    """Tell whether *password* is the one behind ``scrypt$n$r$p$salt$hash``.

    An empty verifier matches nothing: the office has not set a password yet.
    """
    if not isinstance(verifier, str):
        return False
    try:
        scheme, n, r, p, salt, expected = verifier.split("$")
        expected = b64url_decode(expected)
        digest = hashlib.scrypt(
            password.encode(),
            salt=b64url_decode(salt),
            n=int(n),
            r=int(r),
            p=int(p),
            dklen=len(expected),
            maxmem=_MAX_MEMORY,
        )
    except (ValueError, VerificationError):
        return False
    return scheme == "scrypt" and hmac.compare_digest(digest, expected)
