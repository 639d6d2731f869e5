# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A terminal that holds the vectors' documents, without any server."""

import datetime
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for folder in (ROOT, ROOT / "clients"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import serialization  # noqa: E402

from khbs_terminal import Sheet, Terminal  # noqa: E402
from tools.vectors import make_vectors, pki, signing  # noqa: E402
from tools.virtual_card import Memory, VirtualCard  # noqa: E402

# Nothing answers here: an offline act that tries the network fails at once.
NOWHERE = "http://127.0.0.1:9"


PASSWORD = "rahasia-1"


def load(name):
    """Return the content of one file of tests/vectors."""
    return json.loads((ROOT / "tests" / "vectors" / f"{name}.json").read_text())


class ManualClock:
    """Clocks that only the test moves; starts an hour into the vectors' day."""

    def __init__(self, now=pki.NOW + 3600):
        self.now = now
        self.since_boot = 1_000_000
        self.boot = "first boot"

    def wall(self):
        return self.now

    def mono(self):
        return self.since_boot

    def boot_id(self):
        return self.boot

    def advance(self, seconds):
        self.now += seconds
        self.since_boot += seconds * 1000


def pem(key):
    return key.private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def make_card(key="card", certificate=None):
    """Return a virtual card with a key and a certificate of the vectors."""
    der = certificate or pki.certificates()[key]
    memory = Memory.blank()
    private = pki.KEYS[key].private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    memory.content["keys"]["9E"] = private.hex()
    size = len(der).to_bytes(2, "big")
    content = b"\x70\x82" + size + der + b"\x71\x01\x00\xfe\x00"
    memory.content["objects"]["5FC101"] = content.hex()
    return VirtualCard(memory)


def card_numbered(index):
    """Return a genuine card of the vectors' authority with another number.

    Its key is made from the number, so every call gives the same card.
    """
    card_no = make_vectors.card_no("01", index)
    name = f"card {index}"
    key = pki.KEYS.setdefault(name, signing.Key(name))
    start = datetime.datetime.fromtimestamp(pki.NOW - 3600, datetime.UTC)
    known = x509.load_der_x509_certificate(pki.certificates()["card"])
    builder = (
        x509.CertificateBuilder()
        .subject_name(
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, card_no)])
        )
        .issuer_name(known.issuer)
        .public_key(key.public)
        .serial_number(index + 1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=365))
    )
    for extension in known.extensions:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    authority = pki.KEYS["card authority"].private
    certificate = builder.sign(authority, known.signature_hash_algorithm)
    der = certificate.public_bytes(serialization.Encoding.DER)
    return make_card(name, der)


class Stage:
    """Terminal T000123 of the vectors, its clock and its card.

    :param url: address of the server; nothing is there by default
    """

    def __init__(self, folder, url=NOWHERE, clock=None):
        self.folder = Path(folder)
        self.clock = clock or ManualClock()
        self.sheet = Sheet(
            url=url,
            tid=pki.TID,
            root_sha256=load("trust")["root_sha256"],
            prg=pki.PRG,
            aud=pki.AUD,
        )
        new = not self.folder.exists()
        if new:
            self.folder.mkdir(parents=True)
            (self.folder / "device-1.pem").write_bytes(pem(pki.KEYS["terminal"]))
        self.terminal = None
        self.restart()
        if new:
            self._equip()
        self.card = make_card()

    def _equip(self):
        held = self.terminal.held
        held.adopt_trust(load("trust")["bundle"])
        held.adopt_config(load("messages")["khbs-config+jwt"])
        held.adopt_list(load("status_list")["full"])
        held.adopt_lease(load("lease")["lease"])
        store = self.terminal._store
        with store.transaction():
            store.put("state", "ACTIVE")
            store.put("last_sync", self.clock.now)
        self.terminal.open("OP1", PASSWORD)

    def restart(self):
        """Start the program again on the same folder."""
        self.close()
        self.terminal = Terminal(
            self.folder, self.sheet, clock=self.clock, sleep=lambda _seconds: None
        )

    def adopt_lease(self, **changes):
        """Adopt a lease like the vectors', changed, with another id."""
        payload = {**make_vectors.lease_payload(), "id": "L000123-2", **changes}
        text = make_vectors.signed("lease", "khbs-lease+jwt", payload)
        return self.terminal.held.adopt_lease(text)

    def journal(self):
        """Return (ev, d) of each entry, after checking the whole chain."""
        self.terminal.journal.verify()
        return [
            (entry.payload["ev"], entry.payload["d"])
            for entry in self.terminal.journal.entries()
        ]

    def events(self):
        return [ev for ev, _d in self.journal()]

    def close(self):
        if self.terminal:
            self.terminal.close()
            self.terminal = None
