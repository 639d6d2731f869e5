# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a card signs while it is personalised: khbs-perso."""

import hashlib

from . import base64url


def kid(card_no, slot):
    """Return the kid under which the key of *slot* signs."""
    return card_no if slot == "9E" else f"{card_no}.{slot}"


def payload(prg, job, nonce, card_no, digests):
    """Return the payload of a khbs-perso.

    :param digests: SHA-256 of the SPKI of each slot
    """
    return {
        "prg": prg,
        "job": job,
        "nonce": nonce,
        "card_no": card_no,
        "spki_sha": [base64url.encode(digest) for digest in digests],
    }


def done_nonce(nonce, certs_sha):
    """Return the nonce of the last proof.

    It names the certificates as they were read back from the card, so that proof
    cannot be older than they are.
    """
    text = ".".join([nonce, *certs_sha])
    return base64url.encode(hashlib.sha256(text.encode("ascii")).digest())
