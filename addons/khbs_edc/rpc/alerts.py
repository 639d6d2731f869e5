# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Which answers to a terminal mean that a card was shown that does not count.

A refusal undoes what its method wrote, so the alert is written by the endpoint, after
it, from what was asked and answered.
"""

from odoo.addons.khbs_cards.protocol import jws

# Methods that a card signs for, and the member of params with its signature.
SIGNED = {
    "edc.card.info": "proof",
    "edc.claim.authorize": "claim",
    "edc.card.activate": "jws",
}
# A station that asks for ever new certificates of one card.
CERTIFY = "station.job.certify"
UNKNOWN, NOT_VALID, BAD_PROOF = 1301, 1302, 1303


def of_error(method, params, error):
    """Return (what, or the state of the card; card number) of a refusal, or None."""
    if method == CERTIFY and (error.data or {}).get("certified"):
        return "certified_often", error.data["card_no"]
    if method not in SIGNED:
        return None
    card_no = _number(params.get(SIGNED[method]))
    if card_no is None:
        return None
    if error.code == UNKNOWN:
        return "unknown", card_no
    if error.code == BAD_PROOF:
        # A good card whose terminal has a wrong clock is refused with this code too.
        other_key = isinstance(error.__cause__, jws.BadSignature)
        return ("wrong_key", card_no) if other_key else None
    state = (error.data or {}).get("state")
    if error.code == NOT_VALID and state:
        return state.lower(), card_no
    return None


def of_result(method, result):
    """Return (state of the card, card number) of an answer that refuses, or None."""
    if method == "edc.card.info" and result["state"] != "ACTIVE":
        return result["state"].lower(), result["card_no"]
    return None


def _number(token):
    """Return the card number that a JWS names in its header, None if unreadable."""
    try:
        kid = jws.parse(token).kid
    except (jws.JwsError, TypeError, AttributeError):
        return None
    return kid.removesuffix(".9C")
