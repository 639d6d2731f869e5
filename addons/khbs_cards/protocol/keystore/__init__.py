# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The keys of the programme: where they lie, which is in force, how they are made.

Plain Python without Odoo, for the server and for ``tools/keys`` alike.
"""

from .base import (
    ACK,
    CARD_CA,
    LEASE,
    LIST,
    MASTER,
    ROOT,
    KeyStore,
    KeyStoreError,
    MasterKey,
)
from .bundle import Bundle
from .development import create
from .files import FileStore
from .keyring import Keyring
from .settings import open_keyring, open_store
from .status import warnings
from .token import TokenStore

__all__ = [
    "ACK",
    "CARD_CA",
    "LEASE",
    "LIST",
    "MASTER",
    "ROOT",
    "Bundle",
    "FileStore",
    "KeyStore",
    "KeyStoreError",
    "Keyring",
    "MasterKey",
    "TokenStore",
    "create",
    "open_keyring",
    "open_store",
    "warnings",
]
