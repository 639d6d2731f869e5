# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a card must prove before it gets certificates, and before it is done.

Plain checks of khbs-perso (EDC_PROTOCOL 3); the models keep the job and the card.
"""

import re
from typing import NamedTuple

from .exceptions import ProtocolError
from .protocol import base64url, jws, keys, perso, types

BAD_PROOF = 1503
KNOWN_KEY = 1502
BAD_PARAMS = -32602

# Slots of each profile, in the order of every list of the station's methods.
SLOTS = {"card": ("9E",), "pin": ("9E", "9C")}


class CardKey(NamedTuple):
    """A key that a card proved to hold."""

    slot: str
    spki: bytes
    sha256: bytes
    public_key: object


def read_keys(profile, texts):
    """Return the :class:`CardKey` of each slot from SPKI texts (base64url DER).

    :raises ProtocolError: wrong number, no P-256 key, or one key in two slots
    """
    slots = SLOTS[profile]
    check_texts(texts, len(slots))
    found = []
    for slot, text in zip(slots, texts, strict=True):
        try:
            der = base64url.decode(text)
            public_key = keys.load_spki(der)
        except ValueError as error:
            raise ProtocolError(BAD_PROOF, f"key {slot}: {error}") from error
        found.append(CardKey(slot, der, keys.spki_sha256(der), public_key))
    if len({key.sha256 for key in found}) != len(found):
        raise ProtocolError(KNOWN_KEY, "one key stands in two slots")
    return found


def verify(proofs, card_keys, prg, job, nonce, card_no, certified=False):
    """Check one khbs-perso of each key.

    :param proofs: list of JWS, in the order of *card_keys*
    :param certified: the card is certified for these keys: then the proof of 9C may be
        null. A card that was torn out when its PIN was set can make none, for nobody
        knows that PIN; 9E shows that it is the same card.
    :raises ProtocolError: a proof does not hold
    """
    if certified and isinstance(proofs, list) and proofs[1:] == [None]:
        proofs, given = proofs[:1], card_keys[:1]
    else:
        given = card_keys
    check_texts(proofs, len(given))
    due = _payload(prg, job, nonce, card_no, card_keys)
    for key, proof in zip(given, proofs, strict=True):
        _verify_one(proof, key, due)


def verify_slot(proof, slot, card_keys, prg, job, nonce, card_no):
    """Check the khbs-perso of one slot of a finished card.

    :raises ProtocolError: the proof does not hold
    """
    check_texts([proof], 1)
    [key] = [key for key in card_keys if key.slot == slot]
    _verify_one(proof, key, _payload(prg, job, nonce, card_no, card_keys))


def _payload(prg, job, nonce, card_no, card_keys):
    digests = [key.sha256 for key in card_keys]
    return perso.payload(prg, job, nonce, card_no, digests)


def _verify_one(proof, key, due):
    card_no, prg = due["card_no"], due["prg"]
    try:
        parsed = types.expect(jws.parse(proof), "khbs-perso+jwt", prg)
        if parsed.kid != perso.kid(card_no, key.slot) or parsed.payload != due:
            raise jws.JwsError("it speaks of another card, job, nonce or key")
        jws.verify(parsed, key.public_key)
    except jws.JwsError as error:
        raise ProtocolError(BAD_PROOF, f"proof {key.slot}: {error}") from error


def check_texts(values, count):
    """Refuse anything but a list of *count* texts.

    :raises ProtocolError: the parameters have another form
    """
    if (
        not isinstance(values, list)
        or len(values) != count
        or not all(isinstance(value, str) for value in values)
    ):
        raise ProtocolError(BAD_PARAMS, f"a list of {count} texts is due")


def read_text(params, name, max_length):
    """Return the text *name* of *params*.

    :raises ProtocolError: it is absent, too long or no text
    """
    value = params.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= max_length:
        raise ProtocolError(BAD_PARAMS, f"{name}: 1 to {max_length} characters")
    if "\0" in value:
        raise ProtocolError(BAD_PARAMS, f"{name}: NUL character")
    return value


def read_atr(params):
    """Return the ATR of *params*, hexadecimal in capitals.

    :raises ProtocolError: it is absent or none
    """
    atr = params.get("atr")
    if not isinstance(atr, str) or not re.fullmatch(r"([0-9A-Fa-f]{2}){1,33}", atr):
        raise ProtocolError(BAD_PARAMS, "atr: hexadecimal text")
    return atr.upper()
