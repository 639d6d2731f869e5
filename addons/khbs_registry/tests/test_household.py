# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError, UserError

from .common import KhbsCase


class TestHousehold(KhbsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = cls._role_user("registry_operator", areas=cls.village)
        cls.household = cls._household().with_user(cls.operator)

    def _changes(self, act):
        return self.env["khbs.audit.event"].search([("act", "=", act)])

    def test_what_is_entered_by_hand_is_recorded_by_field(self):
        household = self.env["khbs.household"].with_user(self.operator)
        household = household.create({"area_id": self.village.id, "address": "JL X"})
        event = self._changes("household.change")
        self.assertEqual((event.user_id, event.res_id), (self.operator, household.id))
        self.assertEqual(event.data, {"fields": ["address", "area_id"]})
        person = self.env["khbs.person"].with_user(self.operator)
        values = {"household_id": household.id, "name": "NAMA LAIN", "relation": "1"}
        person.create(values)
        event = self._changes("person.change")
        self.assertEqual(event.data, {"fields": sorted(values)})
        self.assertNotIn("NAMA LAIN", str(event.data))

    def test_nobody_joins_a_known_family_by_hand(self):
        with self.assertRaisesRegex(UserError, "family event"):
            self.env["khbs.person"].with_user(self.operator).create(
                {"household_id": self.household.id, "name": "X", "relation": "9"}
            )

    def test_nothing_known_is_changed_by_hand(self):
        for record, values in (
            (self.household, {"decile": "2"}),
            (self.household.person_ids, {"name": "NAMA LAIN"}),
        ):
            with self.assertRaises(AccessError):
                record.write(values)

    def test_nobody_moves_a_family_or_a_member_out_of_reach(self):
        elsewhere = self._area("62.06.01.2003")
        with self.assertRaises(AccessError):
            self.household.area_id = elsewhere
        child = self._household(members=2).person_ids[1:]
        with self.assertRaises(AccessError):
            child.with_user(self.operator).household_id = self._household(elsewhere)

    def test_a_family_is_not_archived_beside_its_states(self):
        """The KK number of an archived family would be free for a second card."""
        with self.assertRaises(AccessError):
            self.household.active = False

    def test_the_history_of_kk_numbers_is_not_written_by_hand(self):
        history = self.env["khbs.household.kk"].create(
            {
                "household_id": self.household.id,
                "kk_number": self.household.sudo().kk_number,
                "valid_from": "2026-01-01",
                "reason": "DTSEN/2026/0001",
            }
        )
        with self.assertRaises(AccessError):
            history.with_user(self.operator).valid_to = "2026-02-01"

    def test_roles_without_families_in_their_work_do_not_read_them(self):
        for role in ("bkk_proposer", "bkk_verifier", "administrator"):
            user = self._role_user(role)
            for model in (
                "khbs.household",
                "khbs.household.kk",
                "khbs.person",
                "khbs.recipient.line",
            ):
                self.assertFalse(self.env[model].with_user(user).has_access("read"))
