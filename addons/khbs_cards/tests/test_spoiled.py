# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from .common import CardsCase


class TestSpoiled(CardsCase):
    """Blanks that came are cards, spoiled plastic and what is left: nothing else."""

    def _rows(self, card):
        """Return (kind, why, step) of each row of lost plastic of *card*."""
        rows = self.env["khbs.card.spoiled"].search([("card_id", "=", card.id)])
        return [(row.kind, row.why, row.step) for row in rows]

    def _made(self, state="locked"):
        card = self._allocated()
        self._personalise(card)
        if state == "printed":
            card._transition("printed", "PRINTED")
        return card

    def test_a_family_that_leaves(self):
        made, waiting = self._made(), self._allocated()
        for card in (made, waiting):
            card.household_id._has_left({})
            self.assertEqual(card.state, "destroyed")
        self.assertEqual(self._rows(made), [("misprint", "other", 0)])
        # Nothing was made of it: no plastic is lost.
        self.assertEqual(self._rows(waiting), [])

    def test_a_replacement_that_is_stopped(self):
        old, _chip = self._active()
        officer = self._role_user("card_officer")
        old.with_user(officer).action_replace("lost")
        new = old.household_id.card_ids - old
        self._personalise(new)
        old.with_user(officer).action_lift("mistake")
        self.assertEqual(new.state, "destroyed")
        self.assertEqual(self._rows(new), [("misprint", "mistake", 0)])

    def test_every_way_to_be_destroyed_enters_the_plastic_once(self):
        first, second, third = self._made(), self._made("printed"), self._made()
        (first + second)._transition("destroyed", "misprint")
        third._spoil("misprint", "S0001", 10, "wrong number")
        for card in (first, second):
            self.assertEqual(self._rows(card), [("misprint", "misprint", 0)])
        self.assertEqual(self._rows(third), [("misprint", "wrong number", 10)])
