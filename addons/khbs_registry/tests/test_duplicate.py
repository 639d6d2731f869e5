# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import reading
from .family_common import FamilyCase


class TestDuplicate(FamilyCase):
    """Two records that may be one person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = cls._role_user("registry_operator")
        cls.pairs = cls.env["khbs.duplicate"]

    def _person(self, name, born="1980-03-04", household=None, nik=None):
        household = household or self._household(members=0)
        return self.env["khbs.person"].create(
            {
                "household_id": household.id,
                "name": name,
                "birth_date": born,
                "sex": "2",
                "relation": "9",
                "nik": nik,
                "nik_status": "valid" if nik else "missing",
            }
        )

    def _found(self):
        self.pairs._find(self.village)
        return self.pairs.search([("area_id", "=", self.village.id)])

    def test_another_spelling_and_a_slip_in_the_date(self):
        one = self._person("SITI AMINAH")
        other = self._person("SITI AMINA")
        swapped = self._person("SITI AMINAH", born="1980-04-03")
        self._person("SITI AMINAH", born="1971-03-04")
        self._person("RUSMIATI")
        pairs = self._found()
        self.assertEqual(
            {tuple(sorted((p.person_id.id, p.other_person_id.id))) for p in pairs},
            {
                (one.id, other.id),
                (one.id, swapped.id),
                (other.id, swapped.id),
            },
        )
        self.assertFalse(self.pairs._find(self.village), "a pair is found once")

    def test_another_village_is_another_matter(self):
        self._person("SITI AMINAH")
        elsewhere = self._household(self._area("62.06.01.2003"), members=0)
        self._person("SITI AMINAH", household=elsewhere)
        self.assertFalse(self._found())

    def test_case_12_17_twins_on_one_kk_are_no_pair(self):
        family = self._household(members=0)
        self._person("SITI AISYAH", household=family, nik="6271014403809001")
        self._person("SITI AISYIAH", household=family, nik="6271014403809002")
        self.assertFalse(self._found())

    def test_case_12_17_namesakes_are_never_merged_by_the_program(self):
        one = self._person("SITI AMINAH", nik="6271014403809003")
        other = self._person("SITI AMINAH", nik="6271014403809004")
        pair = self._found().with_user(self.operator)
        self.assertEqual((one.active, other.active), (True, True))
        pair.action_later()
        self.assertEqual(pair.state, "later")
        pair.action_different()
        self.assertFalse(self.pairs._find(self.village))
        self.assertEqual((one.active, other.active), (True, True))
        with self.assertRaises(UserError):
            pair.action_same()

    def test_one_person_leads_to_a_family_event(self):
        household, (head, child) = self._family("1", "4", state="active")
        child.write({"name": "SITI AMINAH", "birth_date": "1980-03-04", "sex": "2"})
        twice = self._person("SITI AMINA")
        pair = self._found().with_user(self.operator)
        action = pair.action_same()
        event = self.env["khbs.family.event"].browse(action["res_id"])
        self.assertEqual((event.kind, event.person_ids), ("double", twice))
        self.assertEqual(event.same_person_id, child)
        self.assertEqual((twice.active, pair.event_id), (True, event))
        event.write({"letter_number": "1", "letter_date": "2026-01-01"})
        event.with_user(self.operator).action_submit()
        reading(event, self.validator).action_accept()
        self.assertFalse(twice.active)
        self.assertEqual(twice.household_id.state, "exited")
        self.assertEqual(household.person_ids, head | child)

    def test_one_family_twice_leads_to_a_merger(self):
        household, (head, _wife) = self._family("1", "3", state="active")
        head.write({"name": "SITI AMINAH", "birth_date": "1980-03-04", "sex": "2"})
        twice = self._person("SITI AMINA")
        pair = self._found().with_user(self.operator)
        action = pair.action_same_family()
        event = self.env["khbs.family.event"].browse(action["res_id"])
        self.assertEqual((event.kind, event.household_id), ("merge", household))
        self.assertEqual(event.other_household_id, twice.household_id)

    def test_a_refused_event_asks_again(self):
        self._person("SITI AMINAH")
        self._person("SITI AMINA")
        pair = self._found().with_user(self.operator)
        event = self.env["khbs.family.event"].browse(pair.action_same()["res_id"])
        event.write({"letter_number": "1", "letter_date": "2026-01-01"})
        event.with_user(self.operator).action_submit()
        event.with_user(self.validator).action_refuse("Bukan orang yang sama")
        self.assertEqual((pair.state, bool(pair.event_id)), ("open", False))

    def test_the_operator_decides(self):
        self._person("SITI AMINAH")
        self._person("SITI AMINA")
        pair = self._found()
        with self.assertRaises(AccessError), mute_logger("odoo.addons"):
            pair.with_user(self.validator).action_different()
        with self.assertRaises(AccessError):
            pair.with_user(self.operator).state = "different"

    def test_a_search_goes_on_where_it_stopped(self):
        self._person("SITI AMINAH")
        self._person("SITI AMINA")
        scan = self.env["khbs.duplicate.scan"].with_user(self.operator)
        scan = scan.create({"area_id": self.province.id})
        scan.action_start()
        scan.sudo()._step()
        self.assertEqual((scan.state, scan.done_count), ("running", 40))
        scan.action_stop()
        scan.action_start()
        while scan.state == "running":
            scan.sudo()._step()
        self.assertEqual(scan.done_count, scan.village_count)
        self.assertEqual(scan.done_count, 1571)
        self.assertEqual(scan.pair_count, 1)

    def test_who_moved_away_is_out_of_reach_with_the_pair(self):
        """A pair shows names, addresses and masked numbers of two families."""
        local = self._role_user("registry_operator", areas=self.village, login="local")
        elsewhere = self._area("62.06.01.2003")
        new = self._role_user("registry_operator", areas=elsewhere, login="new")
        one, other = self._person("SITI AMINAH"), self._person("SITI AMINA")
        pair = self._found()
        self.assertTrue(pair.with_user(local).has_access("read"))
        other.household_id.area_id = elsewhere
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(pair.with_user(local).has_access("read"))
        self.assertFalse(pair.with_user(new).has_access("read"))
        one.household_id.area_id = elsewhere
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(pair.with_user(local).has_access("read"))
        self.assertTrue(pair.with_user(new).has_access("read"))
        # The record that was dropped leaves its pair on file.
        other.active = False
        self.assertIn(pair, self.pairs.with_user(new).search([]).sudo())
