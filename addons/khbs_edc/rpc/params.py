# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Reading the params of a method: what is missing or of the wrong type is -32602."""

import re

from odoo.addons.khbs_cards.protocol.types import ULID  # noqa: F401

from .dispatcher import InvalidParams

CARD_NO = re.compile(r"KH[0-9]{11}")
ENTITLEMENT = re.compile(r"[A-Z0-9-]{1,24}")
BENEFIT = re.compile(r"[A-Z0-9_.]{1,16}")
ROUND = re.compile(r"[A-Z0-9-]{1,16}")


def only(params, *names):
    """Refuse params that the method does not know."""
    unknown = sorted(set(params) - set(names))
    if unknown:
        raise InvalidParams(f"unknown: {', '.join(unknown)}")


def text(params, name, max_length=2000, pattern=None, optional=False):
    """Return the text *name* of *params*, or None where it may be absent."""
    value = params.get(name)
    if value is None and optional:
        return None
    if not isinstance(value, str) or not 1 <= len(value) <= max_length:
        raise InvalidParams(f"{name}: text of 1 to {max_length} characters")
    if "\0" in value:
        raise InvalidParams(f"{name}: NUL character")
    if pattern and not pattern.fullmatch(value):
        raise InvalidParams(f"{name}: wrong form")
    return value


def integer(params, name, low, high, optional=False):
    """Return the integer *name* between *low* and *high*, both included."""
    value = params.get(name)
    if value is None and optional:
        return None
    if not is_integer(value) or not low <= value <= high:
        raise InvalidParams(f"{name}: integer from {low} to {high}")
    return value


def dictionary(params, name, optional=False):
    value = params.get(name)
    if value is None and optional:
        return None
    if not isinstance(value, dict):
        raise InvalidParams(f"{name}: object")
    return value


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def gps(params, name="gps"):
    """Return [latitude, longitude, accuracy] as sent, or None."""
    value = params.get(name)
    if value is None:
        return None
    if not is_gps(value):
        raise InvalidParams(f"{name}: [latitude x 1e6, longitude x 1e6, metres]")
    return value


def is_gps(value):
    return (
        isinstance(value, list)
        and len(value) == 3
        and all(is_integer(number) for number in value)
        and abs(value[0]) <= 90_000_000
        and abs(value[1]) <= 180_000_000
        and value[2] >= 0
    )
