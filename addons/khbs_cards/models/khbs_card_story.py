# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from odoo import api, fields, models

from .. import life_cycle
from ..protocol.card_number import CardNumberError, parse
from .khbs_card_alert import NOTED_BY

_CARD_FORM = re.compile(r"KH[0-9]{11}")
# What people put between the groups of a number that they type.
_BETWEEN = re.compile(r"[\s.\-]+")


class KhbsCard(models.Model):
    # One file for each part of a card's life.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card"

    previous_id = fields.Many2one(
        comodel_name="khbs.card",
        string="Replaces",
        compute="_compute_chain",
        help="The card that the family had before.",
    )
    next_id = fields.Many2one(
        comodel_name="khbs.card",
        string="Replaced by",
        compute="_compute_chain",
        help="The card that was made for the family after this one.",
    )
    alert_ids = fields.One2many(
        comodel_name="khbs.card.alert", inverse_name="card_id", string="Alerts"
    )
    alert_count = fields.Integer(compute="_compute_alert_count")
    state_advice = fields.Char(
        string="What it means",
        compute="_compute_state_advice",
        help="What this state means for who holds the card.",
    )

    def _compute_chain(self):
        """Read the chain off the family's cards, which were made one after another.

        What was written off, or withdrawn before it was handed over, replaced nothing.
        """
        cards = self.sudo().search(
            [("household_id", "in", self.sudo().household_id.ids)], order="id"
        )
        chains = cards.grouped("household_id")
        for card in self:
            chain = chains.get(card.sudo().household_id, self.browse())
            place = chain.ids.index(card.id) if card.id in chain.ids else len(chain)
            before, after = chain[:place], chain[place + 1 :]
            card.previous_id = before.filtered(_is_link)[-1:]
            card.next_id = after.filtered(_is_link)[:1]

    def _compute_alert_count(self):
        alerts = self.env["khbs.card.alert"]
        counts = {}
        if alerts.has_access("read"):
            counts = dict(
                alerts._read_group(
                    [("card_id", "in", self.ids)], ["card_id"], ["__count"]
                )
            )
        for card in self:
            card.alert_count = counts.get(card, 0)

    @api.depends("state")
    def _compute_state_advice(self):
        for card in self:
            card.state_advice = card._refusal_of_state(card.state)

    def action_view_alerts(self):
        """Open the alerts about these cards."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_cards.khbs_card_alert_action"
        )
        return action | {"domain": [("card_id", "in", self.ids)], "context": {}}

    # Why a card that is shown does not count, in one sentence each

    @api.model
    def _refusal_of_state(self, state):
        """Return what to say of a card in *state* that is shown, False if it counts.

        For whoever stands before the family: the office, the hand-over form.
        """
        said = {
            "shipped": self.env._(
                "It is not handed over yet: hand it over first, then it counts."
            ),
            "returned": self.env._(
                "It was taken back to the office and is not handed over."
            ),
            "suspended": self.env._(
                "It is suspended: nothing is paid until the card officer lifts it. The "
                "family keeps its place and its aid."
            ),
            "revoked": self.env._(
                "It is revoked for good. Keep it and send it back with its minutes; "
                "the family uses its new card or asks for one."
            ),
            "expired": self.env._(
                "Its validity has ended. The family keeps its place and gets a new "
                "card."
            ),
            "destroyed": self.env._(
                "It was written off and should not exist. Keep it and tell the card "
                "officer at once."
            ),
        }
        making = self.env._("It is still being made and has not left the office.")
        in_the_office = (*life_cycle.BLANK, "printed")
        return said.get(state, making if state in in_the_office else False)

    @api.model
    def _refusal_of_proof(self, what):
        """Return what to say of a card that failed in its proof.

        :param what: ``unknown``, ``wrong_key``, ``forged`` or ``campaign``, as the
            alert calls it
        """
        return {
            "unknown": self.env._(
                "No card of the programme has this number. The card is void; keep it "
                "and tell the card officer."
            ),
            "wrong_key": self.env._(
                "The card did not answer with the key of its number: it is a copy, or "
                "bears the certificate of another card. Keep it and tell the card "
                "officer."
            ),
            "forged": self.env._(
                "The certificate of this card is not of the programme. The card is "
                "void; keep it and tell the card officer."
            ),
            "campaign": self.env._(
                "This is not a KHBS card. Cards of the campaign have no chip of the "
                "programme and are void; a family of the list gets its own card."
            ),
        }[what]

    # A number that was scanned or typed

    @api.model
    def find_scanned(self, text):
        """Return what the number on a card leads to.

        :param text: scanned off the card, or typed: spaces and case do not matter
        :return: dict with ``id`` of the card, or ``message`` that says what to do;
            ``void`` if it is not a card of the programme, ``report`` if the user may
            note it as a card of the campaign
        """
        self.check_access("read")
        number = _BETWEEN.sub("", str(text or "")).upper()[:64]
        if not _CARD_FORM.fullmatch(number):
            return {
                "message": self._refusal_of_proof("campaign"),
                "void": True,
                "report": any(map(self.env.user.has_group, NOTED_BY)),
            }
        if mistyped := self._said_mistyped(number):
            return {"message": mistyped}
        card = self._by_number(number)
        if not card:
            self.env["khbs.card.alert"]._notice_here("unknown", number)
            return {"message": self._refusal_of_proof("unknown"), "void": True}
        if not card.with_env(self.env)._filtered_access("read"):
            self.env["khbs.audit.event"]._record_refused("card.find", card)
            return {"message": self._said_unseen()}
        return {"id": card.id, "number": card.card_no}

    @api.model
    def _said_mistyped(self, number):
        """Return what to say of a number of the right form with wrong check digits."""
        try:
            parse(number)
        except CardNumberError:
            return self.env._(
                "%(number)s is mistyped: its last two digits do not fit the rest. "
                "Read the number once more.",
                number=number,
            )
        return False

    @api.model
    def _said_no_card(self, number):
        """Return why no family is found by *number*, False if it is no card number."""
        if not _CARD_FORM.fullmatch(number):
            return False
        mistyped = self._said_mistyped(number)
        if mistyped or self._by_number(number):
            return mistyped
        void = self.env._("Cards of the campaign are void.")
        return f"{self._refusal_of_proof('unknown')} {void}"

    @api.model
    def report_campaign(self):
        """Note that a campaign card was shown to the user; it has no number to note."""
        self.check_access("read")
        if not self.env["khbs.card.alert"]._notice_here("campaign", ""):
            events = self.env["khbs.audit.event"]
            events._require_group(NOTED_BY[0], "card_alert.reported")
        return self.env._("Noted. Tell the family that its own card is made for it.")


def _is_link(card):
    """Tell whether *card* has, had or is to have its time with the family."""
    withdrawn = card.state == "revoked" and not card.handed_over_at
    return card.state != "destroyed" and not withdrawn
