# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time

from .common import KhbsCase


class TestReveal(KhbsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls._role_user("pii_reader")
        cls.household = cls._household(members=2)

    def _reveal(self, user=None, **vals):
        return (
            self.env["khbs.reveal"]
            .with_user(user or self.reader)
            .create(
                {
                    "household_id": self.household.id,
                    "purpose": "complaint",
                    "reference": "PGD/2026/000001",
                    **vals,
                }
            )
        )

    def _events(self):
        return self.env["khbs.audit.event"].search([("act", "=", "household.reveal")])

    def test_numbers_appear_after_the_event(self):
        reveal = self._reveal()
        self.assertFalse(reveal.kk_number)
        self.assertFalse(reveal.numbers)
        reveal.action_reveal()
        event = self._events()
        self.assertEqual(
            (event.user_id, event.res_id), (self.reader, self.household.id)
        )
        self.assertEqual(event.data["purpose"], "complaint")
        reveal.invalidate_recordset()
        self.assertEqual(reveal.kk_number, self.household.kk_number)
        for person in self.household.person_ids:
            self.assertIn(person.nik, reveal.numbers)
            self.assertNotIn(person.nik, str(event.data))

    def test_purpose_and_reference_are_required(self):
        for vals in (
            {"purpose": False},
            {"reference": " "},
            {"reference": "NIK 6271010101809001"},
            {"reference": "NIK 6271.0101 0180-9001"},
        ):
            reveal = self._reveal(**vals)
            with self.assertRaises(UserError):
                reveal.action_reveal()
        self.assertFalse(self._events())

    def test_event_of_another_household_opens_nothing(self):
        reveal = self._reveal()
        reveal.action_reveal()
        other = self._reveal(household_id=self._household().id)
        with self.assertRaises(UserError):
            other.events = self._events().ids
        with self.assertRaises(UserError):
            self._reveal(events=self._events().ids)
        sly = self.env["khbs.reveal"].with_context(default_events=self._events().ids)
        with self.assertRaises(UserError):
            sly.with_user(self.reader).create({"household_id": self.household.id})
        with self.assertRaises(UserError):
            reveal.household_id = other.household_id

    def test_no_other_way_to_the_numbers(self):
        household = self.household.with_user(self.reader)
        for record, name in (
            (household, "kk_number"),
            (household.person_ids[:1], "nik"),
        ):
            with self.assertRaises(AccessError):
                record.read([name])
            with self.assertRaises(AccessError):
                record.search([(name, "=like", "62%")])
            with self.assertRaises(UserError):
                record.export_data([name])

    def test_other_roles_are_refused_and_it_is_recorded(self):
        operator = self._role_user("registry_operator")
        with self.assertRaises(AccessError):
            self._reveal(user=operator)
        reveal = self._reveal()
        # assertRaises would roll the refusal's own cursor back, as it shares ours.
        with self._refused(AccessError):
            reveal.with_user(operator).action_reveal()
        self.assertEqual(self._events().outcome, "refused")

    def test_reader_of_another_area_sees_nothing(self):
        away = self._role_user("pii_reader", areas=self._area("62.06"), login="away")
        with self.assertRaises(AccessError):
            self._reveal(user=away).action_reveal()

    def test_a_reveal_does_not_last(self):
        reveal = self._reveal()
        reveal.action_reveal()
        with freeze_time(fields.Datetime.now() + timedelta(minutes=16)):
            reveal.invalidate_recordset()
            self.assertFalse(reveal.numbers)

    def _several(self, count):
        households = self.household
        for _number in range(count - 1):
            households |= self._household()
        reveals = self.env["khbs.reveal"].with_user(self.reader)
        reveal = reveals.with_context(
            active_model="khbs.household", active_ids=households.ids
        ).create({"purpose": "audit", "reference": "ST/7/2026"})
        return reveal, households

    def test_a_few_families_at_once_each_on_record(self):
        reveal, households = self._several(3)
        reveal.action_reveal()
        self.assertEqual(set(self._events().mapped("res_id")), set(households.ids))
        reveal.invalidate_recordset()
        for household in households:
            self.assertIn(household.kk_number, reveal.numbers)
            self.assertIn(household.person_ids[0].nik, reveal.numbers)

    def test_not_many_at_once_and_not_none(self):
        for count in (11, 0):
            reveal, _households = self._several(count)
            if not count:
                reveal.sudo().household_ids = False
            with self.assertRaises(UserError):
                reveal.action_reveal()
        self.assertFalse(self._events())

    def test_nobody_looks_at_one_family_after_the_other(self):
        self.env["ir.config_parameter"].set_param("khbs.reveals_per_hour", "3")
        reveal, _households = self._several(2)
        reveal.action_reveal()
        more, _others = self._several(2)
        # assertRaises would roll the refusal's own cursor back, as it shares ours.
        with self._refused():
            more.action_reveal()
        self.assertFalse(more.numbers)
        self.assertEqual(self._events().mapped("outcome").count("refused"), 2)
        self._reveal().action_reveal()

    def test_a_family_that_wants_peace_is_left_in_peace(self):
        self.household.processing_suspended_on = "2026-01-01"
        with self.assertRaises(UserError):
            self._reveal().action_reveal()
        reveal = self._reveal(purpose="subject")
        reveal.action_reveal()
        reveal.invalidate_recordset()
        self.assertTrue(reveal.numbers)

    def test_lists_and_deliveries_do_not_open_a_second_way(self):
        reader = self._role_user(
            "pii_reader", "registry_operator", "bkk_proposer", login="three-roles"
        )
        for model, name in (
            ("khbs.aid.list.line", "nik"),
            ("khbs.aid.list.line", "kk_number"),
            ("khbs.dtsen.family", "kk_number"),
        ):
            with self.assertRaises(AccessError):
                self.env[model].with_user(reader).search([(name, "=like", "62%")])

    def test_nobody_tries_numbers_by_the_context(self):
        """A number that exists is refused with the words for one that does not."""
        operator = self._role_user("registry_operator")
        known = self.household
        for number in (known.kk_number, known.kk_number[::-1]):
            families = self.env["khbs.household"].with_user(operator)
            with self.assertRaisesRegex(AccessError, "accepted candidate"):
                families.with_context(default_kk_number=number).create(
                    {"area_id": self.village.id}
                )
        nik = known.sudo().person_ids[:1].nik
        for number in (nik, nik[::-1]):
            persons = self.env["khbs.person"].with_user(operator)
            with self.assertRaisesRegex(AccessError, "accepted candidate"):
                persons.with_context(default_nik=number).create(
                    {"household_id": known.id, "name": "WARGA", "relation": "11"}
                )
