# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Where keys lie, and what every place of keys can do.

A place makes a key, finds it again by its kid and lets it sign. Nobody outside sees
whether it is a file or an object of a token (PKCS#11). Keys are called by their kid
(R01, C01, E01, L01, A01); the secret that card keys derive from is the master.
"""

import abc
import re

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

ROOT = "root"
CARD_CA = "ca"
LEASE = "lease"
LIST = "list"
ACK = "ack"
# First letter of the kids of each use.
LETTERS = {ROOT: "R", CARD_CA: "C", LEASE: "E", LIST: "L", ACK: "A"}
# What a server signs with; the root is not among them.
SERVER_USES = (CARD_CA, LEASE, LIST, ACK)
MASTER = "master"
MASTER_LENGTH = 32

_KID = re.compile(r"([RCELA])([0-9]{2})")


class KeyStoreError(Exception):
    """A key cannot be used; the text says what to do.

    :param reason: word for the audit trail: missing, unsafe, expired, unlisted,
        trust, settings, pin or token
    """

    def __init__(self, message, reason="missing"):
        super().__init__(message)
        self.reason = reason


def kid(use, number):
    """Return the name of the key *number* of *use*, as L02."""
    return f"{LETTERS[use]}{number:02d}"


def use_of(name):
    """Return the use of the key called *name*."""
    letters = {letter: use for use, letter in LETTERS.items()}
    if not _KID.fullmatch(name):
        raise KeyStoreError(f"{name!r} is no name of a key: L01, C02 ..", "settings")
    return letters[name[0]]


def number_of(name):
    """Return the number in a kid."""
    use_of(name)
    return int(name[1:])


class MasterKey:
    """The master as bytes in memory, for keys in files and for tests."""

    def __init__(self, secret):
        if len(secret) != MASTER_LENGTH:
            raise KeyStoreError(f"The master has {MASTER_LENGTH} bytes.", "unsafe")
        self._secret = secret

    def __repr__(self):
        return "MasterKey()"

    def cmac(self, message):
        """Return CMAC-AES-256 (16 bytes) of *message*."""
        mac = CMAC(AES(self._secret))
        mac.update(message)
        return mac.finalize()


class KeyStore(abc.ABC):
    """One place of keys.

    :ivar kind: ``files`` or ``token``
    """

    kind = ""

    @abc.abstractmethod
    def names(self):
        """Return the kids of the keys that lie here, in order."""

    @abc.abstractmethod
    def private_key(self, name):
        """Return the ``ec.EllipticCurvePrivateKey`` called *name*.

        :raises KeyStoreError: it is not here, or others could read it
        """

    @abc.abstractmethod
    def make(self, name):
        """Make the key *name* here and return its public key; never overwrites."""

    @abc.abstractmethod
    def has_master(self):
        """Tell whether the master lies here."""

    @abc.abstractmethod
    def master(self):
        """Return the master: an object with ``cmac(message)``."""

    @abc.abstractmethod
    def make_master(self):
        """Make the master here; never overwrites."""
