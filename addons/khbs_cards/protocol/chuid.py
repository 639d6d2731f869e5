# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The PIV data object CHUID (5FC102) of a card of the programme."""

import uuid

# Agency 9999, system 9999, credential 999999: no federal number.
FASC_N = bytes.fromhex("d4e739da739ced39ce739d836858210842108421c84210c3eb")


def build(guid, expiry):
    """Return the content of the object.

    :param guid: of the card, as text
    :param expiry: date
    """
    fields = (
        (0x30, FASC_N),
        (0x34, uuid.UUID(guid).bytes),
        (0x35, expiry.strftime("%Y%m%d").encode("ascii")),
        (0x3E, b""),
        (0xFE, b""),
    )
    return b"".join(bytes((tag, len(value))) + value for tag, value in fields)
