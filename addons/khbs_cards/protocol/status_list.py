# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The card status list: two bits a card, as in draft-ietf-oauth-status-list.

A list is a *packed* array (bytes): card index i stands in bits 2i and 2i + 1,
counted from the least significant bit of byte 0. Unused high bits of the last byte
are 0. The wire carries it whole (zlib) or as the positions that changed.
"""

import collections
import hashlib
import re
import zlib

from . import base64url

VALID = 0
INVALID = 1  # revoked, expired, or not yet shipped
SUSPENDED = 2
SHIPPED = 3  # shipped, not yet handed over

BITS = 2
_PER_BYTE = 8 // BITS


class StatusListError(ValueError):
    """The list or the delta is not what it says it is."""


def size(n):
    """Return the bytes that *n* cards take."""
    return (n + _PER_BYTE - 1) // _PER_BYTE


def pack(states):
    """Return the packed array of *states* (bytes or iterable of 0..3)."""
    states = bytes(states)
    if states.strip(b"\0\1\2\3"):
        raise StatusListError("a state is 0, 1, 2 or 3")
    states += bytes(-len(states) % _PER_BYTE)
    columns = (states[i::_PER_BYTE] for i in range(_PER_BYTE))
    return bytes(
        a | b << 2 | c << 4 | d << 6 for a, b, c, d in zip(*columns, strict=True)
    )


def state_at(packed, index):
    """Return the state of the card at *index*."""
    return packed[index // _PER_BYTE] >> index % _PER_BYTE * BITS & 3


def count(packed, n):
    """Return how many of *n* cards have state 0, 1, 2 and 3."""
    counts = [0, 0, 0, 0]
    for byte, times in collections.Counter(packed).items():
        for shift in range(0, 8, BITS):
            counts[byte >> shift & 3] += times
    # The unused bits at the end look like state 0.
    counts[VALID] -= len(packed) * _PER_BYTE - n
    return counts


def digest(packed):
    """Return the base64url SHA-256 of the packed array."""
    return base64url.encode(hashlib.sha256(packed).digest())


def deflate(packed):
    """Return the ``lst`` text of a packed array."""
    return base64url.encode(zlib.compress(packed, 9))


def inflate(lst, n):
    """Return the packed array of *n* cards in the text *lst*.

    :raises StatusListError: not exactly the bytes that *n* cards take
    """
    expander = zlib.decompressobj()
    try:
        # One byte more than due is enough to see that there is more.
        packed = expander.decompress(base64url.decode(lst), size(n) + 1)
    except (ValueError, zlib.error) as error:
        raise StatusListError(str(error)) from error
    if len(packed) != size(n) or not expander.eof or expander.unused_data:
        raise StatusListError("the list does not have the length it says")
    _check_unused_bits(packed, n)
    return packed


def _check_unused_bits(packed, n):
    if n % _PER_BYTE and packed[-1] >> n % _PER_BYTE * BITS:
        raise StatusListError("unused bits are set")


def grow(packed, old_n, n):
    """Return the array with positions old_n..n-1 added as INVALID."""
    if n < old_n:
        raise StatusListError("a list never shrinks")
    grown = bytearray(packed) + bytes(size(n) - len(packed))
    for index in range(old_n, n):
        _put(grown, index, INVALID)
    return bytes(grown)


def difference(old, old_n, new, n):
    """Return the ``set`` of a delta: {"0": [positions], ..}, empty states left out."""
    old = grow(old, old_n, n)
    differing = int.from_bytes(old, "little") ^ int.from_bytes(new, "little")
    changes = {}
    # Most bytes are alike: only those that are not are looked at.
    for found in re.finditer(rb"[^\0]", differing.to_bytes(size(n), "little")):
        first = found.start() * _PER_BYTE
        for index in range(first, first + _PER_BYTE):
            state = state_at(new, index)
            if state != state_at(old, index):
                changes.setdefault(str(state), []).append(index)
    return dict(sorted(changes.items()))


def apply(packed, old_n, delta):
    """Return the array after the payload *delta* of a khbs-listdelta.

    :raises StatusListError: a position outside the list, or the digest differs
    """
    n = delta["n"]
    changed = bytearray(grow(packed, old_n, n))
    for state, positions in delta["set"].items():
        if state not in ("0", "1", "2", "3"):
            raise StatusListError("no such state")
        for index in positions:
            if not 0 <= index < n:
                raise StatusListError("a position outside the list")
            _put(changed, index, int(state))
    changed = bytes(changed)
    if digest(changed) != delta["sha"]:
        raise StatusListError("the digest differs; fetch the full list")
    return changed


def _put(array, index, state):
    shift = index % _PER_BYTE * BITS
    place = index // _PER_BYTE
    array[place] = array[place] & ~(3 << shift) | state << shift


def full_payload(prg, iss, list_no, version, n, packed, iat, exp, ttl):
    """Return the payload of a statuslist+jwt.

    :param iat: Unix seconds, as is exp
    :param ttl: seconds after which a holder should ask again
    """
    return {
        "iss": iss,
        "prg": prg,
        "sub": subject(list_no),
        "iat": iat,
        "exp": exp,
        "ttl": ttl,
        "ver": version,
        "n": n,
        "status_list": {"bits": BITS, "lst": deflate(packed)},
    }


def delta_payload(prg, list_no, old, new, iat, exp):
    """Return the payload of a khbs-listdelta+jwt.

    :param old: (version, n, packed) that the holder has
    :param new: (version, n, packed) that it will have
    """
    old_version, old_n, old_packed = old
    version, n, packed = new
    return {
        "prg": prg,
        "sub": subject(list_no),
        "iat": iat,
        "exp": exp,
        "from": old_version,
        "ver": version,
        "n": n,
        "set": difference(old_packed, old_n, packed, n),
        "sha": digest(packed),
    }


def subject(list_no):
    """Return the name of list *list_no* ("01")."""
    return f"urn:khbs:list:{list_no}"
