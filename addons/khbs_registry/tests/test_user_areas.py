# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError

from .common import KhbsCase


class TestUserAreas(KhbsCase):
    def test_areas_taken_away_are_out_of_reach_at_once(self):
        household = self._household()
        user = self._role_user("validator", areas=self.village)
        mine = household.with_user(user)
        self.assertTrue(mine.read(["name"]))
        user.khbs_area_ids = self._area("62.06")
        with self.assertRaises(AccessError):
            mine.read(["name"])
        self.assertFalse(self.env["khbs.household"].with_user(user).search([]))
