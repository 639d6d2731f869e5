# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Where the keys of a folder lie: in its files, or in the token it names.

``keystore.ini`` in the folder names a token::

    [pkcs11]
    module = /usr/lib/softhsm/libsofthsm2.so
    token = khbs-server
    pin_file = /etc/khbs/token.pin

The PIN is in ``pin_file``, mode 0600, or in KHBS_TOKEN_PIN, which every child of the
process inherits: for trying out. It is never in the database.
Without the file the keys are PEM files of the folder.
"""

import configparser
import os
from pathlib import Path

from .base import KeyStoreError
from .files import FileStore
from .keyring import Keyring
from .refused import RefusedPin
from .token import TokenStore

SETTINGS_FILE = "keystore.ini"
PIN_VARIABLE = "KHBS_TOKEN_PIN"


def open_keyring(path):
    """Return the :class:`Keyring` of the folder *path*, wherever its keys lie."""
    return Keyring(path, open_store(path))


def open_store(path):
    """Return the place of the keys of the folder *path*."""
    if not (Path(path) / SETTINGS_FILE).exists():
        return FileStore(path)
    module, token, pin_file = read_settings(path)
    refused = RefusedPin(path, SETTINGS_FILE)
    return TokenStore(module, token, pin_of(pin_file), refused)


def read_settings(path):
    """Return (module, token, PIN file or None) of the folder *path*."""
    file = Path(path) / SETTINGS_FILE
    settings = configparser.ConfigParser(interpolation=None)
    try:
        settings.read(file, "utf-8")
        section = settings["pkcs11"]
        return section["module"], section["token"], section.get("pin_file")
    except (configparser.Error, KeyError) as error:
        raise KeyStoreError(
            f"{file} has to name module and token under [pkcs11].", "settings"
        ) from error


def pin_of(pin_file):
    """Return the function that finds the PIN: in the environment, else in a file."""

    def pin():
        given = os.environ.get(PIN_VARIABLE)
        if given:
            return given
        if not pin_file:
            raise KeyStoreError(
                f"No PIN: name pin_file in {SETTINGS_FILE} or set {PIN_VARIABLE}.",
                "settings",
            )
        path = Path(pin_file)
        try:
            if path.stat().st_mode & 0o077:
                raise KeyStoreError(
                    f"The PIN file {path} is open to other users. "
                    f"Close it: chmod 600 {path}",
                    "unsafe",
                )
            return path.read_text("utf-8").strip()
        except OSError as error:
            raise KeyStoreError(
                f"The PIN file {path} cannot be read ({error.strerror}).", "settings"
            ) from error

    return pin


def write_settings(path, module, token, pin_file=None):
    """Write ``keystore.ini`` of the folder *path*."""
    settings = configparser.ConfigParser(interpolation=None)
    settings["pkcs11"] = {"module": str(module), "token": token}
    if pin_file:
        settings["pkcs11"]["pin_file"] = str(pin_file)
    with open(Path(path) / SETTINGS_FILE, "x", encoding="utf-8") as file:
        settings.write(file)
