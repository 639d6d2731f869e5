# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .delivery_common import DeliveryCase


@tagged("post_install", "-at_install")
class TestImportConflict(DeliveryCase):
    """What was verified here after the cut-off of a delivery is decided by a person."""

    def setUp(self):
        super().setUp()
        self.validator = self._role_user("validator")
        self.family = self._family(size=3)
        self._applied(self.family)
        self.household = self._household_of(self.family)
        self.visit = self.env["khbs.visit"].create(
            {
                "household_id": self.household.id,
                "officer_id": self._role_user("field_officer").id,
            }
        )

    def _verify(self, record, verified_on="2026-02-10", **values):
        record.write(values)
        self.env["khbs.local.value"]._record(
            record, list(values), verified_on, self.visit
        )

    def _conflicts(self):
        return self.env["khbs.dtsen.conflict"].search(
            [("household_id", "=", self.household.id)]
        )

    def test_a_value_verified_after_the_cutoff_waits_for_a_decision(self):
        self._verify(self.household, dwelling_kind="floating")
        for row in self.family:
            row.update(desil="4", status_rumah="2")
        delivery = self._staged(self.family)
        self.assertEqual((delivery.changed_count, delivery.held_count), (1, 1))
        delivery.action_apply()
        self.assertEqual(self.household.decile, "4")
        self.assertEqual(self.household.dwelling_kind, "floating")
        conflict = self._conflicts()
        self.assertEqual(
            (conflict.local_value, conflict.delivered_value, conflict.state),
            ("floating", "rented", "pending"),
        )
        conflict.with_user(self.validator).action_take_delivered()
        self.assertEqual(self.household.dwelling_kind, "rented")
        self.assertEqual(conflict.decided_by_id, self.validator)
        self.assertFalse(self.household.local_value_ids)
        event = self.env["khbs.audit.event"].search(
            [("act", "=", "dtsen.conflict.decided")]
        )
        self.assertEqual(event.data["decision"], "take_delivered")

    def test_a_value_verified_before_the_cutoff_is_overwritten(self):
        self._verify(self.household, "2025-12-31", dwelling_kind="floating")
        for row in self.family:
            row["status_rumah"] = "2"
        delivery = self._applied(self.family)
        self.assertEqual((delivery.changed_count, delivery.held_count), (1, 0))
        self.assertEqual(self.household.dwelling_kind, "rented")
        self.assertFalse(self.household.local_value_ids)

    def test_what_is_verified_while_the_question_waits_is_not_overwritten(self):
        self._verify(self.household, dwelling_kind="floating")
        for row in self.family:
            row["status_rumah"] = "2"
        self._applied(self.family)
        conflict = self._conflicts()
        self.env.cr.execute(
            "UPDATE khbs_dtsen_conflict SET create_date = now() - interval '1 day'"
        )
        conflict.invalidate_recordset()
        self._verify(self.household, "2026-03-01", dwelling_kind="shared")
        with self.assertRaisesRegex(UserError, "verified again"):
            conflict.with_user(self.validator).action_take_delivered()
        conflict.with_user(self.validator).action_keep_local()
        self.assertEqual(self.household.dwelling_kind, "shared")

    def test_the_same_file_again_asks_nothing_twice(self):
        self._verify(self.household, address="DERMAGA")
        self._applied(self.family)
        conflict = self._conflicts()
        self._applied(self.family)
        self.assertEqual(self._conflicts(), conflict)
        conflict.with_user(self.validator).action_keep_local()
        self._applied(self.family)
        self.assertEqual(self._conflicts(), conflict)
        self.assertEqual(self.household.address, "DERMAGA")

    def test_the_next_quarter_replaces_a_question_that_is_still_open(self):
        self._verify(self.household, "2026-05-10", address="DERMAGA")
        self._applied(self.family)
        first = self._conflicts()
        for row in self.family:
            row["alamat"] = "JL. BARU"
        self._applied(self.family, quarter="2")
        self.assertEqual(first.state, "superseded")
        second = self._conflicts() - first
        self.assertEqual(second.delivered_value, "JL. BARU")

    def test_a_rule_decides_all_of_a_field(self):
        other = self._family()
        self._applied(other)
        self._verify(self.household, address="DERMAGA", rt="009")
        self._verify(self._household_of(other), address="LANTING")
        delivery = self._applied(self.family, other)
        with Form(self.env["khbs.dtsen.rule"].with_user(self.validator)) as form:
            form.import_id = delivery
            form.field_name = "address"
            form.decision = "keep_local"
            form.note = "Alamat hasil kunjungan"
            self.assertEqual(form.pending_count, 2)
        form.record.action_decide()
        conflicts = delivery.conflict_ids
        decided = conflicts.filtered(lambda c: c.field_name == "address")
        self.assertEqual(set(decided.mapped("state")), {"decided"})
        self.assertEqual(set(decided.mapped("note")), {"Alamat hasil kunjungan"})
        self.assertTrue(all(decided.mapped("by_rule")))
        self.assertEqual((conflicts - decided).state, "pending")
        with self.assertRaises(UserError):
            form.record.action_decide()

    def test_a_nik_verified_here_is_not_overwritten_nor_shown(self):
        person = self.household.person_ids[1]
        self._verify(person, nik="6206010201809888")
        delivery = self._applied(self.family)
        self.assertEqual(person.nik, "6206010201809888")
        conflict = self._conflicts()
        self.assertEqual(conflict.local_value, "6206********9888")
        self.assertEqual(conflict.person_id, person)
        self.assertEqual(delivery.held_count, 1)
        data = conflict.with_user(self.validator).read()[0]
        self.assertFalse([v for v in data.values() if "6206010201809" in str(v)])
        conflict.with_user(self.validator).action_take_delivered()
        self.assertEqual(person.nik, self.family[1]["nik"])

    def test_a_death_known_here_is_not_undone(self):
        """DTSEN goes on naming a member whose death was verified after its cut-off."""
        deceased = self.household.person_ids[2]
        self._verify(deceased, state="deceased")
        delivery = self._applied(self.family)
        self.assertEqual(deceased.state, "deceased")
        self.assertEqual(len(self.household.person_ids), 3)
        self.assertEqual(self._conflicts().field_name, "state")
        self.assertEqual(delivery.changed_count, 0)
        self._conflicts().with_user(self.validator).action_take_delivered()
        self.assertEqual(deceased.state, "alive")

    def test_no_file_makes_the_dead_alive_nor_head_again(self):
        """Not even where the death was recorded before the cut-off of the file."""
        head, heir = self.household.person_ids[:2]
        head.state = "deceased"
        self.env.flush_all()
        heir.relation = "1"
        for row in self.family:
            row["desil"] = "4"
        self._applied(self.family, quarter="2")
        self.assertEqual((head.state, heir.relation), ("deceased", "1"))
        self.assertEqual(self.household.head_id, heir)
        self.assertEqual(self.household.decile, "4")
        self.assertEqual(
            set(self._conflicts().mapped("field_name")), {"state", "relation"}
        )

    def test_every_new_member_of_a_held_family_is_in_the_queue(self):
        self._verify(self.household.person_ids[2], state="alive")
        strangers = self._family(size=3)
        newcomers = [
            {
                **row,
                "id_keluarga": self.family[0]["id_keluarga"],
                "no_kk": self.family[0]["no_kk"],
            }
            for row in strangers[1:]
        ]
        for newcomer in (*newcomers, newcomers[1]):
            self._applied([*self.family, newcomer])
        self.assertEqual(
            self._conflicts().mapped("delivered_value"),
            [newcomer["nama"] for newcomer in newcomers],
        )

    def test_a_kk_number_known_here_is_kept_with_its_history(self):
        former = self.household.kk_number
        self.household.kk_ids.valid_to = "2026-02-01"
        self.env.flush_all()
        self.env["khbs.household.kk"].create(
            {
                "household_id": self.household.id,
                "kk_number": "6206010102269555",
                "valid_from": "2026-02-01",
                "reason": "Peristiwa keluarga",
            }
        )
        self._verify(self.household, kk_number="6206010102269555")
        self._applied(self.family)
        self.assertEqual(self.household.kk_number, "6206010102269555")
        conflict = self._conflicts()
        self.assertEqual(conflict.delivered_value, f"{former[:4]}********{former[-4:]}")
        conflict.with_user(self.validator).action_take_delivered()
        self.assertEqual(self.household.kk_number, former)
        present = self.household.kk_ids.filtered(lambda kk: not kk.valid_to)
        self.assertEqual(present.kk_number, former)

    def test_every_kind_of_value_can_be_taken_over(self):
        village = self._area("62.06.01.2002")
        person = self.household.person_ids[1]
        self._verify(
            self.household, area_id=village.id, latitude=-1.5, address="DERMAGA"
        )
        self._verify(person, birth_date="1979-01-01", sex="2", name="NAMA KITA")
        self._applied(self.family)
        conflicts = self._conflicts()
        self.assertEqual(
            set(conflicts.mapped("field_name")),
            {"area_id", "latitude", "address", "birth_date", "sex", "name"},
        )
        self.assertIn(
            village.name,
            conflicts.filtered(lambda c: c.field_name == "area_id").local_value,
        )
        conflicts.with_user(self.validator).action_take_delivered()
        self.assertEqual(self.household.area_id, self.village)
        self.assertEqual((self.household.latitude, person.sex), (-1.7, "1"))
        self.assertEqual(person.name, self.family[1]["nama"])
        again = self._applied(self.family)
        self.assertEqual((again.changed_count, again.held_count), (0, 0))

    def test_a_number_taken_since_is_not_taken_again(self):
        person = self.household.person_ids[1]
        delivered = person.nik
        self._verify(person, nik="6206010201809888")
        self._applied(self.family)
        other = self._household(village=self.village, state="listed")
        other.head_id.nik = delivered
        with self.assertRaises(UserError):
            self._conflicts().with_user(self.validator).action_take_delivered()
        self.assertEqual(self._conflicts().state, "pending")

    def test_only_validators_and_operators_decide(self):
        self._verify(self.household, address="DERMAGA")
        self._applied(self.family)
        auditor = self._role_user("auditor")
        with self._refused(AccessError):
            self._conflicts().with_user(auditor).action_keep_local()
        refused = self.env["khbs.audit.event"].search_count(
            [("act", "=", "dtsen.conflict.decide"), ("outcome", "=", "refused")]
        )
        self.assertEqual(refused, 1)
        with self.assertRaises(AccessError):
            self._conflicts().with_user(self.validator).write({"state": "decided"})
        stranger = self._role_user(
            "validator", areas=self._area("62.71"), login="stranger"
        )
        with self.assertRaises(AccessError):
            self._conflicts().with_user(stranger).action_keep_local()

    def test_case_12_16_one_nik_on_two_kk_flags_both_families(self):
        """In the file: both are refused. Against the registry: one is refused, the
        other waits in the queue until a person says where the member lives."""
        first, second = self._family(), self._family()
        second[1]["nik"] = first[1]["nik"]
        delivery = self._staged(first, second)
        reasons = self._reasons(delivery)
        self.assertEqual([reasons[3], reasons[5]], [["NIK_TWO_KK"]] * 2)

        other = self._family()
        other[1]["nik"] = self.family[1]["nik"]
        delivery = self._applied(other)
        self.assertEqual(self._reasons(delivery)[3], ["NIK_DUPLICATE_REGISTRY"])
        flagged = self._conflicts()
        self.assertEqual(
            (flagged.kind, flagged.person_id),
            ("nik_two_kk", self.household.person_ids[1]),
        )
        flagged.with_user(self.validator).action_take_delivered()
        self.assertEqual(flagged.person_id.state, "moved")
        again = self._applied(other)
        self.assertEqual(again.rejected_count, 0)

    def test_a_family_does_not_lose_its_head_by_a_conflict(self):
        other = self._family()
        other[0]["nik"] = self.family[0]["nik"]
        self._applied(other)
        flagged = self._conflicts()
        with self.assertRaises(UserError):
            flagged.with_user(self.validator).action_take_delivered()
        flagged.with_user(self.validator).action_keep_local()
        self.assertEqual(self.household.head_id, flagged.person_id)
