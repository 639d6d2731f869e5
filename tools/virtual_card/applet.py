# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The PIV card application: SP 800-73 part 2, and INS FF to replace key 9B."""

import os

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from . import tlv, yubico
from .memory import KEY_LENGTHS, TRIPLE_DES

try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:  # before cryptography 43
    from cryptography.hazmat.primitives.ciphers.algorithms import TripleDES

AID = bytes.fromhex("A000000308000010000100")
P256 = 0x11
MANAGEMENT = 0x9B
PIN, PUK = 0x80, 0x81
# Card authentication may be used by anybody; digital signature asks for the PIN
# each time; the other two ask for it once after power-on.
FREE, PIN_ALWAYS, PIN_ONCE = (0x9E,), (0x9C,), (0x9A, 0x9D)
DISCOVERY = tlv.encode(
    0x7E, tlv.encode(0x4F, AID) + tlv.encode(0x5F2F, bytes([0x40, 0]))
)
OBJECT_LIMIT = 4000
WITNESS, CHALLENGE, RESPONSE, EXPONENTIATION = 0x80, 0x81, 0x82, 0x85


class StatusWord(Exception):
    """A command ends with this status word."""


class Applet:
    """The application and what it remembers while it has power."""

    def __init__(self, memory):
        self.memory = memory
        self.reset()

    def reset(self):
        """Forget who was authenticated."""
        self._managed = False
        self._verified = False
        self._fresh_pin = False
        self._witness = None
        self._challenge = None

    def select(self):
        """Return the application property template."""
        self.reset()
        return tlv.encode(
            0x61,
            tlv.encode(0x4F, AID[5:])
            + tlv.encode(0x79, tlv.encode(0x4F, AID[:5]))
            + tlv.encode(0x50, b"KHBS virtual PIV"),
        )

    def execute(self, ins, p1, p2, data, half=False):
        """Return the answer to one whole command or raise ``StatusWord``."""
        fresh, self._fresh_pin = self._fresh_pin, False
        if ins == 0x87:
            return self._general_authenticate(p1, p2, data, fresh)
        if ins == 0xDB:
            return self._put_data(p1, p2, data, half)
        handler = {
            0x20: self._verify,
            0x24: self._change_reference,
            0x2C: self._reset_retry_counter,
            0x47: self._generate,
            0xCB: self._get_data,
            0xFF: self._set_management_key,
        }.get(ins)
        if handler:
            return handler(p1, p2, data)
        if self.memory.content["profile"] == "yubico":
            answer = yubico.execute(self.memory, ins, p1, p2)
            if answer == b"":
                raise StatusWord(0x6A88)
            if answer:
                return answer
        raise StatusWord(0x6D00)

    # -- data objects -----------------------------------------------------------

    def _get_data(self, p1, p2, data):
        tag = _object_tag(p1, p2, data, whole=True)
        if tag == 0x7E:
            return DISCOVERY
        stored = self.memory.content["objects"].get(f"{tag:X}")
        if stored is None:
            raise StatusWord(0x6A82)
        return tlv.encode(0x53, bytes.fromhex(stored))

    def _put_data(self, p1, p2, data, half):
        self._require_management()
        tag = _object_tag(p1, p2, data)
        parts = dict(_parse(data))
        if 0x53 not in parts:
            raise StatusWord(0x6A80)
        value = parts[0x53]
        if len(value) > OBJECT_LIMIT:
            raise StatusWord(0x6A84)
        if half:
            value = value[: len(value) // 2]
        objects = self.memory.content["objects"]
        if value:
            objects[f"{tag:X}"] = value.hex()
        else:
            objects.pop(f"{tag:X}", None)
        self.memory.save()
        return b""

    # -- PIN and PUK ------------------------------------------------------------

    def _verify(self, p1, p2, data):
        if p2 != PIN:
            raise StatusWord(0x6A88)
        if p1 == 0xFF and not data:
            self._verified = False
            return b""
        if p1:
            raise StatusWord(0x6A86)
        if not data:
            if self._verified:
                return b""
            raise StatusWord(self._left("pin"))
        if len(data) != 8:
            raise StatusWord(0x6A80)
        self._verified = False
        self._compare("pin", data)
        self._verified = self._fresh_pin = True
        return b""

    def _change_reference(self, p1, p2, data):
        name = {PIN: "pin", PUK: "puk"}.get(p2)
        if name is None or p1:
            raise StatusWord(0x6A88)
        if len(data) != 16 or (name == "pin" and not _is_pin(data[8:])):
            raise StatusWord(0x6A80)
        self._compare(name, data[:8])
        self._set_reference(name, data[8:])
        return b""

    def _reset_retry_counter(self, p1, p2, data):
        if p1 or p2 != PIN:
            raise StatusWord(0x6A88)
        if len(data) != 16 or not _is_pin(data[8:]):
            raise StatusWord(0x6A80)
        self._compare("puk", data[:8])
        self._set_reference("pin", data[8:])
        return b""

    def _left(self, name):
        left = self.memory.content[name]["left"]
        return 0x63C0 | min(left, 15) if left else 0x6983

    def _compare(self, name, value):
        """Check a PIN or PUK and count the failure before telling of it."""
        reference = self.memory.content[name]
        if not reference["left"]:
            raise StatusWord(0x6983)
        right = bytes.fromhex(reference["value"]) == value
        left = reference["limit"] if right else reference["left"] - 1
        if left != reference["left"]:
            reference["left"] = left
            self.memory.save()
        if not right:
            raise StatusWord(self._left(name))

    def _set_reference(self, name, value):
        reference = self.memory.content[name]
        reference.update(value=value.hex(), left=reference["limit"])
        self.memory.save()

    # -- keys -------------------------------------------------------------------

    def _require_management(self):
        if not self._managed:
            raise StatusWord(0x6982)

    def _generate(self, p1, p2, data):
        self._require_management()
        if p1 or p2 not in FREE + PIN_ALWAYS + PIN_ONCE:
            raise StatusWord(0x6A86)
        template = dict(_parse(dict(_parse(data)).get(0xAC, b"")))
        if template.get(0x80) != bytes([P256]):
            raise StatusWord(0x6A80)
        key = ec.generate_private_key(ec.SECP256R1())
        self.memory.content["keys"][f"{p2:X}"] = key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).hex()
        self.memory.save()
        point = key.public_key().public_bytes(
            serialization.Encoding.X962,
            serialization.PublicFormat.UncompressedPoint,
        )
        return tlv.encode(0x7F49, tlv.encode(0x86, point))

    def _general_authenticate(self, algorithm, slot, data, fresh):
        template = dict(_parse(dict(_parse(data)).get(0x7C, b"")))
        if not template:
            raise StatusWord(0x6A80)
        if slot == MANAGEMENT:
            answer = self._authenticate_manager(algorithm, template)
        else:
            answer = self._use_key(algorithm, slot, template, fresh)
        return answer and tlv.encode(0x7C, answer)

    def _use_key(self, algorithm, slot, template, fresh):
        stored = self.memory.content["keys"].get(f"{slot:X}")
        if stored is None:
            raise StatusWord(0x6A88 if slot in FREE + PIN_ALWAYS + PIN_ONCE else 0x6A86)
        if algorithm != P256:
            raise StatusWord(0x6A86)
        if slot in PIN_ALWAYS and not fresh or slot in PIN_ONCE and not self._verified:
            raise StatusWord(0x6982)
        key = serialization.load_der_private_key(bytes.fromhex(stored), None)
        if EXPONENTIATION in template:
            return tlv.encode(RESPONSE, _agree(key, template[EXPONENTIATION]))
        digest = template.get(CHALLENGE, b"")
        if not 0 < len(digest) <= 32 or template.get(RESPONSE):
            raise StatusWord(0x6A80)
        how = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
        return tlv.encode(RESPONSE, key.sign(digest.rjust(32, b"\0"), how))

    # -- the management key 9B --------------------------------------------------

    def _authenticate_manager(self, algorithm, template):
        algorithm = algorithm or TRIPLE_DES
        management = self.memory.content["management"]
        if algorithm != management["algorithm"]:
            raise StatusWord(0x6A86)
        cipher = _cipher(algorithm, bytes.fromhex(management["key"]))
        witness, self._witness = self._witness, None
        challenge, self._challenge = self._challenge, None
        size = 8 if algorithm == TRIPLE_DES else 16
        if WITNESS in template and not template[WITNESS]:
            self._managed = False
            self._witness = os.urandom(size)
            return tlv.encode(WITNESS, _run(cipher.encryptor(), self._witness))
        if CHALLENGE in template and not template[CHALLENGE]:
            self._managed = False
            self._challenge = os.urandom(size)
            return tlv.encode(CHALLENGE, self._challenge)
        if WITNESS in template and len(template.get(CHALLENGE, b"")) == size:
            self._managed = witness is not None and template[WITNESS] == witness
            self._require_management()
            answer = _run(cipher.encryptor(), template[CHALLENGE])
            return tlv.encode(RESPONSE, answer)
        if challenge is not None and RESPONSE in template:
            expected = _run(cipher.encryptor(), challenge)
            self._managed = template[RESPONSE] == expected
            self._require_management()
            return b""
        self._managed = False
        raise StatusWord(0x6A80)

    def _set_management_key(self, p1, p2, data):
        self._require_management()
        if p1 != 0xFF or p2 not in (0xFF, 0xFE) or len(data) < 3:
            raise StatusWord(0x6A86)
        algorithm, slot, size, key = data[0], data[1], data[2], data[3:]
        if slot != MANAGEMENT or not (KEY_LENGTHS.get(algorithm) == size == len(key)):
            raise StatusWord(0x6A80)
        self.memory.content["management"] = {"algorithm": algorithm, "key": key.hex()}
        self.memory.save()
        return b""


def _parse(data):
    try:
        return tlv.decode(data)
    except (tlv.TlvError, IndexError):
        raise StatusWord(0x6A80) from None


def _object_tag(p1, p2, data, whole=False):
    """Return the tag of the data object that a GET or PUT DATA names."""
    if (p1, p2) != (0x3F, 0xFF):
        raise StatusWord(0x6A86)
    parts = _parse(data)
    if not parts or parts[0][0] != 0x5C or not parts[0][1]:
        raise StatusWord(0x6A80)
    if whole and len(parts) != 1:
        raise StatusWord(0x6A80)
    return int.from_bytes(parts[0][1], "big")


def _is_pin(padded):
    digits = padded.rstrip(b"\xff")
    return 6 <= len(digits) <= 8 and digits.isdigit()


def _cipher(algorithm, key):
    of = TripleDES if algorithm == TRIPLE_DES else algorithms.AES
    return Cipher(of(key), modes.ECB())


def _run(context, block):
    return context.update(block) + context.finalize()


def _agree(key, point):
    try:
        other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise StatusWord(0x6A80) from None
    return key.exchange(ec.ECDH(), other)
