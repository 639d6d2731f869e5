# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The bits of a status list of the vectors."""

from .signing import b64url, sha256


class Array:
    """The list's bits, and which positions differ from "valid"."""

    def __init__(self, n, positions):
        self.n = n
        self.positions = positions
        states = bytearray((n * 2 + 7) // 8)
        for status, indexes in positions.items():
            for index in indexes:
                states[index // 4] |= int(status) << index % 4 * 2
        self.bytes = bytes(states)

    def describe(self):
        return {
            "n": self.n,
            "others_than_0": self.positions,
            "sha256": b64url(sha256(self.bytes)),
        }
