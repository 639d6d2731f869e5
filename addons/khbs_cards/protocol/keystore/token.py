# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Keys in a token (HSM, smart card or SoftHSM2) by PKCS#11: they never leave it.

Made in the token, sensitive and not extractable. A session belongs to the process
that opened it: a worker that was forked opens its own. It is shared by the threads of
the process under a lock, and opened anew if the token went away meanwhile.
"""

import contextlib
import os
import threading
import time
import weakref

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    encode_dss_signature,
)

from .. import keys
from .base import MASTER, MASTER_LENGTH, KeyStore, KeyStoreError, use_of

try:
    import pkcs11
    from pkcs11.util import ec as pkcs11_ec
except ImportError:  # keys in files need none of it
    pkcs11 = None

_CURVE = "secp256r1"
# Seconds before a token is looked for again. SoftHSM2 writes to its token at each
# login and shows none to who looks at that moment: workers start together.
_PAUSES = (0, 0.02, 0.04, 0.08)
# Libraries are loaded once in a process and need not bear two threads at once.
_lock = threading.RLock()
_stores = weakref.WeakSet()


def _after_fork():
    """Begin anew in a worker: lock and sessions are those of the parent."""
    global _lock  # noqa: PLW0603
    _lock = threading.RLock()
    for store in _stores:
        store._forget(is_forked=True)


os.register_at_fork(after_in_child=_after_fork)


class TokenStore(KeyStore):
    """The keys in the token called *label*.

    :param module: path of the PKCS#11 library of the token's maker
    :param pin: function that returns the PIN of the token's user
    :param refused: the :class:`RefusedPin` of the folder that names the token, which
        other processes read too; none where a person types the PIN
    """

    kind = "token"

    def __init__(self, module, label, pin, refused=None):
        if pkcs11 is None:
            raise KeyStoreError(
                "Keys in a token need the Python package python-pkcs11.", "settings"
            )
        self.module = str(module)
        self.label = label
        self._pin = pin
        self._refused_pin = None
        self._refused = refused
        self._forget()
        _stores.add(self)

    def _forget(self, is_forked=False):
        """Forget the session and what was found in it.

        :param is_forked: the library itself has to start anew in this process
        """
        self._is_forked = is_forked
        self._session = None
        self._objects = {}

    # Keys

    def names(self):
        found = self._do(
            lambda session: [
                key.label
                for key in session.get_objects(
                    {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}
                )
            ]
        )
        return sorted(label for label in found if _is_kid(label))

    def private_key(self, name):
        use_of(name)
        return self._do(lambda session: self._key(session, name))

    def make(self, name):
        use_of(name)
        if name in self.names():
            raise KeyStoreError(f"{name} is in the token; keys are never overwritten.")

        def generate(session):
            curve = session.create_domain_parameters(
                pkcs11.KeyType.EC,
                {
                    pkcs11.Attribute.EC_PARAMS: (
                        pkcs11_ec.encode_named_curve_parameters(_CURVE)
                    )
                },
                local=True,
            )
            curve.generate_keypair(
                id=name.encode(),
                label=name,
                store=True,
                capabilities=pkcs11.MechanismFlag.SIGN | pkcs11.MechanismFlag.VERIFY,
                private_template=_KEPT,
            )

        self._writing(generate)
        return self.private_key(name).public_key()

    def has_master(self):
        with contextlib.suppress(_Absent):
            self._do(lambda session: self._secret(session))
            return True
        return False

    def master(self):
        self._do(lambda session: self._secret(session))
        return TokenMaster(self)

    def make_master(self):
        if self.has_master():
            raise KeyStoreError(
                "The master is in the token; keys are never overwritten."
            )
        self._writing(
            lambda session: session.generate_key(
                pkcs11.KeyType.AES,
                MASTER_LENGTH * 8,
                id=MASTER.encode(),
                label=MASTER,
                store=True,
                capabilities=pkcs11.MechanismFlag.SIGN | pkcs11.MechanismFlag.VERIFY,
                template=_KEPT,
            )
        )

    # What the token does with them

    def sign_digest(self, name, digest):
        """Return the DER signature of a SHA-256 digest by the key *name*."""
        raw = self._do(
            lambda session: self._private(session, name).sign(
                digest, mechanism=pkcs11.Mechanism.ECDSA
            )
        )
        half = len(raw) // 2
        return encode_dss_signature(
            int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
        )

    def cmac(self, message):
        """Return CMAC-AES-256 of *message* by the master."""
        return self._do(
            lambda session: self._secret(session).sign(
                message, mechanism=pkcs11.Mechanism.AES_CMAC
            )
        )

    def _private(self, session, name):
        return self._object(session, pkcs11.ObjectClass.PRIVATE_KEY, name)

    def _secret(self, session):
        return self._object(session, pkcs11.ObjectClass.SECRET_KEY, MASTER)

    def _key(self, session, name):
        if name not in self._objects:
            self._private(session, name)
            public = self._object(session, pkcs11.ObjectClass.PUBLIC_KEY, name)
            der = pkcs11_ec.encode_ec_public_key(public)
            self._objects[name] = TokenKey(self, name, keys.load_spki(der))
        return self._objects[name]

    def _object(self, session, kind, label):
        """Return an object of the token, looked for once a session.

        :raises KeyStoreError: it is not there, or it could be read out of the token
        """
        if (kind, label) not in self._objects:
            try:
                found = session.get_key(object_class=kind, label=label)
            except pkcs11.NoSuchKey as error:
                raise _Absent(
                    f"The key {label} is not in the token {self.label}: bring back "
                    "the token's backup, or make new keys (docs/operations.md, Key "
                    "ceremony)."
                ) from error
            except pkcs11.MultipleObjectsReturned as error:
                raise KeyStoreError(
                    f"The token {self.label} has two keys called {label}: take the "
                    "wrong one out.",
                    "unsafe",
                ) from error
            if kind != pkcs11.ObjectClass.PUBLIC_KEY and (
                found[pkcs11.Attribute.EXTRACTABLE]
                or not found[pkcs11.Attribute.SENSITIVE]
            ):
                raise KeyStoreError(
                    f"The key {label} could be read out of the token {self.label}: it "
                    "is not used. Make it in the token.",
                    "unsafe",
                )
            self._objects[kind, label] = found
        return self._objects[kind, label]

    # The session

    def _do(self, work):
        """Return what *work* (of a session) returns; a lost session is opened anew."""
        with _lock:
            try:
                return work(self._opened())
            except pkcs11.PKCS11Error:
                # The token went away, or another part of this process closed it.
                self._forget()
            try:
                return work(self._opened())
            except pkcs11.PKCS11Error as error:
                self._forget()
                raise self._gone(error) from error

    def _writing(self, work):
        """Let *work* change the token in a session of its own."""
        with _lock:
            self._do(lambda session: None)
            try:
                work(self._login(rw=True))
            except pkcs11.PKCS11Error as error:
                raise self._gone(error) from error
            finally:
                self._forget()

    def _opened(self):
        if self._is_forked:
            self._is_forked = False
            _loaded(self.module).reinitialize()
        if self._session is None:
            self._session = self._login()
        return self._session

    def _login(self, rw=False):
        pin = self._pin()
        if pin == self._refused_pin:
            # Asking again would lock the token.
            raise self._wrong_pin("it was refused before")
        if self._refused is None:
            return self._login_with(pin, rw)
        with self._refused.turn():
            if self._refused.matches(self.label, pin):
                self._refused_pin = pin
                raise self._wrong_pin("it was refused before")
            return self._login_with(pin, rw)

    def _login_with(self, pin, rw):
        token = self._token()
        try:
            session = token.open(rw=rw, user_pin=pin)
        except pkcs11.UserAlreadyLoggedIn:
            return token.open(rw=rw)
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange) as error:
            self._refused_pin = pin
            if self._refused is not None:
                self._refused.mark(self.label, pin)
            raise self._wrong_pin(type(error).__name__) from error
        except (pkcs11.PinLocked, pkcs11.PinExpired) as error:
            # The PIN may be the right one, of use again once the token is unlocked.
            self._refused_pin = pin
            raise self._wrong_pin(type(error).__name__) from error
        if self._refused is not None:
            self._refused.clear()
        return session

    def _token(self):
        library = _loaded(self.module)
        for pause in _PAUSES:
            with contextlib.suppress(pkcs11.PKCS11Error):
                return library.get_token(token_label=self.label)
            time.sleep(pause)
            # Libraries look for tokens when they start: it may be back by now.
            library.reinitialize()
        return library.get_token(token_label=self.label)

    def _wrong_pin(self, why):
        again = ""
        if self._refused is not None and self._refused.path.exists():
            again = (
                " If it is the token that was put right, delete "
                f"{self._refused.path} and start Odoo anew."
            )
        return KeyStoreError(
            f"The token {self.label} does not take the PIN ({why}). Correct the file "
            f"or KHBS_TOKEN_PIN; too many wrong PINs lock the token.{again}",
            "pin",
        )

    def _gone(self, error):
        return KeyStoreError(
            f"The token {self.label} does not answer ({type(error).__name__}, module "
            f"{self.module}). See that it is plugged in and its library and folder "
            "can be read by this account.",
            "token",
        )


class _Absent(KeyStoreError):
    """The token has no such object."""


class TokenKey(ec.EllipticCurvePrivateKey):
    """A P-256 key that signs in its token, usable where a key in memory is."""

    def __init__(self, store, name, public_key):
        self._store = store
        self._name = name
        self._public_key = public_key

    def __repr__(self):
        return f"TokenKey({self._name!r})"

    def sign(self, data, signature_algorithm):
        """Return the DER signature of *data* by ECDSA with SHA-256."""
        algorithm = signature_algorithm.algorithm
        if isinstance(algorithm, Prehashed):
            digest = bytes(data)
        else:
            hasher = hashes.Hash(algorithm)
            hasher.update(data)
            digest = hasher.finalize()
        if algorithm.digest_size != hashes.SHA256.digest_size or len(digest) != 32:
            raise ValueError("keys of the authority sign SHA-256 digests")
        return self._store.sign_digest(self._name, digest)

    def public_key(self):
        return self._public_key

    @property
    def curve(self):
        return self._public_key.curve

    @property
    def key_size(self):
        return self._public_key.key_size

    def exchange(self, algorithm, peer_public_key):
        raise TypeError("This key signs and does nothing else.")

    def private_numbers(self):
        raise TypeError("This key does not leave its token.")

    def private_bytes(self, encoding, format, encryption_algorithm):  # noqa: A002
        raise TypeError("This key does not leave its token.")

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


class TokenMaster:
    """The master in its token: it answers with CMACs and with nothing else."""

    def __init__(self, store):
        self._store = store

    def __repr__(self):
        return "TokenMaster()"

    def cmac(self, message):
        """Return CMAC-AES-256 (16 bytes) of *message*."""
        return self._store.cmac(message)


# What a private or secret object of ours is in the token.
_KEPT = (
    {
        pkcs11.Attribute.PRIVATE: True,
        pkcs11.Attribute.SENSITIVE: True,
        pkcs11.Attribute.EXTRACTABLE: False,
    }
    if pkcs11
    else {}
)


def _loaded(module):
    """Return the library *module*; libraries are loaded once in a process."""
    try:
        return pkcs11.lib(module)
    except (RuntimeError, pkcs11.PKCS11Error) as error:
        raise KeyStoreError(
            f"The PKCS#11 library {module} cannot be loaded: {error}. Correct 'module' "
            "in keystore.ini.",
            "settings",
        ) from error


def _is_kid(label):
    try:
        use_of(label)
    except KeyStoreError:
        return False
    return True
