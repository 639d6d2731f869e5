# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import time

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .. import authority, life_cycle
from ..exceptions import ProtocolError
from ..protocol import jws, types

CARD_UNKNOWN = 1301
CARD_NOT_VALID = 1302
BAD_PROOF = 1303
# Seconds that an activation made before an officer or a terminal that is online may
# be old, and that clocks may differ.
FRESH = 600
# The tid of an activation that an officer made without a terminal.
OFFICE = "OFFICE"


class KhbsCard(models.Model):
    # One file for each part of a card's life.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card"

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
    def _hand_over(self, text, tid, operator=None, geotag=None, representative=None):
        """Hand a card over on the proof that it signs just now.

        :param text: khbs-activate JWS
        :param tid: the terminal that asks, or OFFICE
        :param operator: code of the terminal's operator
        :param geotag: [latitude, longitude, accuracy], as the protocol has it
        :param representative: dict {name, rel, doc}; only ``rel`` is recorded
        :return: the card, active
        :raises ProtocolError: the proof or the card's state does not allow it
        """
        card, payload = self._read_activation(text, tid)
        if abs(time.time() - payload["iat"]) > FRESH:
            raise ProtocolError(BAD_PROOF, "the proof is not of this moment")
        card._activate(
            device_code=tid,
            data={
                "jti": payload["jti"],
                "jws": text,
                "op": operator,
                "gps": geotag,
                "rel": self._relation(representative),
            },
        )
        return card

    @api.model
    def _relation(self, representative):
        """Return the relation alone: names and documents stay out of the events."""
        relation = representative.get("rel") if isinstance(representative, dict) else 0
        return relation[:32] if isinstance(relation, str) else None

    def _activate(self, device_code, data=None):
        """Put a shipped card into use and revoke the family's older one.

        An active card stays as it is, so that a repeated call changes nothing.

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
        if card.household_id.state not in life_cycle.ENTITLED:
            raise ProtocolError(CARD_NOT_VALID, "the family may not have a card now")
        older = (siblings - card).filtered(lambda c: c.state in life_cycle.IN_USE)
        # The caller's user stays on the events: sudo() changes rights, not the user.
        older._transition("revoked", "replaced", device_code=device_code)
        card._transition("active", "CARD_HANDED_OVER", device_code, data)
        card.handed_over_at = self.env.cr.now()
        if card.household_id.state == "decided":
            card.household_id._set_state("active", "CARD_HANDED_OVER")
        self.env["khbs.audit.event"]._record(
            "card.hand_over",
            card,
            {"card_no": card.card_no, "device": device_code, "older": older.ids},
        )

    @api.model
    def action_hand_over(self, activation, geotag=None, representative=None):
        """Hand a card over in the backend, by an officer of the family's village.

        :param activation: khbs-activate JWS that the card signed for OFFICE
        :param geotag: [latitude x 1e6, longitude x 1e6, accuracy in metres] or None
        :return: id of the card
        """
        events = self.env["khbs.audit.event"]
        events._require_group(life_cycle.FIELD_OFFICER, "card.hand_over")
        try:
            card, _payload = self._read_activation(activation, OFFICE)
            self._check_own_village(card)
            card = self._hand_over(
                activation,
                OFFICE,
                operator=self.env.user.login,
                geotag=self._checked_geotag(geotag),
                representative=representative,
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
        if geotag is None:
            return None
        if (
            not isinstance(geotag, list)
            or len(geotag) != 3
            or any(type(number) is not int for number in geotag)
        ):
            raise UserError(
                self.env._("A geotag has three whole numbers; switch on the GPS.")
            )
        return geotag

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
        return f"{advice[error.code]} ({error.message})"
