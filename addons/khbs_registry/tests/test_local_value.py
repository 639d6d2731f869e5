# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged

from .common import KhbsCase


@tagged("post_install", "-at_install")
class TestLocalValue(KhbsCase):
    def setUp(self):
        super().setUp()
        self.household = self._household(members=2, state="listed")
        officer = self._role_user("field_officer")
        self.visit = self.env["khbs.visit"].create(
            {"household_id": self.household.id, "officer_id": officer.id}
        )

    def _known(self):
        return {
            (value.person_id, value.field_name): value.verified_on.isoformat()
            for value in self.env["khbs.local.value"].search(
                [("household_id", "=", self.household.id), ("current", "=", True)]
            )
        }

    def test_the_later_verification_is_the_current_one(self):
        values = self.env["khbs.local.value"]
        nobody = self.env["khbs.person"]
        head = self.household.head_id
        values._record(self.household, ["address", "rt"], "2026-03-01", self.visit)
        values._record(self.household, ["address"], "2026-04-01", self.visit)
        values._record(head, ["name"], "2026-04-02", self.visit)
        self.assertEqual(
            self._known(),
            {
                (nobody, "address"): "2026-04-01",
                (nobody, "rt"): "2026-03-01",
                (head, "name"): "2026-04-02",
            },
        )
        self.assertEqual(
            self.env["khbs.local.value"].search_count(
                [("household_id", "=", self.household.id)]
            ),
            4,
            "the earlier one stays as history",
        )

    def test_an_accepted_visit_verifies_what_it_found(self):
        self.visit.write(
            {
                "result": "found",
                "dwelling_kind": "owned",
                "latitude": -2.2,
                "longitude": 113.9,
                "accuracy_m": 9,
                # 5 March in the evening of UTC is the 6th in Kalimantan Tengah.
                "captured_at": "2026-03-05 20:00:00",
                "state": "submitted",
                "submitted_at": "2026-03-07 01:00:00",
            }
        )
        self.visit.with_context(tz="Asia/Pontianak")._update_household()
        nobody = self.env["khbs.person"]
        self.assertEqual(
            self._known(),
            {
                (nobody, name): "2026-03-06"
                for name in ("dwelling_kind", "latitude", "longitude")
            },
        )
