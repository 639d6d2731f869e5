# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from .common import KhbsCase


class TestAreaTitle(KhbsCase):
    def test_papers_name_each_area_once(self):
        village = self.village
        district, regency = village.parent_id, village._regency()
        self.assertEqual(regency._full_title(), regency.name)
        self.assertEqual(
            district._full_title(), f"Kecamatan {district.name}, {regency.name}"
        )
        self.assertEqual(
            village._full_title(),
            f"{village._title()}, {district._title()}, {regency._title()}",
        )
