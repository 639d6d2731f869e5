# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import KhbsCase

NIK = "6271011505809003"


class TestRepresentative(KhbsCase):
    """Who collects for whom, by which letter."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._role_user("field_officer", areas=cls.village)
        cls.operator = cls._role_user("registry_operator")
        cls.validator = cls._role_user("validator")

    def _representative(self, household=None, **vals):
        values = {
            "household_id": (household or self._household()).id,
            "name": "TETANGGA CONTOH",
            "nik_entry": NIK,
            "relation": "neighbour",
            "letter_number": "SK/1/2026",
            "letter_date": "2026-01-02",
            "valid_from": "2026-01-02",
            "valid_to": "2099-12-31",
        }
        model = self.env["khbs.representative"].with_user(self.officer)
        return model.create({**values, **vals})

    def _confirmed(self, *args, **vals):
        representative = self._representative(*args, **vals)
        self.reading(representative, self.validator).action_confirm()
        return representative

    def test_a_second_person_confirms_it_and_then_it_stays(self):
        household = self._household()
        both = self._role_user("field_officer", "validator")
        one = self._representative(household).with_user(both)
        one.name = "TETANGGA LAIN"
        self.assertFalse(one.valid)
        self.assertFalse(household._representatives())
        with self.assertRaisesRegex(UserError, "second person"):
            self.reading(one).action_confirm()
        with self.assertRaisesRegex(UserError, "not what you opened"):
            one.with_user(self.validator).action_confirm()
        with self.assertRaises(AccessError), mute_logger("odoo.addons"):
            self.reading(one, self.operator).action_confirm()
        with self.assertRaises(AccessError):
            one.confirmed_on = "2026-01-02"
        self.reading(one, self.validator).action_confirm()
        self.assertTrue(one.valid)
        self.assertEqual(household._representatives(), one.sudo())
        for change in (
            {"name": "ORANG KETIGA"},
            {"nik_entry": "6271011505809004"},
            {"valid_to": "2199-12-31"},
            {"letter_number": "SK/2/2026"},
        ):
            with self.assertRaisesRegex(UserError, "anew"):
                one.with_user(self.officer).write(change)
        with self.assertRaisesRegex(UserError, "already"):
            self.reading(one, self.validator).action_confirm()

    def test_the_number_is_masked_and_the_letter_has_its_time(self):
        household = self._household()
        one = self._confirmed(household)
        self.assertEqual(one.nik_masked, "6271********9003")
        self.assertNotIn(NIK, str(one.read()))
        self.assertTrue(one.valid)
        self.assertEqual(household._representatives(), one.sudo())
        past = self._confirmed(valid_to="2026-01-03")
        self.assertFalse(past.valid)
        found = self.env["khbs.representative"].search([("valid", "=", True)])
        self.assertIn(one.sudo(), found)
        self.assertNotIn(past.sudo(), found)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError):
            self._representative(valid_to="2025-01-01")

    def test_who_collects_for_many_is_listed(self):
        self.env["ir.config_parameter"].set_param(
            "khbs.representative.max_families", "2"
        )
        first = self._confirmed()
        second = self._confirmed()
        self.assertFalse(first.over_limit)
        third = self._confirmed()
        self.env.invalidate_all()
        self.assertEqual(third.family_count, 3)
        listed = self.env["khbs.representative"].search([("over_limit", "=", True)])
        self.assertEqual(listed, (first | second | third).sudo())

    def test_revoked_by_the_office(self):
        one = self._confirmed()
        with self.assertRaises(AccessError), mute_logger("odoo.addons"):
            one.action_revoke()
        one.with_user(self.operator).action_revoke()
        self.assertFalse(one.valid)
        with self.assertRaises(UserError):
            one.with_user(self.operator).action_revoke()
        with self.assertRaises(AccessError):
            one.revoked_on = False
