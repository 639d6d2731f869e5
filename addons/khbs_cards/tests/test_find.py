# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from ast import literal_eval as literal

from lxml import etree

from odoo.addons.khbs_cards import life_cycle
from odoo.addons.khbs_cards.protocol import card_number

from .common import CardsCase


class TestFindByCard(CardsCase):
    """The one search box takes the number of a card too."""

    def test_a_card_leads_to_its_family(self):
        card = self._allocated()
        household = card.household_id
        for role in ("field_officer", "bank_officer"):
            families = self.env["khbs.household"].with_user(self._role_user(role))
            [found] = families.find_families(card.card_no.lower())["families"]
            self.assertEqual(found["id"], household.id)
        persons = self.env["khbs.person"].search([("find", "ilike", card.card_no)])
        self.assertEqual(persons, household.person_ids)

    def test_case_12_19_a_number_of_no_card_says_so(self):
        card = self._allocated()
        families = self.env["khbs.household"].with_user(self._role_user("card_officer"))
        unknown = families.find_families(card_number.make("07", 3))
        self.assertFalse(unknown["families"])
        self.assertIn("Cards of the campaign are void", unknown["hint"])
        wrong = card.card_no[:-1] + str((int(card.card_no[-1]) + 1) % 10)
        self.assertIn("mistyped", families.find_families(wrong)["hint"])
        self.assertNotIn("void", families.find_families("TIDAKADA")["hint"] or "")

    def test_a_number_with_a_wrong_digit_or_elsewhere_finds_nothing(self):
        card = self._allocated()
        wrong = card.card_no[:-1] + str((int(card.card_no[-1]) + 1) % 10)
        away = self._role_user("card_officer", areas=self._area("62.06"))
        for number, user in ((wrong, self.env.user), (card.card_no, away)):
            families = self.env["khbs.household"].with_user(user)
            self.assertFalse(families.find_families(number)["families"])

    def test_cards_of_every_state_are_found_by_a_filter(self):
        """Also those that were written off, which a count speaks of."""
        arch = self.env["khbs.card"].get_view(view_type="search")["arch"]
        found = set()
        for node in etree.fromstring(arch).iter("filter"):
            for leaf in literal(node.get("domain") or "[]"):
                if leaf[0] == "state":
                    found |= {leaf[2]} if leaf[1] == "=" else set(leaf[2])
        self.assertEqual(found, {state for state, _label in life_cycle.STATES})
