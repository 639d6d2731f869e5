# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a card keeps without power, in one JSON file."""

import json
import os
from pathlib import Path

# ATR of an NXP JCOP 4 card. OpenSC takes the bare 3B80800101 of many contactless
# Java cards for another product and then hides its EC keys.
ATR = "3BD518FF8191FE1FC38073C821100A"
# What PivApplet has when it leaves the factory, and many others too.
FACTORY_KEY = "0102030405060708" * 3
FACTORY_PIN = "123456"
FACTORY_PUK = "12345678"
# GENERAL AUTHENTICATE algorithm references of SP 800-78, and their key lengths.
TRIPLE_DES, AES_128, AES_192, AES_256 = 0x03, 0x08, 0x0A, 0x0C
KEY_LENGTHS = {TRIPLE_DES: 24, AES_128: 16, AES_192: 24, AES_256: 32}


def pad(reference):
    """Return a PIN or PUK as it travels: eight bytes, filled with FF."""
    return reference.encode().ljust(8, b"\xff")


class Memory:
    """The card's non-volatile memory.

    :param path: file that holds it, or None for a card that forgets
    :param content: what it holds, as ``Memory.blank()`` makes it
    """

    def __init__(self, path, content):
        self.path = Path(path) if path else None
        self.content = content

    @classmethod
    def blank(cls, path=None, **options):
        """Return the memory of a card fresh from its manufacturer, saved.

        Options: ``atr``, ``profile`` (nist or yubico), ``firmware`` (three numbers) and
        ``serial`` of the latter, ``algorithm`` and ``key`` (hex) of slot 9B, ``pin``,
        ``puk``, ``tries``.
        """
        tries = options.get("tries", 3)
        key = bytes.fromhex(options.get("key", FACTORY_KEY))
        algorithm = options.get("algorithm", TRIPLE_DES)
        if KEY_LENGTHS[algorithm] != len(key):
            raise ValueError(f"9B needs a key of {KEY_LENGTHS[algorithm]} bytes")
        memory = cls(
            path,
            {
                "atr": options.get("atr", ATR),
                "profile": options.get("profile", "nist"),
                "firmware": list(options.get("firmware", (5, 4, 3))),
                "serial": options.get("serial", 12345678),
                "management": {"algorithm": algorithm, "key": key.hex()},
                "pin": _reference(options.get("pin", FACTORY_PIN), tries),
                "puk": _reference(options.get("puk", FACTORY_PUK), tries),
                "keys": {},
                "objects": {},
            },
        )
        memory.save()
        return memory

    @classmethod
    def load(cls, path):
        """Return the memory kept in *path*."""
        return cls(path, json.loads(Path(path).read_text()))

    def save(self):
        """Write everything; a kill leaves either the old state or the new one."""
        if self.path is None:
            return
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w") as file:
            json.dump(self.content, file, indent=1, sort_keys=True)
        os.replace(beside, self.path)


def _reference(value, tries):
    return {"value": pad(value).hex(), "left": tries, "limit": tries}
