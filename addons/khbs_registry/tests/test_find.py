# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import KhbsCase


@tagged("post_install", "-at_install")
class TestFind(KhbsCase):
    """One box: name and village, NIK, KK, number of the household."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.samba = cls._area("62.06").child_ids.child_ids.filtered(
            lambda area: area.name.startswith("Tumbang")
        )[:1]
        cls.siti = cls._household(members=2)
        cls.upriver = cls._household(village=cls.samba)
        cls._name_head(cls.siti, "SITI AMINAH BINTI SALEH")
        cls._name_head(cls.upriver, "SITI NURHALIZA D'ANGELO")
        cls.operator = cls._role_user("registry_operator")

    @classmethod
    def _name_head(cls, household, name):
        household.person_ids.filtered(lambda p: p.relation == "1").name = name

    def _found(self, text, user=None):
        families = self.env["khbs.household"].with_user(user or self.operator)
        answer = families.find_families(text)
        return [family["id"] for family in answer["families"]]

    def _events(self):
        return self.env["khbs.audit.event"].search([("act", "=", "household.find")])

    def test_name_and_village_in_any_order(self):
        for text in ("siti tumbang", "Tumbang  Siti", "nurhaliza", "SITI d'angelo"):
            self.assertIn(self.upriver.id, self._found(text), text)
            self.assertNotIn(self.siti.id, self._found(f"{text} tumbang"), text)
        self.assertIn(self.siti.id, self._found("siti saleh"))
        self.assertFalse(self._found("siti tumbang saleh"))
        self.assertFalse(self._events())

    def test_wildcards_are_letters(self):
        for text in ("SI%AMINAH", "S_TI", "%%%", "___", "SITI\\"):
            self.assertFalse(self._found(text), text)

    def test_a_member_is_found_and_named(self):
        child = self.siti.person_ids - self.siti.head_id
        child.name = "BAMBANG UJICOBA"
        families = self.env["khbs.household"].with_user(self.operator)
        [family] = families.find_families("ujicoba")["families"]
        self.assertEqual(family["member"], "BAMBANG UJICOBA")
        self.assertEqual(family["head"], "SITI AMINAH BINTI SALEH")

    def test_number_of_the_household(self):
        self.assertEqual(self._found(self.siti.name.lower()), self.siti.ids)
        serial = self.siti.name.rpartition("-")[2]
        self.assertIn(self.siti.id, self._found(serial))

    def test_nik_and_kk_are_found_whole_and_answered_masked(self):
        person = self.siti.person_ids[1]
        for number in (
            self.siti.kk_number,
            person.nik,
            f" {person.nik[:4]} {person.nik[4:]}",
        ):
            self.assertEqual(self._found(number), self.siti.ids)
        families = self.env["khbs.household"].with_user(self.operator)
        answer = json.dumps(families.find_families(person.nik))
        self.assertNotIn(person.nik, answer)
        self.assertNotIn(self.siti.kk_number, answer)
        self.assertIn(self.siti.kk_masked, answer)

    def test_a_former_kk_leads_to_the_family(self):
        former = "6271010101209999"
        self.env["khbs.household.kk"].create(
            {
                "household_id": self.siti.id,
                "kk_number": former,
                "valid_from": "2020-01-01",
                "valid_to": "2024-01-01",
                "reason": "Pecah KK",
            }
        )
        self.assertEqual(self._found(former), self.siti.ids)

    def test_a_former_nik_leads_to_its_person(self):
        former = "6271010101809998"
        person = self.siti.person_ids[1]
        self.env["khbs.person.nik"].create(
            {
                "person_id": person.id,
                "nik": former,
                "valid_to": "2024-01-01",
                "reason": "Perbaikan Dukcapil",
            }
        )
        self.assertEqual(self._found(former), self.siti.ids)
        persons = self.env["khbs.person"].with_user(self.operator)
        self.assertEqual(persons.search([("find", "ilike", former)]), person)

    def test_a_part_of_a_number_finds_nothing(self):
        number = self.siti.kk_number
        families = self.env["khbs.household"].with_user(self.operator)
        for part in (number[:15], number[:8], number[1:], f"{number}1"):
            with self.assertRaises(UserError):
                families.find_families(part)
            with self.assertRaises(UserError):
                families.search([("find", "ilike", part)])
            self.assertFalse(families.name_search(part))
        self.assertFalse(self._events())

    def test_a_search_by_number_is_recorded_without_the_number(self):
        self._found(self.siti.kk_number)
        event = self._events()
        self.assertEqual(event.user_id, self.operator)
        self.assertEqual(event.data["found"], 1)
        self.assertNotIn(self.siti.kk_number, json.dumps(event.data))
        # The same again within a moment is the same screen.
        self.env["khbs.household"].with_user(self.operator).web_search_read(
            [("find", "ilike", self.siti.kk_number)], {"name": {}}
        )
        self.assertEqual(len(self._events()), 1)
        self._found("6271010101200000")
        self.assertEqual(self._events()[0].data["found"], 0)
        self.assertNotEqual(self._events()[0].data["number"], event.data["number"])

    def test_a_stranger_finds_nothing_by_number(self):
        away = self._role_user(
            "registry_operator", areas=self._area("62.06"), login="away"
        )
        self.assertFalse(self._found(self.siti.kk_number, away))
        self.assertEqual(self._events().data["found"], 0)
        self.assertFalse(self._found("aminah", away))

    def test_other_roles_do_not_search_by_number(self):
        for role in ("bank_officer", "terminal_officer", "distribution_officer"):
            user = self._role_user(role)
            with self._refused(AccessError):
                self._found(self.siti.kk_number, user)
            self.assertEqual(self._events()[0].outcome, "refused")
            families = self.env["khbs.household"].with_user(user)
            self.assertFalse(families.name_search(self.siti.kk_number))
            self.assertIn(self.siti.id, self._found("aminah", user))
        administrator = self._role_user("administrator")
        with self.assertRaises(AccessError):
            self._found("aminah", administrator)

    def test_nobody_tries_numbers_by_the_hundred(self):
        self.env["ir.config_parameter"].set_param("khbs.number_searches_per_hour", "3")
        for number in range(3):
            self._found(f"62710101012000{number:02d}")
        families = self.env["khbs.household"].with_user(self.operator)
        many = [f"62710101012001{number:02d}" for number in range(5)]
        with self._refused():
            self._found(self.siti.kk_number)
        with self._refused():
            families.search([("find", "in", many)])
        outcomes = self._events().mapped("outcome")
        self.assertEqual(outcomes.count("done"), 3)
        self.assertGreaterEqual(outcomes.count("refused"), 2)
        other = self._role_user("validator")
        self.assertEqual(self._found(self.siti.kk_number, other), self.siti.ids)

    def test_the_negation_of_a_number_is_a_search_for_it(self):
        families = self.env["khbs.household"].with_user(self.operator)
        operators = ("not ilike", "not like", "!=")
        numbers = (self.siti.kk_number, *self.siti.person_ids.mapped("nik"))
        for operator, number in zip(operators, numbers, strict=True):
            searched = len(self._events())
            found = families.search([("find", operator, number)])
            self.assertNotIn(self.siti, found, operator)
            self.assertEqual(len(self._events()), searched + 1, operator)
            self.assertIn("number", self._events()[0].data)

    def test_numbers_are_not_compared(self):
        families = self.env["khbs.household"].with_user(self.operator)
        for operator in ("<", ">="):
            refusals = set()
            for number in (self.siti.kk_number, "6271010101200099"):
                with self.assertRaises(UserError) as refusal:
                    families.search([("find", operator, number)])
                refusals.add(str(refusal.exception).replace(number, ""))
            self.assertEqual(len(refusals), 1, refusals)
        self.assertFalse(self._events())

    def test_fields_that_link_to_a_family_offer_it_by_name_and_village(self):
        families = self.env["khbs.household"].with_user(self.operator)
        self.assertEqual(
            families.name_search("nurhaliza tumbang"),
            [(self.upriver.id, self.upriver.display_name)],
        )
        persons = self.env["khbs.person"].with_user(self.operator)
        self.assertEqual(
            [found[0] for found in persons.name_search("nurhaliza tumbang")],
            self.upriver.person_ids.ids,
        )
        self.assertEqual(
            persons.search([("find", "ilike", self.siti.person_ids[1].nik)]),
            self.siti.person_ids[1],
        )
        self.assertEqual(
            persons.search([("find", "ilike", self.siti.kk_number)]),
            self.siti.person_ids,
        )

    def test_who_reads_very_much_is_recorded_once(self):
        self.env["ir.config_parameter"].set_param("khbs.reads_per_hour", "3")
        reader = self._role_user("validator", login="pembaca-banyak")
        families = self.env["khbs.household"].with_user(reader)
        for _time in range(4):
            families.web_search_read([], {"name": {}}, limit=2)
        events = self.env["khbs.audit.event"].search([("act", "=", "data.flood")])
        self.assertEqual(events.user_id, reader)
        self.assertEqual(events.data["limit"], 3)
