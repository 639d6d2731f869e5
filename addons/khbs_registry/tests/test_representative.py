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

    def test_the_number_is_masked_and_the_letter_has_its_time(self):
        household = self._household()
        one = self._representative(household)
        self.assertEqual(one.nik_masked, "6271********9003")
        self.assertNotIn(NIK, str(one.read()))
        self.assertTrue(one.valid)
        self.assertEqual(household._representatives(), one.sudo())
        past = self._representative(valid_to="2026-01-03")
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
        first = self._representative()
        second = self._representative()
        self.assertFalse(first.over_limit)
        third = self._representative()
        self.env.invalidate_all()
        self.assertEqual(third.family_count, 3)
        listed = self.env["khbs.representative"].search([("over_limit", "=", True)])
        self.assertEqual(listed, (first | second | third).sudo())

    def test_revoked_by_the_office(self):
        one = self._representative()
        with self.assertRaises(AccessError), mute_logger("odoo.addons"):
            one.action_revoke()
        one.with_user(self.operator).action_revoke()
        self.assertFalse(one.valid)
        with self.assertRaises(UserError):
            one.with_user(self.operator).action_revoke()
        with self.assertRaises(AccessError):
            one.revoked_on = False
