# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .. import life_cycle, province_day

# Cards that expire in one transaction.
EXPIRED_AT_ONCE = 5000


class KhbsCard(models.Model):
    # One file for each part of a card's life.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card"

    # What persons do with cards. Each method may be called by any RPC user, and moves
    # all of these cards or none; ``khbs.card.move`` moves those that it may.

    def action_suspend(self, reason):
        """Stop these cards at once; a card officer may lift it."""
        return self._act_on_all("suspend", reason)

    def action_lift(self, reason="cleared"):
        """Let suspended cards be used again; ``mistake`` undoes the whole block."""
        return self._act_on_all("lift", reason)

    def action_revoke(self, reason):
        """Stop these cards for ever."""
        return self._act_on_all("revoke", reason)

    def action_print(self):
        """Enter that these cards are printed and the printed number was read back."""
        return self._move("printed", "PRINTED")

    def action_ship(self):
        """Send printed or returned cards to their villages."""
        return self._move("shipped", "SHIPPED")

    def action_spoil(self, reason="misprint"):
        """Write spoiled cards off; a new card with a new number is queued for each."""
        return self._act_on_all("spoil", reason)

    def action_replace(self, reason):
        """Queue a new card for families whose card is lost, spoiled or stolen.

        A card in use is suspended meanwhile; the hand-over of the new one revokes it.
        """
        return self._act_on_all("replace", reason)

    def _act_on_all(self, act, reason):
        """Do *act* to all of these cards.

        :raises UserError: one of them does not allow it; none is moved
        """
        self._require_group_of(life_cycle.ACTS[act].target, self._movers_of(act))
        self._require_visible(life_cycle.ACTS[act].target)
        _moved, refused = self._act(act, reason)
        for card in self.sudo():
            if card.id in refused:
                raise UserError(
                    self.env._(
                        "%(card)s: %(why)s", card=card.card_no, why=refused[card.id]
                    )
                )
        return True

    @api.model
    def _cron_expire(self):
        """End the cards in use whose certificates have run out."""
        left = True
        while left:
            count, left = self._expire_some()
            if not self.env["ir.cron"]._commit_progress(count, remaining=left):
                break

    @api.model
    def _expire_some(self):
        """End some of the cards that are due; return (how many, how many are left)."""
        domain = [
            ("state", "in", life_cycle.IN_USE),
            ("valid_until", "<", province_day.day_of()),
        ]
        cards = self.sudo().search(domain, limit=EXPIRED_AT_ONCE, order="id")
        if cards:
            cards._transition("expired", "EXPIRED")
            cards._record_move("expired", "EXPIRED")
        return len(cards), self.sudo().search_count(domain)

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
        self.env["khbs.audit.event"]._record_each(
            f"card.{target}",
            {card: {"card_no": card.card_no, "reason": reason} for card in self},
        )

    def _require_mover(self, target):
        """Raise unless the user may bring every one of these cards to *target*."""
        for state, cards in self.sudo().grouped("state").items():
            # From a state without such a step the user learns why not, if he may
            # take that step from another state.
            movers = life_cycle.movers(state, target) or life_cycle.movers_to(target)
            cards.with_env(self.env)._require_group_of(target, movers)
        self._require_visible(target)

    def _require_group_of(self, target, groups):
        """Raise AccessError unless the user has one of *groups*."""
        if self.env.su or any(map(self.env.user.has_group, groups)):
            return
        # The refusal names a role that may.
        needed = sorted(groups - {life_cycle.SYSTEM})[0]
        events = self.env["khbs.audit.event"]
        events._require_group(needed, f"card.{target}", self[:1])

    def _require_visible(self, target):
        """Raise AccessError unless the user may see all of these cards."""
        if self.env.su or len(self._filtered_access("read")) == len(self):
            return
        self.env["khbs.audit.event"]._record_refused(f"card.{target}", self[:1])
        raise AccessError(self._said_unseen())

    @api.model
    def _checked_reason(self, reason, act):
        if reason in life_cycle.ACTS[act].reasons:
            return reason
        labels = dict(
            self.env["khbs.card.event"]
            ._fields["reason_code"]
            ._description_selection(self.env)
        )
        raise UserError(
            self.env._(
                "This reason does not fit. Choose one of: %(reasons)s.",
                reasons=", ".join(
                    labels[each] for each in life_cycle.ACTS[act].reasons
                ),
            )
        )
