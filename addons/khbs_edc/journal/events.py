# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The forms of ``d`` of each journal event (edc-protocol, Journal entry).

A well-signed entry whose event is unknown or whose ``d`` has another form is stored
and chained with the code MALFORMED: hiding it would break the chain.
"""

from ..rpc import params

CVM = ("none", "id", "pin")
MODES = ("off", "on")
# Versions are kept in columns of 32 bits.
MAX_VERSION = 2**31 - 1


def is_wellformed(event, details):
    """Tell whether *details* (dict) has the form of *event*."""
    check = _FORMS.get(event)
    return bool(check and check(details))


def _text(value, max_length=200):
    # PostgreSQL keeps no NUL: such an entry would otherwise block its whole chain.
    return isinstance(value, str) and 0 < len(value) <= max_length and "\0" not in value


def _optional_text(value):
    return value is None or _text(value)


def _count(value):
    return params.is_integer(value) and value >= 0


def _version(value):
    return _count(value) and value <= MAX_VERSION


def _jti(value):
    return isinstance(value, str) and bool(params.ULID.fullmatch(value))


def _card_no(value):
    return isinstance(value, str) and bool(params.CARD_NO.fullmatch(value))


def _gps(value):
    return value is None or params.is_gps(value)


def _entitlements(value):
    return (
        isinstance(value, list)
        and 1 <= len(value) <= 6
        and all(isinstance(e, str) and params.ENTITLEMENT.fullmatch(e) for e in value)
    )


def _representative(value):
    return value is None or (
        isinstance(value, dict)
        and _text(value.get("name"))
        and _text(value.get("rel"))
        and _optional_text(value.get("doc"))
    )


def _intent(d):
    return (
        _jti(d.get("jti")) and _card_no(d.get("card_no")) and _entitlements(d.get("e"))
    )


def _claim(d):
    return (
        _text(d.get("jws"), 8192)
        and d.get("mode") in MODES
        and _optional_text(d.get("auth"))
        and d.get("cvm") in CVM
        and _gps(d.get("gps"))
        and _text(d.get("op"))
        and (_text(d.get("rc")) or _count(d.get("rc")))
        and _representative(d.get("rep"))
    )


def _activate(d):
    return (
        _text(d.get("jws"), 8192)
        and _text(d.get("op"))
        and _gps(d.get("gps"))
        and _representative(d.get("rep"))
    )


def _deny(d):
    jti = d.get("jti")
    return (
        _card_no(d.get("card_no"))
        and _text(d.get("why"))
        and (jti is None or _jti(jti))
    )


_FORMS = {
    "open": lambda d: _text(d.get("op")),
    "close": lambda d: (
        _text(d.get("op")) and _count(d.get("n")) and _count(d.get("sum"))
    ),
    "intent": _intent,
    "claim": _claim,
    "activate": _activate,
    "deny": _deny,
    "block": lambda d: (
        _card_no(d.get("card_no")) and _text(d.get("why")) and _text(d.get("op"))
    ),
    "sync": lambda d: _text(d.get("jws"), 4096) and _count(d.get("rtt")),
    "lists": lambda d: d.get("sub") == "urn:khbs:list:01" and _version(d.get("ver")),
    "lease": lambda d: _text(d.get("id"), 64) and _optional_text(d.get("prev")),
    "clock": lambda d: (
        params.is_integer(d.get("from"))
        and params.is_integer(d.get("to"))
        and _text(d.get("src"))
    ),
    "cfg": lambda d: _version(d.get("ver")),
}
