# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The keys that the server signs with: one small interface for all who need one.

The keys lie outside the database: in files of the folder named by KHBS_KEYS (or
``khbs_keys`` in odoo.conf, or ``khbs-keys`` in Odoo's data folder), or in the token
that the folder's ``keystore.ini`` names. ``tools/keys`` makes them.

Whoever takes a key says for what, and that stands in the audit trail; so does a key
that could not be used. The key itself stands nowhere but in its place.
"""

import contextlib
import functools
import logging
import os
import time
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec

from odoo.exceptions import UserError
from odoo.tools import config

from .protocol import keystore
from .protocol.keystore import KeyStoreError

_logger = logging.getLogger(__name__)

PRG_PARAMETER = "khbs.prg"
DEFAULT_PRG = "KHBS"
USE = "key.use"
# Seconds in which a process records one kind of refusal once: a key that is missing
# is asked for at every request.
REFUSAL_PAUSE = 60
_refused_at = {}


class AuthorityError(UserError):
    """A key cannot be used just now; the text says what to do."""


def folder():
    """Return the path of the key folder."""
    return Path(_folder_name())


def _folder_name():
    named = os.environ.get("KHBS_KEYS") or config.get("khbs_keys")
    return named or os.path.join(config["data_dir"], "khbs-keys")


@functools.lru_cache(maxsize=4)
def _open(name):
    return keystore.open_keyring(Path(name))


def _keyring():
    return _open(_folder_name())


def _taken(env):
    """Return the keyring once the database has taken its bundle."""
    keyring = _keyring()
    env["khbs.trust.bundle"].sudo()._take(keyring)
    return keyring


def _ask(env, use, question):
    """Return what *question* (of a keyring) answers, its errors as the user's."""
    try:
        return question(_keyring())
    except KeyStoreError as error:
        _log_once(env, use, "reading", error)
        raise AuthorityError(_said(env, error)) from error


def signer(env, use, what, record=None, counted=False):
    """Return (kid, private key) that signs for *use* now, and record the use.

    The event is of the caller's transaction: what a rollback undoes has not left
    the server.

    :param use: lease, list, ack or ca
    :param what: code of what is signed, as ``lease`` or ``card.certificate``
    :param record: the record that it is signed for
    :param counted: what strangers may ask for is counted and recorded in sums
    :raises AuthorityError: no such key can be used now; that is recorded too
    """
    keyring = _keyring_in_force(env, use, what, record)
    kid, key = _signer(env, keyring, use, what, record)
    if counted:
        env["khbs.key.tally"]._count(kid, use, what)
    else:
        _record(env, record, (kid, use, what))
    return kid, key


def master(env, what, record=None):
    """Return the master that a card's secrets derive from, and record the use.

    :param what: code of what is derived, as ``card.secrets``
    :return: an object for ``protocol.keys.management_key`` and ``puk``
    """
    use = keystore.MASTER
    found = _master(env, _keyring_in_force(env, use, what, record), what, record)
    _record(env, record, (use, use, what))
    return found


class Issuer(NamedTuple):
    """What a card's certificates and secrets are made with.

    :param told: (act, facts) of what is recorded with the uses of the keys
    """

    kid: str
    key: ec.EllipticCurvePrivateKey
    master: object
    told: list


@contextlib.contextmanager
def issuer(env, record):
    """Yield the :class:`Issuer` for the card *record*.

    At the end one statement records the uses of its keys, and what was told besides.
    """
    use, what, secrets = "ca", "card.certificate", "card.secrets"
    keyring = _keyring_in_force(env, use, what, record)
    kid, key = _signer(env, keyring, use, what, record)
    issuing = Issuer(kid, key, _master(env, keyring, secrets, record), [])
    yield issuing
    by_master = keystore.MASTER, keystore.MASTER, secrets
    _record(env, record, (kid, use, what), by_master, told=issuing.told)


def _keyring_in_force(env, use, what, record):
    try:
        return _taken(env)
    except KeyStoreError as error:
        raise _refusal(env, use, what, record, error) from error


def _signer(env, keyring, use, what, record):
    def refusal(error):
        return _refusal(env, use, what, record, error)

    try:
        kid, key = keyring.signer(use)
    except KeyStoreError as error:
        raise refusal(error) from error
    return kid, _Key(key, refusal)


def _master(env, keyring, what, record):
    def refusal(error):
        return _refusal(env, keystore.MASTER, what, record, error)

    try:
        return _Master(keyring.master(), refusal)
    except KeyStoreError as error:
        raise refusal(error) from error


def kid_in_force(use):
    """Return the kid that signs for *use* now, or None if none can be told."""
    try:
        return _keyring().bundle().signing(use, int(time.time())).kid
    except KeyStoreError:
        return None


def ca_certificate(env, kid=None):
    """Return the certificate (object) of the card authority *kid*.

    :param kid: as :func:`signer` gave it; without it, the one that issues now
    """
    return _ask(env, "ca", lambda keyring: keyring.ca_certificate(kid))


def public_key(kid, use, at):
    """Return the public key *kid* if it might sign for *use* at Unix time *at*.

    For what the server signed itself, with an older key too.

    :return: None if it might not
    """
    try:
        return _keyring().public_key(kid, use, at)
    except KeyStoreError:
        return None


def trust_bundle(env):
    """Return the trust bundle as devices get it: a JWS, or two at a change of root."""
    try:
        return _taken(env).trust_bundle()
    except KeyStoreError as error:
        raise _refusal(env, "root", "trust", None, error) from error


def look(env):
    """Take a new bundle before somebody needs it, and log what should be done."""
    try:
        keyring = _taken(env)
        for warning in keystore.warnings(keyring):
            _logger.warning("%s", warning)
    except KeyStoreError as error:
        _refusal(env, "root", "trust", None, error)


def trust_version(env):
    """Return the version of the trust bundle."""
    return _ask(env, "root", lambda keyring: keyring.bundle().ver)


def is_revoked(kid):
    """Tell whether devices believe the key *kid* no more."""
    try:
        bundle = _keyring().bundle()
    except KeyStoreError:
        return False
    return kid in bundle.revoked or kid not in bundle.keys


def root_sha256(env):
    """Return the SHA-256 (hex) of the root's SPKI, as an enrolment sheet has it."""
    return _ask(env, "root", lambda keyring: keyring.root_sha256())


def prg(env):
    """Return the name of the programme, as every payload carries it.

    Whoever signs or verifies asks for it, so nothing is signed with the keys of
    another programme.

    :raises UserError: the keys were made for another programme
    """
    name = env["ir.config_parameter"].sudo().get_param(PRG_PARAMETER, DEFAULT_PRG)
    made_for = _ask(env, "root", lambda keyring: keyring.prg())
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


def _record(env, record, *uses, told=()):
    """Record uses of keys, (kid, use, what) each, and what else is *told*."""
    acts = [(USE, {"kid": kid, "use": use, "for": what}) for kid, use, what in uses]
    env["khbs.audit.event"]._record_all(record, [*acts, *told])


def _refusal(env, use, what, record, error):
    """Record that a key could not be used and return the error for the caller."""
    if _log_once(env, use, what, error):
        facts = {"use": use, "for": what, "reason": error.reason}
        env["khbs.audit.event"]._record_refused(USE, record, facts)
    return AuthorityError(_said(env, error))


def _log_once(env, use, what, error):
    """Log that a key could not be used, unless that was done just now.

    The text names files and tokens: for the log, not for the trail or the screen.

    :return: whether it was logged
    """
    now = time.monotonic()
    kind = (env.cr.dbname, use, what, str(error))
    if now - _refused_at.get(kind, -REFUSAL_PAUSE) < REFUSAL_PAUSE:
        return False
    _refused_at[kind] = now
    _logger.error("A key for %s (%s) cannot be used: %s", use, what, error)
    return True


def _said(env, error):
    """Return what a user is told: in his language, without files and tokens."""
    said = {
        "missing": env._("A key of the server is not in its place."),
        "unsafe": env._("A key of the server is damaged, or others could read it."),
        "expired": env._("No key of the server is in force for this today."),
        "unlisted": env._("A key of the server is not in the list of trusted keys."),
        "trust": env._("The server's list of trusted keys is not in order."),
        "settings": env._("The keys of the server are not set up rightly."),
        "pin": env._("The token with the server's keys does not take its PIN."),
        "token": env._("The token with the server's keys does not answer."),
    }
    return env._(
        "%(what)s Nothing was signed. Tell the administrator: the log of the server "
        "says what to do. Then try again.",
        what=said.get(error.reason, said["missing"]),
    )


class _Key(ec.EllipticCurvePrivateKey):
    """A private key whose failures are recorded and told in the caller's words."""

    def __init__(self, key, refusal):
        self._key = key
        self._refusal = refusal

    def sign(self, data, signature_algorithm):
        try:
            return self._key.sign(data, signature_algorithm)
        except KeyStoreError as error:
            raise self._refusal(error) from error

    def public_key(self):
        return self._key.public_key()

    @property
    def curve(self):
        return self._key.curve

    @property
    def key_size(self):
        return self._key.key_size

    def exchange(self, algorithm, peer_public_key):
        raise TypeError("A key of the authority signs and does nothing else.")

    def private_numbers(self):
        raise TypeError("A key of the authority does not leave its place.")

    def private_bytes(self, encoding, format, encryption_algorithm):  # noqa: A002
        raise TypeError("A key of the authority does not leave its place.")

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


class _Master:
    """The master, with the same care."""

    def __init__(self, key, refusal):
        self._key = key
        self._refusal = refusal

    def cmac(self, message):
        """Return CMAC-AES-256 of *message*."""
        try:
            return self._key.cmac(message)
        except KeyStoreError as error:
            raise self._refusal(error) from error
