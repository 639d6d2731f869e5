# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The card status list: two bits per card, full or as a change, never backwards."""

import dataclasses
import zlib

from . import encoding, shape
from .errors import VerificationError

VALID, REVOKED, SUSPENDED, SHIPPED = range(4)
# Bounds what a list may unpack to: ten million cards are 2.5 MB.
MAX_CARDS = 10_000_000


@dataclasses.dataclass(frozen=True)
class StatusList:
    """One version of the list as the terminal holds it.

    :ivar kid: key that signed the last step; the ratchet is per key
    :ivar array: the bits, least significant first
    """

    sub: str
    kid: str
    ver: int
    iat: int
    exp: int
    n: int
    array: bytes

    def status(self, index):
        """Return the status of a card, None when the list does not know it."""
        if not 0 <= index < self.n:
            return None
        return self.array[index // 4] >> index % 4 * 2 & 3

    def to_setting(self):
        return {**dataclasses.asdict(self), "array": encoding.b64url(self.array)}

    @classmethod
    def from_setting(cls, value):
        return cls(**{**value, "array": encoding.b64url_decode(value["array"])})


def array_size(n):
    return (n * 2 + 7) // 8


def apply_message(held, message, list_no, minimum):
    """Return the list after a verified full list or delta.

    :param held: StatusList or None
    :param list_no: two digits, as "01"
    :param minimum: lowest version that the trust bundle allows for this list
    """
    payload = message.payload
    what = "daftar status"
    shape.require(
        payload.get("sub") == f"urn:khbs:list:{list_no}", "daftar status lain"
    )
    ver = shape.integer(payload, "ver", what)
    n = shape.field(
        payload, "n", lambda v: shape.is_integer(v) and v <= MAX_CARDS, what
    )
    if ver < minimum or (held and held.kid == message.kid and ver <= held.ver):
        raise VerificationError("daftar status mundur ke versi lama")
    if message.typ == "statuslist+jwt":
        array = _unpack(payload, n)
    else:
        array = _change(held, payload, n)
    return StatusList(
        sub=payload["sub"],
        kid=message.kid,
        ver=ver,
        iat=shape.integer(payload, "iat", what),
        exp=shape.integer(payload, "exp", what),
        n=n,
        array=array,
    )


def _unpack(payload, n):
    inner = payload.get("status_list")
    shape.require(
        isinstance(inner, dict) and inner.get("bits") == 2, "daftar status bukan 2 bit"
    )
    size = array_size(n)
    unpacker = zlib.decompressobj()
    try:
        array = unpacker.decompress(encoding.b64url_decode(inner.get("lst")), size + 1)
    except zlib.error as error:
        raise VerificationError("daftar status tidak terbaca") from error
    complete = unpacker.eof and not unpacker.unused_data and len(array) == size
    shape.require(complete, "panjang daftar status salah")
    shape.require(_padding_is_zero(array, n), "sisa bit daftar status tidak nol")
    return array


def _padding_is_zero(array, n):
    return n % 4 == 0 or array[-1] >> n % 4 * 2 == 0


def _change(held, payload, n):
    shape.require(
        held is not None and payload.get("from") == held.ver and n >= held.n,
        "perubahan daftar status untuk versi lain",
    )
    array = bytearray(array_size(n))
    array[: len(held.array)] = held.array
    for index in range(held.n, n):
        _set(array, index, REVOKED)
    changes = payload.get("set")
    shape.require(
        isinstance(changes, dict) and set(changes) <= {"0", "1", "2", "3"},
        "perubahan daftar status tidak sah",
    )
    for status, positions in changes.items():
        shape.require(isinstance(positions, list), "perubahan daftar status tidak sah")
        for index in positions:
            shape.require(
                shape.is_integer(index) and index < n, "posisi di luar daftar"
            )
            _set(array, index, int(status))
    result = bytes(array)
    shape.require(
        encoding.b64url(encoding.sha256(result)) == payload.get("sha"),
        "hasil perubahan daftar status berbeda",
    )
    return result


def _set(array, index, status):
    shift = index % 4 * 2
    array[index // 4] = array[index // 4] & ~(3 << shift) | status << shift
