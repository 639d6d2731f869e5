# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Strict forms of everything that is read: base64url, JSON, Crockford base32."""

import base64
import binascii
import hashlib
import json
import re

from .errors import VerificationError

MAX_DEPTH = 8
MAX_INTEGER = 2**53 - 1
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
# Strings are skipped whole, so that a bracket inside one does not count.
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def b64url(data):
    """Return *data* as base64url text without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def b64url_decode(text):
    """Return the bytes of base64url *text*; exactly one text gives each value."""
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text):
        raise VerificationError("bukan base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise VerificationError("bukan base64url") from error
    if b64url(data) != text:
        raise VerificationError("base64url tidak baku")
    return data


def sha256(data):
    return hashlib.sha256(data).digest()


def crockford(data):
    """Return *data*, a multiple of five bytes, in Crockford base32."""
    number = int.from_bytes(data, "big")
    length = len(data) * 8 // 5
    return "".join(
        CROCKFORD[number >> 5 * place & 31] for place in reversed(range(length))
    )


def dumps(value):
    """Return *value* as compact UTF-8 JSON, the form in which it is signed."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def loads(data):
    """Return the value of strict JSON *data* (bytes).

    UTF-8, no duplicate key, no fraction or exponent, integers within 2^53-1, at
    most eight levels of objects and arrays.
    """
    _check_depth(data)
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_unique_pairs,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            parse_int=_bounded_integer,
        )
        # A lone surrogate escape has no UTF-8 form.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise VerificationError(f"JSON tidak sah: {error}") from error
    return value


def _check_depth(data):
    depth = 0
    for match in _BRACKETS.finditer(data):
        token = match.group()
        if token in (b"[", b"{"):
            depth += 1
        elif token in (b"]", b"}"):
            depth -= 1
        if depth > MAX_DEPTH:
            raise VerificationError("JSON terlalu dalam")


def _unique_pairs(pairs):
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("kunci ganda")
    return value


def _refuse_number(text):
    raise ValueError(f"bilangan {text}")


def _bounded_integer(text):
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise ValueError("bilangan terlalu besar")
    return int(text)
