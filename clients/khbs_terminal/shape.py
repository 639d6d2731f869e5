# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checks of the form of values inside signed messages."""

from .errors import VerificationError


def require(condition, what):
    """Raise VerificationError with *what* unless *condition* holds."""
    if not condition:
        raise VerificationError(what)


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_text(value, longest=256):
    return isinstance(value, str) and 0 < len(value) <= longest


def field(mapping, name, check, what):
    """Return ``mapping[name]`` if *check* accepts it."""
    value = mapping.get(name)
    require(check(value), f"{what}: {name} tidak sah")
    return value


def integer(mapping, name, what):
    return field(mapping, name, is_integer, what)


def text(mapping, name, what):
    return field(mapping, name, is_text, what)
