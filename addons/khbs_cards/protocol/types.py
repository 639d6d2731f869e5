# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Which kind of key may sign which kind of JWS."""

import re
from typing import NamedTuple

from .jws import JwsError

DEVICE = re.compile(r"(T[0-9]{6}|S[0-9]{4})\.[1-9][0-9]{0,3}")
CARD_9E = re.compile(r"KH[0-9]{11}")
CARD = re.compile(r"KH[0-9]{11}(\.9C)?")
ROOT = re.compile(r"R[0-9]{2}")
LEASE = re.compile(r"E[0-9]{2}")
LIST = re.compile(r"L[0-9]{2}")
ACK = re.compile(r"A[0-9]{2}")
# The number of a message.
ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


class Signer(NamedTuple):
    """Who signs: the pattern of the kid and the use of the key."""

    kid: re.Pattern
    use: str


SIGNERS = {
    "khbs-req+jwt": Signer(DEVICE, "device"),
    "khbs-jrn+jwt": Signer(DEVICE, "device"),
    "khbs-claim+jwt": Signer(CARD, "card"),
    "khbs-auth+jwt": Signer(CARD_9E, "card"),
    "khbs-activate+jwt": Signer(CARD_9E, "card"),
    "khbs-perso+jwt": Signer(CARD, "card"),
    "khbs-lease+jwt": Signer(LEASE, "lease"),
    "khbs-config+jwt": Signer(LEASE, "lease"),
    "statuslist+jwt": Signer(LIST, "list"),
    "khbs-listdelta+jwt": Signer(LIST, "list"),
    "khbs-ack+jwt": Signer(ACK, "ack"),
    "khbs-time+jwt": Signer(ACK, "ack"),
    "khbs-receipt+jwt": Signer(ACK, "ack"),
    "khbs-trust+jwt": Signer(ROOT, "root"),
}


def expect(jws, typ, prg):
    """Check that *jws* is a *typ* of the programme *prg* under a kid that may sign it.

    :raises JwsError: another kind, another programme or a kid of another kind
    """
    if jws.typ != typ:
        raise JwsError(f"{typ} expected")
    if not SIGNERS[typ].kid.fullmatch(jws.kid):
        raise JwsError(f"the kid may not sign {typ}")
    if jws.payload.get("prg") != prg:
        raise JwsError("another programme")
    return jws
