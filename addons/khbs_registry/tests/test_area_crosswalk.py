# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import KhbsCase

FIRST, SECOND = "62.06.01.2001", "62.06.01.2002"


@tagged("post_install", "-at_install")
class TestAreaCrosswalk(KhbsCase):
    def setUp(self):
        super().setUp()
        self.administrator = self._role_user("administrator")

    def _import(self, *rows, user=None):
        text = "\n".join(("kode;kode_bps;lintang;bujur", *rows))
        wizard = (
            self.env["khbs.area.crosswalk"]
            .with_user(user or self.administrator)
            .create({"file": base64.b64encode(text.encode())})
        )
        return wizard.action_import()

    def test_codes_and_centres_are_filled_in(self):
        self._import(f"{FIRST};6209010001;-1.9;113.4", f"{SECOND};6209010002;;")
        first, second = self._area(FIRST), self._area(SECOND)
        self.assertEqual((first.bps_code, first.latitude), ("6209010001", -1.9))
        self.assertEqual(second.bps_code, "6209010002")
        self._import(f"{FIRST};6209010002;;", f"{SECOND};6209010001;;")
        self.assertEqual(first.bps_code, "6209010002")
        self.assertEqual(first.latitude, -1.9, "an empty cell takes nothing away")

    def test_one_wrong_row_and_nothing_is_written(self):
        for wrong in (
            "62.06.99.2999;6209010009;;",
            f"{SECOND};62090100;;",
            f"{SECOND};;selatan;113",
            f"{SECOND};6209010001;;",
        ):
            with self.subTest(wrong), self.assertRaises(UserError):
                self._import(f"{FIRST};6209010001;;", wrong)
        self.assertFalse(self._area(FIRST).bps_code)

    def test_only_administrators(self):
        operator = self._role_user("registry_operator")
        with self.assertRaises(AccessError):
            self._import(f"{FIRST};6209010001;;", user=operator)
