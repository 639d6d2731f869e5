# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""ISO 7816-4: commands and answers of a smart card.

A *connection* is any object with ``transmit(bytes) -> bytes``, ``reset()`` (cycles
the power) and ``atr`` (bytes). It raises ``ConnectionError`` when the card is gone;
whether the command was still executed is then unknown.
"""

CHUNK = 255
CHAINED = 0x10
# No object of a card is longer; one that never ends its answer is no card.
MAX_PARTS = 64


class TlvError(ValueError):
    """The card's bytes are not data objects."""


class StatusError(Exception):
    """The card refused a command.

    :ivar sw: its status word, as 0x6982
    """

    def __init__(self, sw):
        self.sw = sw
        super().__init__(f"status {sw:04X}")

    @property
    def tries_left(self):
        """Tries left after a wrong PIN or PUK, or None for another refusal."""
        if self.sw & 0xFFF0 == 0x63C0:
            return self.sw & 0xF
        return 0 if self.sw == 0x6983 else None


def send(connection, ins, p1, p2, data=b""):
    """Return the whole answer to one command, sent chained where it is long."""
    while len(data) > CHUNK:
        part, data = data[:CHUNK], data[CHUNK:]
        answer = connection.transmit(bytes([CHAINED, ins, p1, p2, CHUNK]) + part)
        _split(answer, (0x9000,))
    body = bytes([len(data)]) + data if data else b""
    return _collect(connection, bytes([0, ins, p1, p2]) + body)


def _collect(connection, command):
    """Send the last part of a command and fetch its answer to the end."""
    found = b""
    apdu = command + b"\0"
    for _turn in range(MAX_PARTS):
        part, sw = _split(connection.transmit(apdu))
        found += part
        if sw >> 8 == 0x61:
            apdu = bytes([0, 0xC0, 0, 0, sw & 0xFF])
        elif sw >> 8 == 0x6C:
            apdu = apdu[:-1] + bytes([sw & 0xFF])
        elif sw == 0x9000:
            return found
        else:
            raise StatusError(sw)
    raise ConnectionError("the card does not end its answer")


def _split(answer, allowed=None):
    if len(answer) < 2:
        raise ConnectionError("the card answered without a status word")
    sw = int.from_bytes(answer[-2:], "big")
    if allowed and sw not in allowed:
        raise StatusError(sw)
    return bytes(answer[:-2]), sw


def tlv(tag, value):
    """Return one BER-TLV data object with an integer tag such as 0x5FC102."""
    size = len(value)
    if size < 0x80:
        length = bytes([size])
    else:
        width = (size.bit_length() + 7) // 8
        length = bytes([0x80 | width]) + size.to_bytes(width, "big")
    return tag.to_bytes((tag.bit_length() + 7) // 8, "big") + length + value


def untlv(data):
    """Return {tag: value} of a sequence of data objects."""
    found = {}
    rest = memoryview(data)
    try:
        while rest:
            width = 1
            if rest[0] & 0x1F == 0x1F:
                width = 2
                while rest[width - 1] & 0x80:
                    width += 1
            tag = int.from_bytes(rest[:width], "big")
            size, start = rest[width], width + 1
            if size & 0x80:
                start += size & 0x7F
                size = int.from_bytes(rest[width + 1 : start], "big")
            if start + size > len(rest) or tag in found:
                raise TlvError("malformed data object")
            found[tag] = bytes(rest[start : start + size])
            rest = rest[start + size :]
    except IndexError:
        raise TlvError("data object is cut short") from None
    return found
