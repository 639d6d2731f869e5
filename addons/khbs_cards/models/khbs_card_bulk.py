# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.tools import SQL

from .. import life_cycle


class KhbsCard(models.Model):
    # One file for each part of a card's life.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card"

    # Acts on many cards: what may be moved is moved, the rest is told with its reason.

    def _examine(self, act):
        """Return {card id: why not} of those of these ids that *act* leaves alone.

        One statement for all of them; who is not in the answer may be moved.

        :param act: a key of ``life_cycle.ACTS``
        """
        self.env.flush_all()
        seen = set(self._visible_ids())
        self.env.cr.execute(
            SQL(
                """
                SELECT card.id, card.state, household.state, newer.card_no, newer.state
                  FROM khbs_card card
                  JOIN khbs_household household ON household.id = card.household_id
                  LEFT JOIN LATERAL (
                       SELECT card_no, state FROM khbs_card other
                        WHERE other.household_id = card.household_id
                          AND CASE card.state
                              -- Whatever the family has: an older one may be in use.
                              WHEN 'destroyed' THEN other.id > card.id
                                   OR other.state <> ALL (%s)
                              ELSE other.id > card.id AND other.state <> 'destroyed'
                              END AND other.id <> card.id
                        ORDER BY other.id DESC LIMIT 1
                  ) newer ON true
                 WHERE card.id = ANY(%s)
                """,
                list(life_cycle.FINAL),
                list(self.ids),
            )
        )
        refused = dict.fromkeys(self.ids, self._said_unseen())
        for card_id, state, family, newer_no, newer_state in self.env.cr.fetchall():
            if card_id in seen:
                newer = (newer_no, newer_state) if newer_no else None
                why = self._why_not(act, state, family, newer)
                refused[card_id] = why
        return {card_id: why for card_id, why in refused.items() if why}

    def _visible_ids(self):
        """Return the ids of those of these cards that exist and the user may see."""
        if self.env.su:
            return self.exists().ids
        return self.search([("id", "in", self.ids)], order="id").ids

    def _why_not(self, act, state, family, newer):
        """Return why *act* does not fit a card, or None.

        :param state: of the card
        :param family: state of its household
        :param newer: (number, state) of the family's newest later card, or None
        """
        starts = life_cycle.ACTS[act].starts
        if state not in starts:
            return self._said_state(act, state)
        groups = starts[state]
        if not self.env.su and not any(map(self.env.user.has_group, groups)):
            return self.env._(
                "From %(state)s only the role %(role)s may do this.",
                state=self._state_label(state),
                role=self.env.ref(sorted(groups)[0]).sudo().name,
            )
        if act == "replace" and newer:
            return self._said_newer(newer)
        if act in ("lift", "replace") and family not in life_cycle.ENTITLED:
            households = self.env["khbs.household"]
            labels = households._fields["state"]._description_selection(self.env)
            return self.env._(
                "The family may not have a card now: it is %(state)s.",
                state=dict(labels)[family],
            )
        return None

    def _said_newer(self, newer):
        number, state = newer
        if state in life_cycle.IN_PRODUCTION:
            return self.env._(
                "A new card is on its way already: %(cards)s.", cards=number
            )
        return self.env._(
            "The family has another card: act on %(card)s instead.", card=number
        )

    def _said_unseen(self):
        return self.env._("This card belongs to a village that is not yours.")

    def _said_state(self, act, state):
        """Return why *act* does not start from *state*, and what to do instead."""
        if act == "lift" and state == "revoked":
            return self.env._(
                "It is revoked for good, and no undo brings it back. If the family may "
                "have a card, order a new one."
            )
        if state in life_cycle.FINAL:
            return self.env._(
                "It is %(state)s, which is final.", state=self._state_label(state)
            )
        if state == life_cycle.ACTS[act].target:
            return self.env._(
                "It is %(state)s already.", state=self._state_label(state)
            )
        if state in life_cycle.BLANK:
            return self.env._(
                "It is being made (%(state)s).", state=self._state_label(state)
            )
        return self.env._(
            "It is %(state)s; this step does not fit it.",
            state=self._state_label(state),
        )

    def _act(self, act, reason):
        """Do *act* to those of these cards that allow it.

        :return: (the cards that were moved, {card id: why not} of the rest)
        """
        self._require_group_of(life_cycle.ACTS[act].target, self._movers_of(act))
        self._checked_reason(reason, act)
        self._lock_families()
        refused = self._examine(act)
        moved = self.browse(each for each in self.ids if each not in refused)
        if moved:
            getattr(moved.sudo(), f"_do_{act}")(reason)
            moved._record_moves(act, reason)
        return moved, refused

    def _movers_of(self, act):
        return life_cycle.ACTS[act].movers

    def _lock_families(self):
        """Lock these cards and the other cards of their families, in one order.

        What one sees after it stays so until the end. Whoever changed a card since
        this transaction began makes it fail, and Odoo runs it anew.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM khbs_card
                 WHERE household_id IN (
                       SELECT household_id FROM khbs_card WHERE id = ANY(%s))
                 ORDER BY id FOR NO KEY UPDATE
                """,
                list(self.ids),
            )
        )
        self.env["khbs.card"].invalidate_model(["state"])

    # What each act does to cards that allow it; who may was asked.

    def _do_suspend(self, reason):
        self._transition("suspended", reason)

    def _do_revoke(self, reason):
        self._transition("revoked", reason)

    def _do_spoil(self, reason):
        self._spoil(reason)

    def _do_lift(self, reason):
        """Let the cards be used again; a mistake undoes what the block brought about.

        The new card that was ordered for a block that should not have been is
        stopped: the family keeps the one it has.
        """
        self._transition("active", reason)
        if reason == "mistake":
            self._stop_replacements()

    def _do_replace(self, reason):
        active = self.filtered(lambda card: card.state == "active")
        if active:
            active._transition("suspended", reason)
        for profile, batch in self.grouped("profile").items():
            self._allocate(batch.household_id, profile)

    def _replacements(self):
        """Return the cards that are to take the place of these."""
        return self.sudo().search(
            [
                ("household_id", "in", self.sudo().household_id.ids),
                ("state", "in", life_cycle.IN_PRODUCTION),
                ("id", "not in", self.ids),
            ]
        )

    def _stop_replacements(self):
        replacements = self._replacements()
        blank = replacements.filtered(lambda card: card.state in life_cycle.BLANK)
        if blank:
            blank.job_ids._close_open()
            blank._transition("destroyed", "mistake")
        made = replacements - blank
        if made:
            made._transition("revoked", "mistake")

    def _record_moves(self, act, reason):
        target = "replacement" if act == "replace" else life_cycle.ACTS[act].target
        self.env["khbs.audit.event"]._record_each(
            f"card.{target}",
            {card: {"card_no": card.card_no, "reason": reason} for card in self.sudo()},
        )

    @api.model
    def _acts_of_user(self):
        """Return the acts of ``life_cycle.ACTS`` that the user's roles may do."""
        return [
            act
            for act in life_cycle.ACTS
            if self.env.su or any(map(self.env.user.has_group, self._movers_of(act)))
        ]
