# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What concerns one card: information, hand-over, block."""

from odoo.addons.khbs_cards import authority
from odoo.addons.khbs_cards.protocol import jws, types

from .. import params as read
from ..authentication import SKEW
from ..dispatcher import RpcError
from .registry import method

REASONS = ("lost", "stolen", "found", "fraud", "death")
BLOCKS_A_DAY = 5
INFO_AN_HOUR = 60


@method("edc.card.info")
def card_info(call, params):
    """Return what a family may still receive; the card proves that it is here."""
    read.only(params, "proof")
    card = _proven_card(call, read.text(params, "proof", 2000))
    _limit_info(call)
    result = {"card_no": card.card_no, "state": card.state.upper()}
    if card.state != "active":
        return result
    household = card.household_id
    return {
        **result,
        "name": household.head_id.name or "",
        "village": household.area_id.name,
        "ents": call.env["khbs.entitlement"]._open_for(household, call.terminal),
    }


def _limit_info(call):
    """60 looks an hour: more is no counter but a trawl."""
    facts = call.env["khbs.edc.seen.request"]
    facts._limit_hour(f"{call.sender.tid}:info", INFO_AN_HOUR)


def _proven_card(call, proof):
    """Return the card that signed *proof* for this terminal just now.

    :raises RpcError: 1301 unknown, 1303 bad proof
    """
    try:
        token = types.expect(jws.parse(proof), "khbs-auth+jwt", authority.prg(call.env))
        card = call.env["khbs.card"]._by_number(token.kid)
        if not card:
            raise RpcError(1301, "no such card")
        public_key = card._public_key()
        if public_key is None:
            raise jws.JwsError("the card has no key yet")
        jws.verify(token, public_key)
    except jws.JwsError as error:
        raise RpcError(1303, "bad card proof") from error
    payload = token.payload
    iat = payload.get("iat")
    if (
        payload.get("tid") != call.sender.tid
        or not read.is_integer(iat)
        or abs(call.now - iat) > SKEW
    ):
        raise RpcError(1303, "not signed for this terminal just now")
    return card


@method("edc.card.activate")
def card_activate(call, params):
    """Hand a shipped card over and put it into use."""
    read.only(params, "jws", "op", "gps", "rep")
    card = call.env["khbs.card"]._hand_over(
        read.text(params, "jws", 2000),
        call.sender.tid,
        operator=read.text(params, "op", 32),
        geotag=read.gps(params),
        representative=read.dictionary(params, "rep", optional=True),
    )
    return {"state": card.state.upper()}


@method("edc.card.block")
def card_block(call, params):
    """Suspend a card; without the card at hand only few, of the own lease."""
    read.only(params, "card_no", "reason", "op", "proof", "note")
    number = read.text(params, "card_no", 13, read.CARD_NO)
    reason = read.text(params, "reason", 10)
    operator = read.text(params, "op", 32)
    proof = read.text(params, "proof", 2000, optional=True)
    note = read.text({"note": params.get("note") or None}, "note", 500, optional=True)
    if reason not in REASONS:
        raise read.InvalidParams(f"reason: one of {', '.join(REASONS)}")
    card = call.env["khbs.card"]._by_number(number)
    if not card:
        raise RpcError(1301, "no such card")
    proven = proof and _proven_card(call, proof) == card
    if card.state == "suspended":
        return {"state": "SUSPENDED"}
    if card.state != "active":
        raise RpcError(1302, "card not valid", {"state": card.state.upper()})
    if not proven and not call.terminal._may_block(card, BLOCKS_A_DAY):
        call.terminal._request_block(card, reason, operator, note)
        return {"state": "requested"}
    card._suspend(reason, device_code=call.sender.tid)
    call.env["khbs.audit.event"]._record(
        "card.block",
        card,
        {"terminal": call.sender.tid, "op": operator, "proven": bool(proven)},
    )
    return {"state": "SUSPENDED"}
