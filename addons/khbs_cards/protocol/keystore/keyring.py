# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a server needs to sign: the trust bundle in force and the place of its keys."""

import time
from pathlib import Path

from ..certificate import to_pem
from .base import CARD_CA, ROOT, KeyStoreError, use_of
from .bundle import Bundle
from .files import FileStore, sync_folder, write

TRUST_FILE = "trust.jws"
# Folder with what was in force under a root that was lost.
BEFORE = "before"


class Keyring:
    """The folder *path* with the trust bundle, and the *store* with the keys.

    The folder is looked at again at each use, so that a new bundle counts at once.
    """

    def __init__(self, path, store=None):
        self.path = Path(path)
        self._trust_path = self.path / TRUST_FILE
        self.store = store or FileStore(path)
        self._seen = None
        self._bundle = None

    def bundle(self):
        """Return the :class:`Bundle` in force.

        :raises KeyStoreError: there is none, or it may not follow the one before
        """
        path = self._trust_path
        try:
            found = path.stat()
            seen = (found.st_ino, found.st_mtime_ns, found.st_size)
            if seen != self._seen:
                bundle = Bundle(path.read_text("ascii").split())
                if self._bundle:
                    bundle.check_follows(self._bundle)
                self._bundle, self._seen = bundle, seen
        except (OSError, UnicodeDecodeError) as error:
            raise KeyStoreError(
                f"The trust bundle {path} cannot be read ({error}). "
                f"Make the keys: tools/keys create {self.path} --prg NAME, "
                "or set KHBS_KEYS to the folder that has them."
            ) from error
        return self._bundle

    def has_bundle(self):
        """Tell whether a trust bundle was ever installed here."""
        return self._trust_path.exists()

    def signer(self, use, at=None):
        """Return (kid, private key) that signs for *use* now: lease, list, ack or ca.

        :raises KeyStoreError: no key is in force, or its private half is not here
        """
        if use == ROOT:
            # Development alone has it here: the root of a server is offline.
            roots = [name for name in self.store.names() if use_of(name) == ROOT]
            name = max(roots, default="R01")
            return name, self.store.private_key(name)
        entry = self.bundle().signing(use, int(time.time()) if at is None else at)
        key = self.store.private_key(entry.kid)
        if key.public_key() != entry.public_key:
            raise KeyStoreError(
                f"The key {entry.kid} here is not the one in the trust bundle. Bring "
                "back the right one, or let the root sign a bundle of this one.",
                "unlisted",
            )
        return entry.kid, key

    def ca_certificate(self, name=None):
        """Return the certificate (object) of the card authority *name*.

        :param name: kid; without it, the one that issues now
        """
        bundle = self.bundle()
        name = name or bundle.signing(CARD_CA, int(time.time())).kid
        return bundle.authorities[name]

    def public_key(self, name, use, at):
        """Return the public key *name* if it might sign for *use* at time *at*."""
        return self.bundle().verifying(name, use, at)

    def master(self):
        """Return the master that card management keys and PUKs derive from."""
        return self.store.master()

    def trust_bundle(self):
        """Return the value of ``trust`` as devices get it: a JWS, or two."""
        return self.bundle().text()

    def prg(self):
        """Return the name of the programme that the keys were made for."""
        return self.bundle().prg

    def root_sha256(self):
        """Return the SHA-256 (hex) of the root's SPKI, as an enrolment sheet has it."""
        return self.bundle().roots[-1]

    def leave(self):
        """Put the bundle and its certificates aside: a new root begins a new line."""
        if not self.has_bundle():
            raise KeyStoreError("There is no bundle here to leave.", "settings")
        self.bundle()
        aside = self.path / BEFORE
        if aside.exists():
            raise KeyStoreError(f"{aside} exists: put it away first.", "settings")
        aside.mkdir(mode=0o700)
        for path in (*self.path.glob("*.crt"), self.path / TRUST_FILE):
            path.rename(aside / path.name)

    def bundle_left(self):
        """Return the last :class:`Bundle` under the root before this one, or None."""
        aside = Keyring(self.path / BEFORE, self.store)
        return aside.bundle() if aside.has_bundle() else None

    def install(self, bundle):
        """Put *bundle* in force, and its authorities' certificates beside it."""
        for name, issued in bundle.authorities.items():
            path = self.path / f"{name}.crt"
            if not path.exists():
                replace(path, to_pem(issued))
        replace(self.path / TRUST_FILE, "\n".join(bundle.texts).encode() + b"\n")


def replace(path, content):
    """Write a file whole or not at all, readable by its owner only."""
    making = path.with_name(f".{path.name}.new")
    making.unlink(missing_ok=True)
    write(making, content)
    making.rename(path)
    sync_folder(path.parent)
