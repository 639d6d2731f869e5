# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import time

from odoo import api, models

from .. import authority, personalisation
from ..exceptions import ProtocolError
from ..protocol import jws, types

CARD_UNKNOWN = 1301
CARD_NOT_VALID = 1302
BAD_PROOF = 1303
OTHER_NUMBER = 1505
# Seconds by which the clocks of station and server may differ.
SKEW = 300
# Step of the personalisation in which the printed card is read back.
PRINT = 10
# A card that was read back stays in these states whatever is read again.
READ_BACK = ("printed", "shipped", "returned", "active", "suspended")


class KhbsCard(models.Model):
    # One file for each part of a card's life.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card"

    @api.model
    def _read_auth(self, method, params, device_code):
        """Return the card that signed the proof (khbs-auth) of a request just now.

        A proof serves one request, which may be repeated.

        :param params: of *method*; the proof is ``params["proof"]``
        :raises ProtocolError: unknown card, or a bad proof
        """
        proof = params.get("proof")
        personalisation.check_texts([proof], 1)
        try:
            parsed = types.expect(
                jws.parse(proof), "khbs-auth+jwt", authority.prg(self.env)
            )
        except jws.JwsError as error:
            raise ProtocolError(BAD_PROOF, str(error)) from error
        card = self._by_number(parsed.kid)
        if not card:
            raise ProtocolError(CARD_UNKNOWN, "no such card")
        public_key = card._public_key()
        if not public_key:
            raise ProtocolError(BAD_PROOF, "the card has no key yet")
        try:
            jws.verify(parsed, public_key)
        except jws.JwsError as error:
            raise ProtocolError(BAD_PROOF, str(error)) from error
        iat = parsed.payload.get("iat")
        if (
            parsed.payload.get("tid") != device_code
            or type(iat) is not int
            or abs(time.time() - iat) > SKEW
        ):
            raise ProtocolError(BAD_PROOF, "not signed for this station just now")
        jti = parsed.payload.get("jti")
        if not isinstance(jti, str) or not types.ULID.fullmatch(jti):
            raise ProtocolError(BAD_PROOF, "jti is not a ULID")
        seen = self.env["khbs.card.seen.proof"]
        if not seen._serves(card.card_no, jti, method, params):
            raise ProtocolError(BAD_PROOF, "the proof served another request")
        return card

    @api.model
    def _station_check(self, device_code, params):
        """Compare the number on the plastic with the chip's own: step 10.

        :param params: {card_no: as read, null if the print cannot be read, proof:
            khbs-auth, spoil: optional}
        :return: {state} of the chip's card
        :raises ProtocolError: 1505 if the numbers differ
        """
        spoil = params.get("spoil", False)
        if type(spoil) is not bool:
            raise ProtocolError(personalisation.BAD_PARAMS, "spoil: true or false")
        unread = spoil and "card_no" in params and params["card_no"] is None
        printed = None if unread else personalisation.read_text(params, "card_no", 32)
        card = self.sudo()._read_auth("station.card.check", params, device_code)
        card._lock()
        if printed == card.card_no:
            card._read_back(device_code)
        elif not spoil:
            raise ProtocolError(
                OTHER_NUMBER,
                "another number is printed",
                {"chip": card.card_no, "printed": printed},
            )
        else:
            card._misprinted(printed, device_code)
        return {"state": card.state.upper()}

    def _read_back(self, device_code):
        """Enter that the number of a finished chip was read on its plastic."""
        if self.state == "locked":
            self._transition("printed", "PRINTED", device_code=device_code)
        elif self.state not in READ_BACK:
            self._refuse_state()

    def _misprinted(self, printed, device_code):
        """Write a card off that bears another number; its family gets a new one.

        :param printed: the number, None if nobody can read it
        """
        if self.state == "destroyed":
            # It was written off already and the answer got lost.
            return
        if self.state not in ("locked", "printed"):
            self._refuse_state()
        why = f"misprint: {printed or 'unreadable'}"
        self._spoil("misprint", device_code, step=PRINT, why=why)
        self.env["khbs.audit.event"]._record(
            "card.destroyed",
            self,
            {"card_no": self.card_no, "reason": "misprint", "device": device_code},
        )

    def _refuse_state(self):
        raise ProtocolError(
            CARD_NOT_VALID, "not in this state", {"state": self.state.upper()}
        )
