# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The station's folder: who it is, its key, whom it trusts, the batches of blanks.

::

    station.json      address, programme and identity, from the enrolment sheet
    device.pem        the device key, 0600, made here and never copied
    trust.jws         newest trust bundle, signed by the root
    batches.json      transport keys of the batches of blank cards, 0600
    slip.json         where PIN slips are printed
    quarantine.jsonl  cards set aside, one line each
    reports.json      of those, what the server has not heard of
"""

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from . import jose
from .piv import KEY_LENGTHS


class StationError(Exception):
    """The station is not set up for what is asked; the text says what to do."""


@dataclass
class Settings:
    """What the enrolment sheet says.

    :ivar url: address of the server, as https://khbs.example
    :ivar tid: device code, S and four digits
    :ivar root: SHA-256 of the root key's SPKI, 64 hex digits
    :ivar prg: name of the programme
    :ivar aud: audience that requests are signed for
    """

    url: str
    tid: str
    root: str
    prg: str
    aud: str

    @property
    def kid(self):
        """Name of the device key."""
        return f"{self.tid}.1"


@dataclass
class Batch:
    """One delivery of blank cards.

    :ivar atr: answers to reset that its cards give, hex
    :ivar algorithm: of the transport key in 9B
    :ivar key: the transport key, hex
    :ivar own: algorithm that a card's own 9B is to have
    :ivar pin: transport PIN
    :ivar puk: transport PUK
    """

    atr: list
    algorithm: str
    key: str
    own: str = "AES256"
    pin: str = "123456"
    puk: str = "12345678"

    def __post_init__(self):
        for name in (self.algorithm, self.own):
            if name not in KEY_LENGTHS:
                raise StationError(
                    f"Algoritma {name} tidak dikenal: {', '.join(KEY_LENGTHS)}"
                )
        if len(self.transport_key) != KEY_LENGTHS[self.algorithm]:
            raise StationError(
                f"Kunci {self.algorithm} harus {KEY_LENGTHS[self.algorithm]} byte"
            )

    def __repr__(self):
        return f"Batch({self.atr}, {self.algorithm})"

    @property
    def transport_key(self):
        try:
            return bytes.fromhex(self.key)
        except ValueError:
            raise StationError("Kunci transpor bukan heksadesimal") from None


class KeyStore:
    """The folder of one station; open it once per process."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextlib.contextmanager
    def locked(self, name="lock"):
        """Hold the folder alone: two processes would work on the same job.

        :param name: of the lock; who works on no job has one of its own
        """
        with open(self.folder / name, "w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StationError(
                    "Stasiun ini sudah berjalan di proses lain. Stasiun kedua di "
                    "mesin ini perlu folder (--folder) dan pendaftaran sendiri."
                ) from None
            yield

    def _write(self, name, content):
        """Write a file whole, readable by its owner only."""
        # run, check and pin may be at work in one folder.
        beside = self.folder / f".{name}.{os.getpid()}"
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self.folder / name)

    def _read(self, name, remedy):
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            raise StationError(remedy) from None

    # -- identity ---------------------------------------------------------------

    def save_settings(self, settings):
        """Keep what the enrolment sheet says."""
        self._write("station.json", json.dumps(asdict(settings), indent=1).encode())

    def settings(self):
        """Return the ``Settings``."""
        remedy = "Stasiun belum didaftarkan: jalankan perintah enrol."
        return Settings(**json.loads(self._read("station.json", remedy)))

    def device_key(self):
        """Return the device's private key, made at first use."""
        path = self.folder / "device.pem"
        if not path.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            pem = key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            self._write(path.name, pem)
        return serialization.load_pem_private_key(path.read_bytes(), None)

    def csr(self, tid):
        """Return the PEM request by which the device proves that it has its key."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, tid)])
        request = x509.CertificateSigningRequestBuilder().subject_name(name)
        return (
            request.sign(self.device_key(), hashes.SHA256())
            .public_bytes(serialization.Encoding.PEM)
            .decode()
        )

    # -- trust ------------------------------------------------------------------

    def save_trust(self, trust):
        """Keep a verified trust bundle."""
        self._write("trust.jws", "\n".join(trust.texts).encode())

    def believe(self, trust):
        """Believe the root of a verified bundle from now on; return the settings."""
        settings = self.settings()
        if settings.root.lower() != trust.root:
            settings = replace(settings, root=trust.root)
            self.save_settings(settings)
        return settings

    def trust(self):
        """Return the trust bundle as it was signed, [] before there is one."""
        path = self.folder / "trust.jws"
        return path.read_text().split() if path.exists() else []

    # -- blank cards ------------------------------------------------------------

    def save_batch(self, reference, batch):
        """Keep the transport key of a batch of blank cards."""
        batches = self._batches()
        batches[reference] = asdict(batch)
        self._write("batches.json", json.dumps(batches, indent=1).encode())

    def batch(self, reference):
        """Return the ``Batch`` that a job names."""
        try:
            return Batch(**self._batches()[reference])
        except KeyError:
            raise StationError(
                f"Kunci transpor gelombang kartu {reference} belum ada di stasiun ini: "
                "jalankan perintah batch."
            ) from None

    def _batches(self):
        path = self.folder / "batches.json"
        return json.loads(path.read_bytes()) if path.exists() else {}

    def save_slip(self, command, device):
        """Keep where PIN slips are printed."""
        content = {"command": command, "device": device}
        self._write("slip.json", json.dumps(content).encode())

    def slip(self):
        """Return {command, device} of the slip printer, or None."""
        path = self.folder / "slip.json"
        return json.loads(path.read_bytes()) if path.exists() else None

    def quarantine(self, **facts):
        """Write down a card that was set aside."""
        line = json.dumps({"at": int(time.time()), **facts}) + "\n"
        path = self.folder / "quarantine.jsonl"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(handle, "a") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def owe(self, report):
        """Keep a report until the server has it."""
        self._save_owed([*self.owed(), report])

    def owed(self):
        """Return the reports that the server has not heard of, the oldest first."""
        path = self.folder / "reports.json"
        return json.loads(path.read_bytes()) if path.exists() else []

    def settle(self, report):
        """Forget a report that the server has, or will never take."""
        self._save_owed([one for one in self.owed() if one != report])

    def _save_owed(self, reports):
        self._write("reports.json", json.dumps(reports, indent=1).encode())


class Trust:
    """What a verified trust bundle says.

    :ivar texts: the bundle as it was signed: once, or twice at a change of root
    :ivar root: SHA-256 of the root to be believed from now on, 64 hex digits
    """

    def __init__(self, texts, payload, root):
        self.texts = texts
        self.root = root
        self.version = payload["ver"]
        self.authorities = [
            x509.load_der_x509_certificate(_x5c(entry["x5c"][0]))
            for entry in payload["ca"]
            if entry["kid"] not in payload.get("rev", [])
        ]

    @classmethod
    def verify(cls, texts, settings):
        """Return the trust of a bundle that the root believed so far has signed.

        :param texts: one JWS, or two with the same content: the old root's and the
            new one's
        :raises jose.JoseError: of another root or programme, or not well signed
        """
        signed = [_signed_by_root(text, settings.prg) for text in texts]
        payloads = [payload for payload, _kid, _root in signed]
        roots = {kid: root for _payload, kid, root in signed}
        if not 1 <= len(signed) <= 2 or payloads[0] != payloads[-1]:
            raise jose.JoseError("not one bundle, signed once or twice")
        if settings.root.lower() not in roots.values():
            raise jose.JoseError("the bundle is not of the root on the sheet")
        # The order of the two is nobody's signature: the higher number follows.
        newest = max(roots)
        if newest in payloads[0].get("rev", []):
            raise jose.JoseError("the bundle is of a revoked root")
        return cls(texts, payloads[0], roots[newest])

    def issued(self, certificate):
        """Whether an authority of the programme signed *certificate*."""
        for authority in self.authorities:
            if certificate.issuer != authority.subject:
                continue
            try:
                jose.verify_der(
                    authority.public_key(),
                    certificate.signature,
                    certificate.tbs_certificate_bytes,
                )
                return True
            except jose.JoseError:
                continue
        return False


class RenewingTrust:
    """A trust that asks for a newer bundle before it disowns a certificate.

    The authority's key changes in mid-cycle, and a shift may be longer than that.

    :param renew: returns the newest ``Trust``
    """

    def __init__(self, trust, renew):
        self._trust = trust
        self._renew = renew

    def issued(self, certificate):
        """As ``Trust.issued``."""
        if self._trust.issued(certificate):
            return True
        newest = self._renew()
        if newest is None or newest.version <= self._trust.version:
            return False
        self._trust = newest
        return newest.issued(certificate)


def _signed_by_root(text, prg):
    """Return (payload, kid, SHA-256) of a bundle signed by a root in it."""
    header, payload, *_rest = jose.parse(text)
    for entry in payload.get("keys", []):
        if entry["kid"] == header["kid"] and entry["use"] == "root":
            key = jose.key_of_jwk(entry["jwk"])
            jose.verify(text, "khbs-trust+jwt", {entry["kid"]: key}.get, prg)
            return payload, entry["kid"], hashlib.sha256(jose.spki(key)).hexdigest()
    raise jose.JoseError("the bundle is not signed by a root in it")


def _x5c(text):
    """Return the DER of one ``x5c`` entry, standard base64 (RFC 7517 4.7)."""
    return base64.b64decode(text, validate=True)
