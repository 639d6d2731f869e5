# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a YubiKey answers beyond SP 800-73: version, serial, metadata, attestation."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from . import tlv
from .memory import FACTORY_KEY, FACTORY_PIN, FACTORY_PUK, pad

# ATR of a YubiKey 5 with its contacts in a reader or on USB.
ATR = "3BFD1300008131FE158073C021C057597562694B657940"
METADATA, SERIAL, ATTEST, VERSION = 0xF7, 0xF8, 0xF9, 0xFD
# Firmware from which the metadata of keys can be asked for.
WITH_METADATA = (5, 3, 0)
ATTESTATION_SLOT = "F9"
NEVER_TOUCH, GENERATED = 1, 1
PIN_POLICIES = {0x9E: 1, 0x9C: 3, 0x9A: 2, 0x9D: 2}
ALGORITHM, POLICY, ORIGIN, PUBLIC_KEY, IS_DEFAULT, RETRIES = range(1, 7)


def execute(memory, ins, p1, p2):
    """Return the answer to a command of Yubico's own, or None if there is none."""
    content = memory.content
    firmware = content["firmware"]
    if ins == VERSION:
        return bytes(firmware)
    if ins == SERIAL:
        return content["serial"].to_bytes(4, "big")
    if ins == METADATA and tuple(firmware) >= WITH_METADATA:
        return _metadata(content, p2)
    if ins == ATTEST:
        return _attest(memory, f"{p1:X}")
    return None


def _metadata(content, slot):
    if slot == 0x9B:
        management = content["management"]
        parts = {
            ALGORITHM: bytes([management["algorithm"]]),
            POLICY: bytes([0, NEVER_TOUCH]),
            IS_DEFAULT: bytes([management["key"].upper() == FACTORY_KEY]),
        }
    elif slot in (0x80, 0x81):
        name, factory = (("pin", FACTORY_PIN), ("puk", FACTORY_PUK))[slot - 0x80]
        reference = content[name]
        parts = {
            ALGORITHM: b"\xff",
            IS_DEFAULT: bytes([reference["value"] == pad(factory).hex()]),
            RETRIES: bytes([reference["limit"], reference["left"]]),
        }
    else:
        stored = content["keys"].get(f"{slot:X}")
        if stored is None:
            return b""
        parts = {
            ALGORITHM: b"\x11",
            POLICY: bytes([PIN_POLICIES.get(slot, 2), NEVER_TOUCH]),
            ORIGIN: bytes([GENERATED]),
            PUBLIC_KEY: tlv.encode(0x86, _point(_load(stored))),
        }
    return b"".join(tlv.encode(tag, value) for tag, value in parts.items())


def _attest(memory, slot):
    """Return a certificate that says: this key was made on this chip."""
    keys = memory.content["keys"]
    if slot not in keys:
        return b""
    if ATTESTATION_SLOT not in keys:
        made = ec.generate_private_key(ec.SECP256R1())
        keys[ATTESTATION_SLOT] = made.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).hex()
        memory.save()
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(f"YubiKey PIV Attestation {slot.lower()}"))
        .issuer_name(_name("Yubico PIV Attestation"))
        .public_key(_load(keys[slot]).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=3650))
        .sign(_load(keys[ATTESTATION_SLOT]), hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )


def _name(text):
    return x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, text)])


def _load(stored):
    return serialization.load_der_private_key(bytes.fromhex(stored), None)


def _point(key):
    return key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
