# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import time

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .. import authority, life_cycle, province_day
from .. import hand_over_receipt as receipts
from ..exceptions import ProtocolError
from ..protocol import card_number, jws, types
from .khbs_card_device import OFFICE

CARD_UNKNOWN = 1301
CARD_NOT_VALID = 1302
BAD_PROOF = 1303
# Seconds that an activation made before an officer or a terminal that is online may
# be old, and that clocks may differ.
FRESH = 600


class KhbsCard(models.Model):
    # One file for each part of a card's life.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card"

    hand_over_ids = fields.One2many(
        comodel_name="khbs.card.hand.over", inverse_name="card_id", string="Hand-over"
    )
    hand_over_count = fields.Integer(
        string="Hand-overs", compute="_compute_hand_over_count"
    )

    return_count = fields.Integer(
        string="Minutes", compute="_compute_return_count", compute_sudo=True
    )

    def _compute_hand_over_count(self):
        for card in self:
            card.hand_over_count = len(card.hand_over_ids)

    def _compute_return_count(self):
        counts = dict(
            self.env["khbs.card.return.line"]._read_group(
                [("card_id", "in", self.ids)], ["card_id"], ["__count"]
            )
        )
        for card in self:
            card.return_count = counts.get(card, 0)

    @api.model
    def _read_activation(self, text, tid):
        """Return (card, payload) of a khbs-activate that the card's stored key signed.

        :param tid: the terminal that the card must have signed for
        :raises ProtocolError: unknown card, or a bad proof
        """
        try:
            parsed = types.expect(
                jws.parse(text), "khbs-activate+jwt", authority.prg(self.env)
            )
        except jws.JwsError as error:
            raise ProtocolError(BAD_PROOF, str(error)) from error
        card = self._by_number(parsed.kid)
        if not card:
            raise ProtocolError(CARD_UNKNOWN, "no such card")
        public_key = card._public_key()
        payload = parsed.payload
        try:
            if not public_key:
                raise jws.JwsError("the card has no key yet")
            jws.verify(parsed, public_key)
        except jws.JwsError as error:
            raise ProtocolError(BAD_PROOF, str(error)) from error
        if (
            payload.get("tid") != tid
            or type(payload.get("iat")) is not int
            or not isinstance(payload.get("jti"), str)
        ):
            raise ProtocolError(BAD_PROOF, "the card signed for another terminal")
        return card, payload

    @api.model
    def _hand_over(
        self, text, tid, operator=None, geotag=None, representative=None, receipt=None
    ):
        """Hand a card over on the proof that it signs just now.

        :param text: khbs-activate JWS
        :param tid: the terminal that asks, or OFFICE
        :param operator: code of the terminal's operator
        :param geotag: [latitude, longitude, accuracy], as the protocol has it
        :param representative: dict {name, rel, doc} of a terminal
        :param receipt: what an officer tells instead (``_checked_receipt``)
        :return: the card, active
        :raises ProtocolError: the proof or the card's state does not allow it
        """
        card, payload = self._read_activation(text, tid)
        if abs(time.time() - payload["iat"]) > FRESH:
            raise ProtocolError(BAD_PROOF, "the proof is not of this moment")
        if receipt is None:
            receipt = self._terminal_receipt(representative)
        card._activate(
            device_code=tid,
            data={
                "jti": payload["jti"],
                "jws": text,
                "op": operator,
                "gps": geotag,
                "rel": receipts.said_relation(receipt),
            },
            receipt=receipt,
        )
        return card

    @api.model
    def _terminal_receipt(self, representative):
        """Return what a terminal tells of who took the card."""
        if not isinstance(representative, dict):
            return {"received_by": "family"}
        texts = {
            name: value if isinstance(value := representative.get(name), str) else ""
            for name in ("name", "rel", "doc")
        }
        if texts["rel"] in ("head", "member"):
            return {"received_by": texts["rel"]}
        return {
            "received_by": "representative",
            "relation": receipts.relation_code(texts["rel"]),
            "representative_name": texts["name"][:128] or None,
            "document_number": texts["doc"],
        }

    def _activate(self, device_code, data=None, receipt=None, mode=None, at=None):
        """Put a shipped card into use, revoke the family's older one, write it down.

        An active card stays as it is, so that a repeated call changes nothing.

        :param data: jws, op and gps of the activation, for event and hand-over
        :param receipt: dict of what is told of who took it
        :param mode: one of ``receipts.MODES``; by default from *device_code*
        :param at: when it was, if not now (UTC, naive)
        :raises ProtocolError: the card is in another state, or the family is not
            entitled to a card now
        """
        self.ensure_one()
        card = self.sudo()
        siblings = card.search([("household_id", "=", card.household_id.id)])
        siblings._lock()
        if card.state == "active":
            return
        if card.state != "shipped":
            raise ProtocolError(
                CARD_NOT_VALID, "not a shipped card", {"state": card.state.upper()}
            )
        if card._is_over(at):
            raise ProtocolError(CARD_NOT_VALID, "the card's validity has ended")
        if card.household_id.state not in life_cycle.ENTITLED:
            raise ProtocolError(CARD_NOT_VALID, "the family may not have a card now")
        older = (siblings - card).filtered(lambda c: c.state in life_cycle.IN_USE)
        # The caller's user stays on the events: sudo() changes rights, not the user.
        older._transition("revoked", "replaced", device_code=device_code)
        card._transition("active", "CARD_HANDED_OVER", device_code, data)
        card.handed_over_at = self.env.cr.now()
        if card.household_id.state == "decided":
            card.household_id._set_state("active", "CARD_HANDED_OVER")
        mode = mode or ("office" if device_code == OFFICE else "online")
        hand_over = self.env["khbs.card.hand.over"]._write_down(
            card, mode, device_code, data or {}, receipt or {}, at
        )
        self.env["khbs.audit.event"]._record(
            "card.hand_over",
            card,
            {
                "card_no": card.card_no,
                "device": device_code,
                "older": older.ids,
                "hand_over": hand_over.id,
            },
        )

    def _is_over(self, at=None):
        """Tell whether the validity of this card has ended.

        :param at: when it is asked for, if not now (UTC, naive)
        """
        day = province_day.day_of(at)
        return bool(self.valid_until) and self.valid_until < day

    @api.model
    def action_hand_over(self, activation, geotag=None, receipt=None):
        """Hand a card over in the backend, by an officer of the family's village.

        :param activation: khbs-activate JWS that the card signed for OFFICE
        :param geotag: [latitude x 1e6, longitude x 1e6, accuracy in metres] or None
        :param receipt: dict of ``hand_over_receipt.NAMES``: who took it, how it was
            acknowledged, that the notice was given
        :return: id of the card
        """
        events = self.env["khbs.audit.event"]
        events._require_group(life_cycle.FIELD_OFFICER, "card.hand_over")
        try:
            card, _payload = self._read_activation(activation, OFFICE)
            self._check_own_village(card)
            if refusal := card._hand_over_refusal():
                raise UserError(refusal)
            self._hand_over(
                activation,
                OFFICE,
                operator=self.env.user.login,
                geotag=self._checked_geotag(geotag),
                receipt=self.env["khbs.card.hand.over"]._checked_receipt(
                    receipt, card.household_id
                ),
            )
        except ProtocolError as error:
            raise UserError(self._hand_over_advice(error)) from error
        return card.id

    def _check_own_village(self, card):
        if not card.with_env(self.env)._filtered_access("read"):
            self.env["khbs.audit.event"]._record_refused("card.hand_over", card)
            raise AccessError(
                self.env._("This card belongs to a village that is not yours.")
            )

    def _checked_geotag(self, geotag):
        if geotag is not None and not receipts.is_geotag(geotag):
            raise UserError(
                self.env._("A geotag has three whole numbers; switch on the GPS.")
            )
        return geotag

    @api.model
    def _find_for_hand_over(self, number):
        """Return (card, sentence): the card of a read or typed number, or why not.

        The card is none where the user may not see it.
        """
        number = "".join((number or "").split()).upper()[:64]
        none = self.browse()
        if not number:
            return none, None
        try:
            card_number.parse(number)
        except card_number.CardNumberError:
            return none, self.env._(
                "This card is not valid: %(number)s is no card number of the "
                "programme. If it was typed, compare it with the card. If it stands "
                "so on the card, it is a campaign card or a forgery: keep it and tell "
                "the card officer.",
                number=number[:32],
            )
        card = self._by_number(number)
        if not card:
            return none, self._refusal_of_proof("unknown")
        card = card.with_env(self.env)
        if not card._filtered_access("read"):
            return none, self.env._("This card belongs to a village that is not yours.")
        return card, card._hand_over_refusal()

    def _hand_over_refusal(self):
        """Return the sentence why this card cannot be handed over now, or None.

        A card in use is none: handing it over again changes nothing.
        """
        self.ensure_one()
        card = self.sudo()
        if card.state in ("allocated", "keyed", "certified", "locked", "printed"):
            return self.env._(
                "The card has not been sent to the village yet. The card officer "
                "enters the shipment first."
            )
        if card.state != "shipped":
            return self._refusal_of_state(card.state) or None
        if card._is_over():
            return self.env._(
                "The validity of the card has ended. Name it in the minutes of "
                "returned cards as damaged, to be replaced: a new one is made."
            )
        if card.household_id.state not in life_cycle.ENTITLED:
            return self.env._(
                "The family may not have a card now. Take the card back with the "
                "minutes and tell the registry operator."
            )
        return None

    def _hand_over_advice(self, error):
        """Return what the officer at the door is to do."""
        advice = {
            CARD_UNKNOWN: self.env._(
                "This card is not of the programme. Keep it and tell the card officer."
            ),
            CARD_NOT_VALID: self.env._(
                "This card cannot be handed over now. Look up its story by its number."
            ),
            BAD_PROOF: self.env._(
                "The card did not prove itself. Hold it to the reader once more."
            ),
        }
        return advice[error.code]

    def action_view_hand_over(self):
        """Open the hand-over of this card."""
        self.ensure_one()
        return self.env["khbs.card.hand.over"]._action_view(self.hand_over_ids)

    def action_view_returns(self):
        """Open the minutes that name this card."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_cards.khbs_card_return_action"
        )
        return action | {"domain": [("line_ids.card_id", "=", self.id)], "context": {}}
