# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from .common import reading
from .family_common import FamilyCase

NEW_KK = "6271010103260001"
OTHER_KK = "6271010103260002"


class TestFamilyEvent(FamilyCase):
    """What happens in families, each by its guided operation."""

    def _numbers(self, household):
        return household.kk_ids.sorted("id").mapped(
            lambda row: (row.kk_number, str(row.valid_from), str(row.valid_to))
        )

    def _shown(self, records):
        return records.with_user(self.proposer).read()

    def test_new_kk_number_leaves_the_former_in_the_history(self):
        household, _members = self._family("1", "3")
        former = household.kk_number
        event = self._carried_out(household, "new_kk", kk_entry=NEW_KK)
        self.assertEqual(household.kk_number, NEW_KK)
        self.assertEqual(
            self._numbers(household),
            [(former, "2026-01-05", "2026-03-01"), (NEW_KK, "2026-03-01", "False")],
        )
        self.assertEqual(household.kk_ids.sorted("id")[1].reason, event.name)
        value = self.env["khbs.local.value"].search(
            [("household_id", "=", household.id), ("field_name", "=", "kk_number")]
        )
        self.assertEqual((value.source, value.source_id), ("family_event", event.id))

    def test_a_kk_number_of_another_family_is_refused_by_a_sentence(self):
        household, _members = self._family("1")
        other, _others = self._family("1")
        event = self._event(household, "new_kk", kk_entry=other.kk_number)
        with self.assertRaisesRegex(UserError, other.name):
            event.action_submit()
        with self.assertRaises(UserError):
            self._event(household, "new_kk", kk_entry="12345")

    def test_numbers_entered_are_shown_masked_alone(self):
        household, _members = self._family("1")
        event = self._event(household, "new_kk", kk_entry=NEW_KK)
        read = event.read()[0]
        self.assertEqual(read["kk_masked"], "6271********0001")
        self.assertNotIn(NEW_KK, str(read))
        self.assertNotIn(NEW_KK, event.effects)

    def test_death_of_a_member(self):
        household, (_head, wife, child) = self._family("1", "3", "4")
        self._carried_out(household, "death", [child])
        self.assertEqual(child.state, "deceased")
        self.assertEqual(household.head_id.relation, "1")
        self.assertEqual(household.member_count, 2)
        self.assertEqual(wife.relation, "3")

    def test_death_of_the_head_gives_the_family_another_one(self):
        household, (head, wife, child) = self._family("1", "3", "4")
        mother = self.env["khbs.person"].create(
            {"household_id": household.id, "name": "IBU", "relation": "7", "sex": "2"}
        )
        event = self._event(household, "death", [head])
        with self.assertRaisesRegex(UserError, "head of the family"):
            event.action_submit()
        event.new_head_id = wife
        event.kk_entry = NEW_KK
        self.assertIn(wife.name, event.effects)
        event.action_submit()
        reading(event, self.validator).action_accept()
        self.env.invalidate_all()
        self.assertEqual(household.head_id, wife)
        self.assertEqual((child.relation, mother.relation), ("4", "8"))
        self.assertEqual((head.state, household.state), ("deceased", "active"))
        self.assertEqual(household.kk_number, NEW_KK)

    def test_case_12_06_a_family_whose_last_member_died_exits(self):
        household, (head,) = self._family("1")
        self._carried_out(household, "death", [head])
        self.assertEqual(
            (household.state, household.reason_code), ("exited", "DECEASED")
        )
        self.assertFalse(household.kk_ids.filtered(lambda row: not row.valid_to))

    def test_split_with_the_place_kept_by_those_who_stay(self):
        household, (head, _wife, son, grandchild) = self._family("1", "3", "4", "6")
        former = household.kk_number
        event = self._carried_out(
            household,
            "split",
            [son, grandchild],
            other_head_id=son.id,
            other_kk_entry=OTHER_KK,
        )
        other = event.result_household_id
        self.assertEqual(household.head_id, head)
        self.assertEqual(other.person_ids, son | grandchild)
        self.assertEqual(other.head_id, son)
        self.assertEqual((household.kk_number, household.state), (former, "active"))
        self.assertEqual(
            (other.kk_number, other.state, other.reason_code, other.decile),
            (OTHER_KK, "needs_verification", "FAMILY_SPLIT", False),
        )
        self.assertEqual(
            [number[0] for number in self._numbers(other)], [former, OTHER_KK]
        )

    def test_split_with_the_place_kept_by_those_who_leave(self):
        """The record, and so card and aid, goes; the KK and DTSEN's key stay."""
        household, (head, wife, son) = self._family("1", "3", "4", dtsen_key="62001")
        former = household.kk_number
        event = self._carried_out(
            household,
            "split",
            [son],
            other_head_id=son.id,
            place_kept="leaving",
            other_kk_entry=OTHER_KK,
        )
        other = event.result_household_id
        self.assertEqual(household.person_ids, son)
        self.assertEqual((household.kk_number, household.state), (OTHER_KK, "active"))
        self.assertFalse(household.dtsen_key)
        self.assertEqual(other.person_ids, head | wife)
        self.assertEqual((other.kk_number, other.dtsen_key), (former, "62001"))
        self.assertEqual(other.state, "needs_verification")

    def test_nobody_divides_a_family_into_nobody(self):
        household, (head, wife) = self._family("1", "3")
        event = self._event(household, "split", [head, wife], other_head_id=head.id)
        with self.assertRaises(UserError):
            event.action_submit()

    def test_divorce_of_the_head(self):
        household, (head, wife, child) = self._family("1", "3", "4")
        event = self._carried_out(
            household, "divorce", [head], other_head_id=head.id, new_head_id=wife.id
        )
        self.assertEqual(household.person_ids, wife | child)
        self.assertEqual(household.head_id, wife)
        self.assertEqual(event.result_household_id.head_id, head)
        self.assertFalse(event.result_household_id.kk_number)

    def test_two_families_become_one(self):
        household, (head,) = self._family("1")
        other, (mother, uncle) = self._family("1", "9")
        event = self._event(household, "merge", other_household_id=other.id)
        event.member_ids.filtered(
            lambda line: line.person_id == mother
        ).relation_after = "7"
        event.action_submit()
        reading(event, self.validator).action_accept()
        self.env.invalidate_all()
        self.assertEqual(household.person_ids, head | mother | uncle)
        self.assertEqual((mother.relation, uncle.relation), ("7", "9"))
        self.assertEqual((other.state, other.reason_code), ("exited", "MERGED"))
        self.assertEqual(household.state, "active")

    def test_a_person_recorded_twice(self):
        household, (_head, child) = self._family("1", "4")
        other, (twice,) = self._family("1")
        child.write({"nik": False, "nik_status": "missing"})
        nik = twice.nik
        self._carried_out(other, "double", [twice], same_person_id=child.id)
        self.assertFalse(twice.active)
        self.assertEqual((child.nik, child.nik_status), (nik, "valid"))
        self.assertEqual((other.state, other.reason_code), ("exited", "DUPLICATE"))

    def test_a_known_person_joins_and_leaves_no_family_without_head(self):
        household, _members = self._family("1")
        other, (father, daughter) = self._family("1", "4")
        event = self._event(household, "move_in", [father])
        with self.assertRaisesRegex(UserError, other.name):
            event.action_submit()
        self._carried_out(household, "move_in", [daughter])
        self.assertEqual(daughter.household_id, household)
        self.assertEqual(daughter.relation, "9")
        self.assertEqual(other.person_ids, father)

    def test_a_child_is_born(self):
        household, _members = self._family("1", "3")
        child = {
            "name": "bayi contoh",
            "nik_entry": "6271014102269001",
            "birth_date": "2026-02-01",
            "sex": "2",
            "relation": "4",
        }
        event = self._carried_out(
            household, "move_in", newcomer_ids=[Command.create(child)]
        )
        born = household.person_ids.sorted("id")[-1]
        self.assertEqual((born.name, born.relation), ("BAYI CONTOH", "4"))
        self.assertEqual((born.nik, born.nik_status), ("6271014102269001", "valid"))
        self.assertNotIn("6271014102269001", str(self._shown(event.newcomer_ids)))

    def test_somebody_leaves_the_family(self):
        household, (_head, child) = self._family("1", "4")
        self._carried_out(household, "move_out", [child])
        self.assertEqual((child.state, household.member_count), ("moved", 1))

    def test_case_12_07_a_family_moved_inside_the_province(self):
        household, (_head, _wife) = self._family("1", "3")
        household.write({"latitude": -2.2, "longitude": 113.9, "address": "JL LAMA"})
        elsewhere = self._area("62.06.01.2003")
        everywhere = self._role_user("registry_operator")
        self._carried_out(
            household,
            "relocate",
            user=everywhere,
            to_area_id=elsewhere.id,
            to_address="JL BARU",
            kk_entry=NEW_KK,
        )
        self.assertEqual(household.area_id, elsewhere)
        self.assertEqual(household.regency_id.code, "62.06")
        self.assertEqual((household.state, household.latitude), ("active", 0))
        self.assertEqual((household.kk_number, household.address), (NEW_KK, "JL BARU"))

    def test_case_12_07_a_moved_family_has_no_position_and_shares_no_house(self):
        """Without a position is NULL, not a house at 0/0 with all who moved."""
        everywhere = self._role_user("field_officer", login="everywhere")
        position = {"latitude": -2.2, "longitude": 113.9, "accuracy_m": 8}
        households = self.env["khbs.household"]
        for _family in range(3):
            vals = {"decile": "2", "state": "eligible", **position}
            households |= self._family("1", "3", **vals)[0]
        for household in households[:2]:
            self._carried_out(
                household,
                "relocate",
                user=everywhere,
                to_area_id=self._area("62.06.01.2001").id,
                to_address="JL BARU",
                to_rt="1",
            )
        query = "SELECT latitude, longitude, accuracy_m FROM khbs_household WHERE id=%s"
        self.env.cr.execute(query, [households[0].id])
        self.assertEqual(self.env.cr.fetchone(), (None, None, None))
        # As it was written until now.
        households[1].write({"latitude": 0, "longitude": 0})
        criteria = self.env["khbs.criteria"].create(
            {
                "name": "Rumah",
                "legal_basis": "Kepgub",
                "valid_from": "2026-01-01",
                "max_decile": "5",
                "unit": "house",
                "needs_place": True,
                "needs_head_nik": False,
            }
        )
        criteria.state = "in_force"
        operator = self._role_user("registry_operator")
        criteria.with_user(operator).action_decide_families()
        self.env.invalidate_all()
        self.assertEqual(
            [(household.state, household.reason_code) for household in households],
            [("needs_verification", "PLACE_MISSING")] * 2 + [("eligible", False)],
        )

    def test_case_12_07_a_family_moved_out_of_the_province(self):
        household, members = self._family("1", "3")
        self._carried_out(household, "relocate", leaves_province=True)
        self.assertEqual(
            (household.state, household.reason_code), ("exited", "MOVED_OUT")
        )
        self.assertEqual({member.state for member in members}, {"moved"})

    def test_a_family_leaves_the_programme(self):
        household, _members = self._family("1")
        self._carried_out(household, "exit", exit_reason="GRADUATED")
        self.assertEqual(household.reason_code, "GRADUATED")

    def test_evidence_and_a_past_date_are_asked_for(self):
        household, (_head, child) = self._family("1", "4")
        event = self._event(household, "death", [child], letter_number=False)
        with self.assertRaisesRegex(UserError, "letter"):
            event.action_submit()
        event.write({"letter_number": "1", "event_date": "2999-01-01"})
        with self.assertRaisesRegex(UserError, "future"):
            event.action_submit()

    def test_who_proposes_does_not_decide(self):
        both = self._role_user("registry_operator", "validator")
        household, (_head, child) = self._family("1", "4")
        event = self._event(household, "death", [child], user=both)
        event.action_submit()
        with self.assertRaises(UserError), mute_logger("odoo.addons"):
            reading(event, both).action_accept()
        with self.assertRaises(AccessError), mute_logger("odoo.addons"):
            reading(event, self.proposer).action_accept()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError):
            event.sudo().write({"validator_id": both.id})
            self.env.flush_all()

    def test_nobody_writes_a_course_or_a_number_by_hand(self):
        household, (_head, child) = self._family("1", "4")
        event = self._event(household, "death", [child])
        for values in (
            {"state": "accepted"},
            {"kk_number": NEW_KK},
            {"proposer_id": self.validator.id},
        ):
            with self.assertRaises(AccessError):
                event.write(values)
        event.action_submit()
        with self.assertRaises(UserError):
            event.unlink()
        with self.assertRaises(AccessError):
            event.member_ids.unlink()
        with self.assertRaises(AccessError):
            event.member_ids[:1].relation_after = "9"
        with self.assertRaises(UserError):
            event.kk_entry = NEW_KK

    def test_refused_with_a_reason_changes_nothing(self):
        household, (_head, child) = self._family("1", "4")
        event = self._event(household, "death", [child])
        event.action_submit()
        wizard = self.env["khbs.refusal"].with_user(self.validator)
        wizard = wizard.with_context(active_model=event._name, active_id=event.id)
        wizard.create({"reason": "Surat tidak terbaca"}).action_refuse()
        self.assertEqual((event.state, child.state), ("refused", "alive"))
        self.assertEqual(event.refusal, "Surat tidak terbaca")

    def test_a_family_that_changed_meanwhile_is_read_anew(self):
        household, (_head, child, other) = self._family("1", "4", "4")
        event = self._event(household, "death", [child])
        event.action_submit()
        seen = reading(event, self.validator)
        other.sudo().state = "moved"
        with self.assertRaises(UserError):
            seen.action_accept()
        with self.assertRaisesRegex(UserError, "have changed"):
            reading(event, self.validator).action_accept()

    def test_the_lines_say_what_the_event_says(self):
        """Nobody dies by a line that the event does not name."""
        household, (_head, child) = self._family("1", "4")
        _other, (stranger,) = self._family("1")
        for line in ({"fate": "dies"}, {"person_id": stranger.id}):
            event = self._event(household, "new_kk", kk_entry=NEW_KK)
            last = event.member_ids.filtered(lambda one: one.person_id == child)
            last.write(line)
            with self.assertRaisesRegex(UserError, "have changed"):
                event.action_submit()

    def test_a_note_has_no_personal_number(self):
        household, (_head, child) = self._family("1", "4")
        with self.assertRaises(ValidationError):
            self._event(household, "death", [child], note="NIK 6271 0101 0180 9001")

    def test_one_event_of_a_family_waits_at_a_time(self):
        household, (_head, child, other) = self._family("1", "4", "4")
        self._event(household, "death", [child]).action_submit()
        second = self._event(household, "death", [other])
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError):
            second.action_submit()
            self.env.flush_all()

    def test_another_village_is_out_of_reach(self):
        household, _members = self._family("1", village=self._area("62.06.01.2003"))
        with self.assertRaises(AccessError):
            self._event(household, "exit", exit_reason="GRADUATED")
        own, _members = self._family("1")
        with self.assertRaises(AccessError):
            self._event(own, "merge", other_household_id=household.id)

    def test_the_story_is_in_the_audit_trail_without_names(self):
        household, (_head, child) = self._family("1", "4")
        event = self._carried_out(household, "death", [child])
        trail = self.env["khbs.audit.event"].search(
            [("model", "=", event._name), ("res_id", "=", event.id)]
        )
        acts = set(trail.mapped("act"))
        self.assertLessEqual(
            {
                "khbs.family.event.submitted",
                "khbs.family.event.accepted",
                "family_event.applied",
            },
            acts,
        )
        self.assertNotIn(child.name, str(trail.mapped("data")))

    def test_a_kk_number_of_another_area_names_no_family_and_is_counted(self):
        far = self._household(village=self._area("62.06.01.2001"))
        household, _persons = self._family("1", "3")
        event = self._event(household, "new_kk", kk_entry=far.kk_number)
        with self.assertRaisesRegex(UserError, "another area") as caught:
            event.action_submit()
        self.assertNotIn(far.name, str(caught.exception))
        joining = self._event(
            household,
            "move_in",
            newcomer_ids=[
                Command.create(
                    {
                        "name": "SIAPA",
                        "nik_entry": far.person_ids.nik,
                        "sex": "1",
                        "relation": "9",
                    }
                )
            ],
        )
        with self.assertRaisesRegex(UserError, "of the registry already"):
            joining.action_submit()
        found = [("act", "=", "household.find"), ("user_id", "=", self.proposer.id)]
        self.assertEqual(self.env["khbs.audit.event"].search_count(found), 2)

    def test_who_entered_it_does_not_decide_what_a_colleague_hands_in(self):
        author = self._role_user("registry_operator", "validator", login="author")
        household, (_head, child) = self._family("1", "4")
        event = self._event(household, "death", [child], user=author)
        event.with_user(self.proposer).action_submit()
        with self.assertRaisesRegex(UserError, "second person"):
            reading(event, author).action_accept()
        reading(event, self.validator).action_accept()
        self.assertEqual(event.state, "accepted")

    def test_a_line_of_another_family_does_not_die_with_it(self):
        household, (_head, _wife, child) = self._family("1", "3", "4")
        other, (head, _other_wife) = self._family("1", "3")
        event = self._event(household, "death", [child])
        self.env.flush_all()
        self.env["khbs.family.member"].with_user(self.proposer).create(
            {
                "event_id": event.id,
                "person_id": head.id,
                "fate": "dies",
                "relation_after": "1",
            }
        )
        with self.assertRaisesRegex(UserError, "anew"):
            event.action_submit()
        self.assertEqual((head.state, other.head_id), ("alive", head))
