# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""JSON as the protocol admits it: one text, one meaning.

Two parsers must never read two things out of one signed text. So duplicate keys,
floats, integers that a double cannot hold, deep nesting and anything but UTF-8
are refused.
"""

import json

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 8
# Digits and sign of MAX_INTEGER; longer texts are not even converted.
_MAX_INTEGER_LENGTH = 17


class StrictJsonError(ValueError):
    """The text is no JSON, or JSON that the protocol does not admit."""


def loads(data, max_depth=MAX_DEPTH):
    """Return the value of the UTF-8 JSON text *data* (bytes).

    :raises StrictJsonError: the text breaks a rule of the protocol
    """
    try:
        value = _DECODER.decode(data.decode("utf-8"))
        # Each level needs a bracket: few brackets cannot be deep.
        if data.count(b"{") + data.count(b"[") > max_depth:
            _check_depth(value, max_depth)
        if b"\\u" in data:
            # An escaped lone surrogate is no text: it cannot be written as UTF-8.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except StrictJsonError:
        raise
    except RecursionError as error:
        raise StrictJsonError("nested too deeply") from error
    except ValueError as error:
        raise StrictJsonError(str(error)) from error
    return value


def dumps(value):
    """Return *value* as compact UTF-8 JSON (bytes)."""
    return json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode("utf-8")


def _unique_keys(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise StrictJsonError("a key appears twice")
    return result


def _refuse_number(text):
    raise StrictJsonError(f"not an integer: {text[:20]}")


def _integer(text):
    if len(text) > _MAX_INTEGER_LENGTH or abs(int(text)) > MAX_INTEGER:
        raise StrictJsonError("integer out of range")
    return int(text)


def _check_depth(value, max_depth):
    level = [value]
    for _depth in range(max_depth + 1):
        containers = [item for item in level if isinstance(item, dict | list)]
        if not containers:
            return
        level = [
            child
            for item in containers
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    raise StrictJsonError("nested too deeply")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique_keys,
    parse_float=_refuse_number,
    parse_int=_integer,
    parse_constant=_refuse_number,
)
