# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The keys that the server signs with: one small interface for all who need one.

The keys lie outside the database, in the folder named by KHBS_KEYS or, without
it, ``khbs-keys`` in Odoo's data folder. ``tools/keys`` makes them.
"""

import contextlib
import functools
import os
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tools import config

from .protocol.key_folder import KeyFolder, KeyFolderError

PRG_PARAMETER = "khbs.prg"
DEFAULT_PRG = "KHBS"


def folder():
    """Return the path of the key folder."""
    named = os.environ.get("KHBS_KEYS")
    return Path(named) if named else Path(config["data_dir"]) / "khbs-keys"


@functools.lru_cache(maxsize=4)
def _open(path):
    return KeyFolder(path)


@contextlib.contextmanager
def _telling_what_to_do():
    try:
        yield _open(folder())
    except KeyFolderError as error:
        raise UserError(str(error)) from error


def signer(use):
    """Return (kid, private key) for *use*: lease, list, ack or ca."""
    with _telling_what_to_do() as keys:
        return keys.signer(use)


def ca_certificate():
    """Return the certificate (object) of the card authority."""
    with _telling_what_to_do() as keys:
        return keys.ca_certificate()


def master():
    """Return the 32 bytes that card management keys and PUKs derive from."""
    with _telling_what_to_do() as keys:
        return keys.master()


def trust_bundle():
    """Return the khbs-trust JWS (text), signed by the root."""
    with _telling_what_to_do() as keys:
        return keys.trust_bundle()


def root_sha256():
    """Return the SHA-256 (hex) of the root's SPKI, as an enrolment sheet has it."""
    with _telling_what_to_do() as keys:
        return keys.root_sha256()


def prg(env):
    """Return the name of the programme, as every payload carries it.

    Whoever signs or verifies asks for it, so nothing is signed with the keys of
    another programme.

    :raises UserError: the keys were made for another programme
    """
    name = env["ir.config_parameter"].sudo().get_param(PRG_PARAMETER, DEFAULT_PRG)
    with _telling_what_to_do() as keys:
        made_for = keys.prg()
    if made_for != name:
        raise UserError(
            env._(
                "The keys in %(folder)s belong to the programme %(keys)s, but this "
                "database is %(programme)s: nothing is signed. Set KHBS_KEYS to the "
                "folder of %(programme)s, or correct the parameter %(parameter)s.",
                folder=folder(),
                keys=made_for,
                programme=name,
                parameter=PRG_PARAMETER,
            )
        )
    return name
