# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The programme's keys as files of one folder, readable by their owner alone.

This is the form for development and demonstration. Whoever signs asks a
``KeyFolder`` for a key by its use and never sees where it lies, so that a key in
a token (PKCS#11) can take its place.
"""

import base64
import os
import re
import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from . import certificate, jws, keys

ROOT = "root"
CARD_CA = "ca"
LEASE = "lease"
LIST = "list"
ACK = "ack"
# kid of the one key of each use.
KIDS = {ROOT: "R01", CARD_CA: "C01", LEASE: "E01", LIST: "L01", ACK: "A01"}

ROOT_NAME = "KHBS Root 1"
CARD_CA_NAME = "KHBS Card CA 1"
TRUST_FILE = "trust.jws"
MASTER_FILE = "master"
MASTER_LENGTH = 32

TRUST_DAYS = 400
ROOT_YEARS = 20
# An authority outlives every card that it signs in its first years.
CARD_CA_YEARS = 10
# Keys of the trust bundle and the years that each may sign.
SIGNER_YEARS = {ROOT: ROOT_YEARS, LEASE: 2, LIST: 2, ACK: 2}


class KeyFolderError(Exception):
    """A key is missing, or its file is open to others; the text says what to do."""


class KeyFolder:
    """The keys in one folder, each read once."""

    def __init__(self, path):
        self.path = Path(path)
        self._keys = {}
        self._ca_certificate = None
        self._trust = None
        self._prg = None
        self._master = None

    def signer(self, use):
        """Return (kid, private key) for *use*: lease, list, ack, ca or root."""
        kid = KIDS[use]
        if use not in self._keys:
            self._keys[use] = load_pem_private_key(
                self._read(f"{kid}.pem", secret=True), password=None
            )
        return kid, self._keys[use]

    def ca_certificate(self):
        """Return the certificate of the card authority."""
        if self._ca_certificate is None:
            content = self._read(f"{KIDS[CARD_CA]}.crt")
            self._ca_certificate = x509.load_pem_x509_certificate(content)
        return self._ca_certificate

    def master(self):
        """Return the 32 bytes that card management keys and PUKs derive from."""
        if self._master is None:
            self._master = bytes.fromhex(self._read(MASTER_FILE, secret=True).decode())
        return self._master

    def trust_bundle(self):
        """Return the khbs-trust JWS (text), signed by the root."""
        if self._trust is None:
            self._trust = self._read(TRUST_FILE).decode("ascii").strip()
        return self._trust

    def prg(self):
        """Return the name of the programme that the keys were made for."""
        if self._prg is None:
            self._prg = jws.parse(self.trust_bundle()).payload["prg"]
        return self._prg

    def root_sha256(self):
        """Return the SHA-256 (hex) of the root's SPKI, as an enrolment sheet has it."""
        content = self._read(f"{KIDS[ROOT]}.crt")
        public_key = x509.load_pem_x509_certificate(content).public_key()
        return keys.spki_sha256(keys.spki(public_key)).hex()

    def _read(self, name, secret=False):
        path = self.path / name
        try:
            if secret and path.stat().st_mode & 0o077:
                raise KeyFolderError(
                    f"The key file {path} is open to other users. "
                    f"Close it: chmod 600 {path}"
                )
            return path.read_bytes()
        except OSError as error:
            raise KeyFolderError(
                f"The key file {path} cannot be read ({error.strerror}). "
                f"Make the keys: tools/keys create {self.path} --prg NAME, "
                "or set KHBS_KEYS to the folder that has them."
            ) from error


def create(path, prg, now=None):
    """Make every key of the programme *prg* in the new folder *path*.

    Keys are never overwritten: what they signed would be worth nothing.

    :raises KeyFolderError: the folder has something in it
    """
    if not re.fullmatch(r"KHBS(-[A-Za-z0-9]{1,16})?", prg):
        raise KeyFolderError(
            f"{prg!r} is no name of a programme: KHBS, or KHBS-<name> elsewhere."
        )
    target = Path(path)
    if target.exists() and any(target.iterdir()):
        raise KeyFolderError(f"{target} is not empty; keys are never overwritten.")
    # Made beside and renamed whole: a folder of this name is never half-made.
    path = target.with_name(f".{target.name}.part")
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True, mode=0o700)
    _write_all(path, prg, now or datetime.now(UTC))
    path.rename(target)
    return KeyFolder(target)


def _write_all(path, prg, now):
    private = {use: ec.generate_private_key(ec.SECP256R1()) for use in KIDS}
    for use, key in private.items():
        _write(path / f"{KIDS[use]}.pem", _pem(key))
    _write(path / MASTER_FILE, secrets.token_bytes(MASTER_LENGTH).hex().encode())
    certificates = _authority_certificates(private, now)
    for use, issued in certificates.items():
        _write(path / f"{KIDS[use]}.crt", issued.public_bytes(Encoding.PEM))
    payload = _trust_payload(private, certificates[CARD_CA], prg, now)
    trust = jws.sign(private[ROOT], KIDS[ROOT], "khbs-trust+jwt", payload)
    _write(path / TRUST_FILE, trust.encode("ascii"))


def _write(path, content):
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _authority_certificates(private, now):
    root = private[ROOT]
    return {
        ROOT: certificate.issue_authority(
            root, ROOT_NAME, root.public_key(), ROOT_NAME, 1, ROOT_YEARS, now
        ),
        CARD_CA: certificate.issue_authority(
            root,
            ROOT_NAME,
            private[CARD_CA].public_key(),
            CARD_CA_NAME,
            0,
            CARD_CA_YEARS,
            now,
        ),
    }


def _trust_payload(private, ca_certificate, prg, now):
    """Return the first trust bundle of the programme (EDC_PROTOCOL 1)."""
    iat = int(now.timestamp())
    der = ca_certificate.public_bytes(Encoding.DER)
    return {
        "prg": prg,
        "ver": 1,
        "iat": iat,
        "exp": iat + TRUST_DAYS * 86400,
        "keys": [
            {
                "kid": KIDS[use],
                "use": use,
                "jwk": keys.jwk(private[use].public_key()),
                "nbf": iat - 3600,
                "exp": iat + years * 365 * 86400,
            }
            for use, years in SIGNER_YEARS.items()
        ],
        "ca": [
            {
                "kid": KIDS[CARD_CA],
                # RFC 7517 4.7: standard base64 of the DER.
                "x5c": [base64.b64encode(der).decode("ascii")],
            }
        ],
        "min": {"01": 0},
        "rev": [],
    }
