# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .. import life_cycle


class KhbsCard(models.Model):
    # One file for each part of a card's life.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card"

    # What persons do with cards. Each method may be called by any RPC user.

    def action_suspend(self, reason):
        """Stop these cards at once; a card officer may lift it."""
        return self._move("suspended", self._checked_reason(reason))

    def action_lift(self, reason="cleared"):
        """Let suspended cards be used again."""
        self._require_mover("active")
        self._require_state("suspended")
        return self._move("active", self._checked_reason(reason))

    def action_revoke(self, reason):
        """Stop these cards for ever."""
        return self._move("revoked", self._checked_reason(reason))

    def action_print(self):
        """Enter that these cards are printed and the printed number was read back."""
        return self._move("printed", "PRINTED")

    def action_ship(self):
        """Send printed or returned cards to their villages."""
        return self._move("shipped", "SHIPPED")

    def action_return(self, reason="undeliverable"):
        """Take cards back that could not be handed over."""
        return self._move("returned", self._checked_reason(reason))

    def action_spoil(self, reason="misprint"):
        """Write spoiled cards off; a new card with a new number is queued for each."""
        self._require_mover("destroyed")
        self._checked_reason(reason)
        self.sudo()._spoil(reason)
        self._record_move("destroyed", reason)
        return True

    def action_replace(self, reason):
        """Queue a new card for families whose card is lost, spoiled or stolen.

        A card in use is suspended meanwhile; the hand-over of the new one revokes it.
        """
        self._require_group_of("suspended", {life_cycle.CARD_OFFICER})
        self._checked_reason(reason)
        self._require_state("active", "suspended", "revoked", "expired")
        cards = self.sudo()
        self._refuse_second_card(cards.household_id)
        self._refuse_not_entitled(cards.household_id)
        active = cards.filtered(lambda card: card.state == "active")
        active._transition("suspended", reason)
        for profile, batch in cards.grouped("profile").items():
            self.sudo()._allocate(batch.household_id, profile)
        self._record_move("replacement", reason)
        return True

    def _suspend(self, reason, device_code=None, data=None):
        """Suspend those of these cards that are active, for a caller who may.

        :return: the cards that are suspended now
        """
        cards = self.sudo()
        cards._lock()
        active = cards.filtered(lambda card: card.state == "active")
        active._transition("suspended", reason, device_code=device_code, data=data)
        active._record_move("suspended", reason)
        return cards.filtered(lambda card: card.state == "suspended")

    @api.model
    def _refuse_second_card(self, households):
        waiting = self.sudo().search(
            [
                ("household_id", "in", households.ids),
                ("state", "in", life_cycle.IN_PRODUCTION),
            ]
        )
        if waiting:
            raise UserError(
                self.env._(
                    "A new card is on its way already: %(cards)s.",
                    cards=", ".join(waiting.mapped("card_no")),
                )
            )

    @api.model
    def _refuse_not_entitled(self, households):
        left = households.filtered(lambda h: h.state not in life_cycle.ENTITLED)
        if left:
            raise UserError(
                self.env._(
                    "These families may not have a card now: %(families)s.",
                    families=", ".join(left.mapped("name")),
                )
            )

    def _move(self, target, reason):
        self._require_mover(target)
        self.sudo()._transition(target, reason)
        self._record_move(target, reason)
        return True

    def _move_with(self, target, reason, data):
        """Move these cards with their families; who may was asked of those.

        :param data: what became of the families, for the events
        """
        if self:
            self._transition(target, reason, data=data)
            self._record_move(target, reason)

    def _record_move(self, target, reason):
        for card in self:
            self.env["khbs.audit.event"]._record(
                f"card.{target}", card, {"card_no": card.card_no, "reason": reason}
            )

    def _require_mover(self, target):
        """Raise unless the user may bring every one of these cards to *target*."""
        for state, cards in self.sudo().grouped("state").items():
            # From a state without such a step the user learns why not, if he may
            # take that step from another state.
            movers = life_cycle.movers(state, target) or life_cycle.movers_to(target)
            cards.with_env(self.env)._require_group_of(target, movers)

    def _require_group_of(self, target, groups):
        """Raise AccessError unless the user has one of *groups* and sees the cards."""
        if self.env.su:
            return
        events = self.env["khbs.audit.event"]
        if not any(self.env.user.has_group(group) for group in groups):
            # The refusal names a role that may.
            needed = sorted(groups - {life_cycle.SYSTEM})[0]
            events._require_group(needed, f"card.{target}", self[:1])
        if len(self._filtered_access("read")) != len(self):
            events._record_refused(f"card.{target}", self[:1])
            raise AccessError(
                self.env._("This card belongs to a village that is not yours.")
            )

    def _require_state(self, *states):
        for card in self.sudo():
            if card.state not in states:
                raise UserError(
                    self.env._(
                        "Card %(card)s is %(state)s; this step does not fit it.",
                        card=card.card_no,
                        state=card._state_label(card.state),
                    )
                )

    @api.model
    def _checked_reason(self, reason):
        if reason not in dict(life_cycle.REASONS):
            raise UserError(self.env._("Choose one of the listed reasons."))
        return reason
