# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The card as a reader sees it: commands in, answers out."""

from .applet import AID, Applet, StatusWord
from .faults import CardGone, Faults
from .memory import Memory

SHORT_ANSWER = 256
CHAIN_LIMIT = 8192


class VirtualCard:
    """One PIV card.

    :param memory: ``Memory`` that survives power-off
    :param faults: ``Faults`` to inject
    """

    def __init__(self, memory, faults=None):
        self.memory = memory
        self.faults = faults or Faults()
        self._applet = Applet(memory)
        self.reset()

    @classmethod
    def open(cls, path, faults=None):
        """Return the card kept in the file *path*."""
        return cls(Memory.load(path), faults)

    @property
    def atr(self):
        """Answer to reset, bytes."""
        return bytes.fromhex(self.memory.content["atr"])

    def reset(self):
        """Cycle the power: everything but the memory is forgotten."""
        self._selected = False
        self._chain = b""
        self._chain_header = None
        self._answer = b""
        self._applet.reset()

    def transmit(self, apdu):
        """Return the answer, data and status word, to one command APDU."""
        torn = self.faults.begin()
        try:
            answer = self._command(bytes(apdu), torn == "half")
        except StatusWord as status:
            answer = status.args[0].to_bytes(2, "big")
        if torn:
            self.reset()
            raise CardGone(f"power lost at command {self.faults.count}")
        return answer

    def _command(self, apdu, half):
        if len(apdu) < 4:
            raise StatusWord(0x6700)
        cla, header = apdu[0], apdu[1:4]
        if cla not in (0x00, 0x10):
            raise StatusWord(0x6882 if cla & 0xEC in (0x04, 0x08, 0x0C) else 0x6E00)
        data, limit = _body(apdu)
        if header[0] == 0xC0:
            return self._next(limit)
        self._answer = b""
        if self._chain_header not in (None, header):
            self._chain, self._chain_header = b"", None
            raise StatusWord(0x6883)
        data = self._chain + data
        if len(data) > CHAIN_LIMIT:
            self._chain, self._chain_header = b"", None
            raise StatusWord(0x6700)
        if cla == 0x10:
            self._chain, self._chain_header = data, header
            return b"\x90\x00"
        self._chain, self._chain_header = b"", None
        self._answer = self._dispatch(*header, data, half)
        return self._next(limit)

    def _dispatch(self, ins, p1, p2, data, half):
        if ins == 0xA4:
            if (p1, p2) != (0x04, 0x00):
                raise StatusWord(0x6A86)
            if len(data) < 5 or not AID.startswith(data):
                raise StatusWord(0x6A82)
            self._selected = True
            return self._applet.select()
        if not self._selected:
            raise StatusWord(0x6D00)
        return self._applet.execute(ins, p1, p2, data, half)

    def _next(self, limit):
        """Return the part of the answer that fits, and what is left as 61xx."""
        part, self._answer = self._answer[:limit], self._answer[limit:]
        if not self._answer:
            return part + b"\x90\x00"
        # 61 00: 256 bytes or more are left.
        left = len(self._answer)
        return part + bytes([0x61, left if left < SHORT_ANSWER else 0])


def _body(apdu):
    """Return the data of a short or extended APDU and the longest answer."""
    body = apdu[4:]
    if not body:
        return b"", SHORT_ANSWER
    if len(body) == 1:
        return b"", body[0] or SHORT_ANSWER
    if body[0] == 0 and len(body) >= 3:
        return _extended(body)
    size = body[0]
    data, rest = body[1 : 1 + size], body[1 + size :]
    if len(data) != size or len(rest) > 1:
        raise StatusWord(0x6700)
    return data, (rest[0] if rest else 0) or SHORT_ANSWER


def _extended(body):
    size = int.from_bytes(body[1:3], "big")
    if len(body) == 3:
        return b"", size or 0x10000
    data, rest = body[3 : 3 + size], body[3 + size :]
    if len(data) != size or len(rest) not in (0, 2):
        raise StatusWord(0x6700)
    return data, int.from_bytes(rest, "big") or 0x10000
