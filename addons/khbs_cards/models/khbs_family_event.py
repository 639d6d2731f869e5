# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from .. import life_cycle


class KhbsFamilyEvent(models.Model):
    """What becomes of the cards of the families of an event (DOMAIN 12.4, 12.6, 12.8).

    A card belongs to the household's record, which keeps it through every event: only
    the plastic is exchanged where it names, or may be held by, the wrong person.
    """

    _inherit = "khbs.family.event"

    def _effects(self):
        return [*super()._effects(), *self._said_cards()]

    def _said_cards(self):
        household = self.household_id.sudo()
        ending = self._ending_others()
        if self._ends():
            ending[household] = self._end_reason()
        for family in ending:
            if family.sudo().card_ids.filtered(_is_standing):
                yield self.env._(
                    "The card of %(household)s is blocked for good; it is returned "
                    "with its minutes.",
                    household=family.name,
                )
        exchanged = self._changes_head() or self.kind == "divorce"
        if exchanged and household not in ending:
            if household.card_ids.filtered(life_cycle.names_somebody):
                yield self.env._(
                    "The card of %(household)s is blocked and a new one is made; its "
                    "aid waits for it. There is no second package.",
                    household=household.name,
                )

    def _head_changed(self, household):
        result = super()._head_changed(household)
        self._exchange_card(household)
        return result

    def _divided(self, household):
        result = super()._divided(household)
        # Both sides of a divorce claim the old card: nobody uses it any more.
        if self.kind == "divorce":
            self._exchange_card(household)
        return result

    def _exchange_card(self, household):
        reason = "death" if self.kind == "death" else "other"
        household._exchange_card(reason, {"family_event": self.name})


def _is_standing(card):
    return card.state in (*life_cycle.BLANK, *life_cycle.ON_THE_WAY, *life_cycle.IN_USE)
