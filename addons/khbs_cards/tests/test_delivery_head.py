# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.addons.khbs_registry.tests.delivery_common import DeliveryCase

from .common import CardsCase


class TestDeliveryHead(DeliveryCase, CardsCase):
    """A delivery that names another head has the effect of a family event."""

    def setUp(self):
        super().setUp()
        self.family = self._family(size=3)
        self._applied(self.family)
        self.household = self._household_of(self.family)
        self.household.state = "active"
        self.card = self._active(self.household)

    def _states(self):
        self.env.invalidate_all()
        return self.household.card_ids.sorted("card_index").mapped("state")

    def _next_quarter(self, *rows):
        return self._applied(list(rows), quarter="2")

    def test_another_head_gets_another_card(self):
        _former, heir, child = self.family
        self._next_quarter({**heir, "hubungan_keluarga": "1"}, child)
        self.assertEqual(self._states(), ["suspended", "allocated"])
        self.assertEqual(self.household.state, "active")

    def test_a_corrected_head_keeps_the_card(self):
        head, *others = self.family
        self._next_quarter({**head, "nama": "NAMA BENAR", "desil": "3"}, *others)
        self.assertEqual(self._states(), ["active"])

    def test_a_head_taken_from_a_conflict_gets_another_card(self):
        former, heir, child = self.family
        persons = self.household.person_ids.sorted("id")
        visit = self.env["khbs.visit"].create(
            {
                "household_id": self.household.id,
                "officer_id": self._role_user("field_officer").id,
            }
        )
        self.env["khbs.local.value"]._record(persons, ["relation"], "2026-05-10", visit)
        self._next_quarter(
            {**former, "hubungan_keluarga": "11"},
            {**heir, "hubungan_keluarga": "1"},
            child,
        )
        self.assertEqual(self._states(), ["active"])
        conflicts = self.env["khbs.dtsen.conflict"].search(
            [("household_id", "=", self.household.id)], order="person_id"
        )
        conflicts.with_user(self._role_user("validator")).action_take_delivered()
        self.assertEqual(self.household.head_id, persons[1])
        self.assertEqual(self._states(), ["suspended", "allocated"])
