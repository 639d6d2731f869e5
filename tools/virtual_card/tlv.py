# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""BER-TLV as PIV uses it: tags of one to three bytes, definite lengths."""


class TlvError(ValueError):
    """The bytes are not a sequence of tag, length, value."""


def encode(tag, value):
    """Return one data object; *tag* is an integer such as 0x53 or 0x5FC102."""
    width = (tag.bit_length() + 7) // 8 or 1
    size = len(value)
    if size < 0x80:
        length = bytes([size])
    elif size < 0x100:
        length = bytes([0x81, size])
    else:
        length = bytes([0x82]) + size.to_bytes(2, "big")
    return tag.to_bytes(width, "big") + length + value


def decode(data):
    """Return the list of (tag, value) that *data* consists of."""
    found = []
    position = 0
    while position < len(data):
        tag, position = _tag(data, position)
        length, position = _length(data, position)
        if position + length > len(data):
            raise TlvError("value is cut short")
        found.append((tag, data[position : position + length]))
        position += length
    return found


def _tag(data, position):
    start = position
    position += 1
    if data[start] & 0x1F == 0x1F:
        while position < len(data) and data[position] & 0x80:
            position += 1
        position += 1
    return int.from_bytes(data[start:position], "big"), position


def _length(data, position):
    if position >= len(data):
        raise TlvError("length is missing")
    first = data[position]
    position += 1
    if first < 0x80:
        return first, position
    width = first & 0x7F
    if width not in (1, 2) or position + width > len(data):
        raise TlvError("length is malformed")
    return int.from_bytes(data[position : position + width], "big"), position + width
