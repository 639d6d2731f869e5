# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The commands of a PIV card (SP 800-73 part 2) that personalisation needs."""

import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from . import iso7816
from .iso7816 import StatusError, tlv, untlv

try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:  # before cryptography 43
    from cryptography.hazmat.primitives.ciphers.algorithms import TripleDES

AID = bytes.fromhex("A000000308000010000100")
CHUID = 0x5FC102
GUID_TAG = 0x34
# Slot and data object of each key that a card of the programme may have.
CERTIFICATES = {"9E": 0x5FC101, "9C": 0x5FC10A}
SLOTS = {"9E": 0x9E, "9C": 0x9C}
P256 = 0x11
MANAGEMENT = 0x9B
# Algorithm references of SP 800-78 for key 9B, strongest first: the order in which
# a card is asked for its own.
KEY_LENGTHS = {"AES256": 32, "AES192": 24, "AES128": 16, "3DES": 24}
REFERENCES = {"AES256": 0x0C, "AES192": 0x0A, "AES128": 0x08, "3DES": 0x03}
NOT_FOUND, NOT_ALLOWED, WRONG_PARAMETER = 0x6A82, 0x6982, 0x6A86
WITNESS, CHALLENGE, RESPONSE = 0x80, 0x81, 0x82


class CardError(Exception):
    """The card answered something that no PIV card answers."""


class PivCard:
    """A PIV application behind a connection (see ``iso7816``)."""

    def __init__(self, connection):
        self.connection = connection

    def _send(self, ins, p1, p2, data=b""):
        return iso7816.send(self.connection, ins, p1, p2, data)

    def select(self):
        """Select the PIV application."""
        self._send(0xA4, 0x04, 0x00, AID)

    # -- data objects -----------------------------------------------------------

    def get_data(self, tag):
        """Return the content of a data object, or None if it is absent or empty."""
        try:
            answer = self._send(0xCB, 0x3F, 0xFF, tlv(0x5C, tag.to_bytes(3, "big")))
        except StatusError as error:
            if error.sw == NOT_FOUND:
                return None
            raise
        return _field(answer, 0x53) or None

    def put_data(self, tag, content):
        """Write a data object whole; needs 9B."""
        name = tlv(0x5C, tag.to_bytes(3, "big"))
        self._send(0xDB, 0x3F, 0xFF, name + tlv(0x53, content))

    # -- keys -------------------------------------------------------------------

    def generate(self, slot):
        """Make a P-256 key on the card and return its public key; needs 9B."""
        template = tlv(0xAC, tlv(0x80, bytes([P256])))
        answer = self._send(0x47, 0x00, SLOTS[slot], template)
        point = _field(_field(answer, 0x7F49), 0x86)
        try:
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        except ValueError as error:
            raise CardError("the card's key is not on P-256") from error

    def sign(self, slot, message):
        """Return the DER signature over SHA-256(*message*) by a key of the card."""
        digest = hashes.Hash(hashes.SHA256())
        digest.update(message)
        template = tlv(RESPONSE, b"") + tlv(CHALLENGE, digest.finalize())
        answer = self._send(0x87, P256, SLOTS[slot], tlv(0x7C, template))
        return _field(_field(answer, 0x7C), RESPONSE)

    # -- management key 9B ------------------------------------------------------

    def management_algorithm(self):
        """Return the name of the algorithm of 9B, found by asking for a witness."""
        for name, reference in REFERENCES.items():
            try:
                self._witness(reference)
                return name
            except StatusError as error:
                if error.sw != WRONG_PARAMETER and error.sw != 0x6A80:
                    raise
        raise CardError("9B has no algorithm that this station knows")

    def authenticate(self, algorithm, key):
        """Prove the management key to the card and have the card prove it.

        :return: False if it is not this card's key
        """
        cipher = _cipher(algorithm, key)
        reference = REFERENCES[algorithm]
        sealed = self._witness(reference)
        decryptor = cipher.decryptor()
        witness = decryptor.update(sealed) + decryptor.finalize()
        challenge = os.urandom(len(sealed))
        template = tlv(WITNESS, witness) + tlv(CHALLENGE, challenge)
        try:
            answer = self._send(
                0x87, reference, MANAGEMENT, tlv(0x7C, template + tlv(RESPONSE, b""))
            )
        except StatusError as error:
            if error.sw == NOT_ALLOWED:
                return False
            raise
        encryptor = cipher.encryptor()
        expected = encryptor.update(challenge) + encryptor.finalize()
        if _field(_field(answer, 0x7C), RESPONSE) != expected:
            raise CardError("the card does not know the key that it accepted")
        return True

    def _witness(self, reference):
        template = tlv(0x7C, tlv(WITNESS, b""))
        answer = self._send(0x87, reference, MANAGEMENT, template)
        sealed = _field(_field(answer, 0x7C), WITNESS)
        if len(sealed) not in (8, 16):
            raise CardError("malformed witness")
        return sealed

    def set_management_key(self, algorithm, key):
        """Replace 9B (INS FF of YubiKey and PivApplet); needs 9B."""
        data = bytes([REFERENCES[algorithm], MANAGEMENT, len(key)]) + key
        self._send(0xFF, 0xFF, 0xFF, data)

    # -- PIN and PUK ------------------------------------------------------------

    def verify_pin(self, pin):
        """Present the PIN; a key in 9C asks for it right before it signs."""
        self._send(0x20, 0x00, 0x80, _reference(pin))

    def change_puk(self, old, new):
        """Replace the PUK."""
        self._send(0x24, 0x00, 0x81, _reference(old) + _reference(new))

    def reset_pin(self, puk, pin):
        """Set the PIN, whatever it was, by the PUK."""
        self._send(0x2C, 0x00, 0x80, _reference(puk) + _reference(pin))


def _reference(digits):
    """Return a PIN or PUK (text or bytes) as it travels: eight bytes, FF-filled."""
    raw = digits.encode("ascii") if isinstance(digits, str) else bytes(digits)
    return raw.ljust(8, b"\xff")


def _field(data, tag):
    """Return the value under *tag* in the card's answer."""
    try:
        return untlv(data)[tag]
    except (iso7816.TlvError, KeyError) as error:
        raise CardError(f"the card's answer lacks {tag:02X}") from error


def _cipher(algorithm, key):
    of = TripleDES if algorithm == "3DES" else algorithms.AES
    return Cipher(of(key), modes.ECB())
