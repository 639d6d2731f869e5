# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.addons.khbs_registry.tests.family_common import FamilyMixin

from .common import CardsCase

NEW_KK = "6271010103260001"


class TestFamilyEvent(FamilyMixin, CardsCase):
    """What a family event does to the family's card."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proposer = cls._role_user("registry_operator")
        cls.validator = cls._role_user("validator")

    def _states(self, household):
        self.env.invalidate_all()
        return household.card_ids.sorted("card_index").mapped("state")

    def test_case_12_01_a_family_without_house_gets_its_card(self):
        """No geotag blocks no hand-over: a lanting, a hut or no house at all."""
        for kind in ("none", "shared", "floating", "field_hut"):
            household = self._household(state="decided", dwelling_kind=kind)
            card, chip = self._shipped(household)
            self.cards._hand_over(chip.activate(card.card_no), "OFFICE", "petugas")
            self.assertEqual((card.state, household.state), ("active", "active"))
            self.assertFalse(household.latitude)

    def test_case_12_04_head_deceased_before_the_hand_over(self):
        household, (head, wife) = self._family("1", "3", state="decided")
        card, _chip = self._shipped(household)
        event = self._carried_out(
            household, "death", [head], new_head_id=wife.id, kk_entry=NEW_KK
        )
        self.assertEqual(self._states(household), ["revoked", "allocated"])
        self.assertEqual(card.event_ids.sorted("id")[-1].reason_code, "death")
        self.assertEqual((household.state, household.kk_number), ("decided", NEW_KK))
        self.assertFalse(event.effects)

    def test_head_deceased_after_the_hand_over(self):
        household, (head, wife) = self._family("1", "3", state="active")
        self._active(household)
        event = self._event(household, "death", [head], new_head_id=wife.id)
        self.assertIn("a new one is made", event.effects)
        event.action_submit()
        self.reading(event, self.validator).action_accept()
        self.assertEqual(self._states(household), ["suspended", "allocated"])
        self.assertEqual(household.state, "active")

    def test_a_card_that_is_still_blank_is_kept(self):
        household, (head, wife) = self._family("1", "3", state="decided")
        self._allocated(household)
        self._carried_out(household, "death", [head], new_head_id=wife.id)
        self.assertEqual(self._states(household), ["allocated"])

    def test_case_12_06_last_member_deceased(self):
        household, (head,) = self._family("1", state="active")
        self._active(household)
        self._carried_out(household, "death", [head])
        self.assertEqual(self._states(household), ["revoked"])
        self.assertEqual(household.state, "exited")

    def test_case_12_06_with_a_card_in_production(self):
        household, (head,) = self._family("1", state="decided")
        card = self._allocated(household)
        self._carried_out(household, "death", [head])
        self.assertEqual(self._states(household), ["destroyed"])
        self.assertEqual(card.job_ids.state, "failed")
        self.assertFalse(self.jobs._station_next("S0001")["job"])

    def test_case_12_08_divorce_freezes_the_card(self):
        household, (head, wife) = self._family("1", "3", state="active")
        self._active(household)
        event = self._carried_out(
            household,
            "divorce",
            [head],
            other_head_id=head.id,
            new_head_id=wife.id,
        )
        self.assertEqual(self._states(household), ["suspended", "allocated"])
        other = event.result_household_id
        self.assertFalse(other.card_ids)
        self.assertEqual(other.state, "needs_verification")

    def test_who_merely_moves_out_leaves_the_card_alone(self):
        household, (_head, son) = self._family("1", "4", state="active")
        self._active(household)
        self._carried_out(household, "split", [son], other_head_id=son.id)
        self.assertEqual(self._states(household), ["active"])

    def test_the_card_of_a_family_that_is_taken_in_is_blocked(self):
        household, _members = self._family("1", state="active")
        other, _others = self._family("1", state="active")
        self._active(household)
        self._active(other)
        self._carried_out(household, "merge", other_household_id=other.id)
        self.assertEqual(self._states(household), ["active"])
        self.assertEqual(self._states(other), ["revoked"])

    def test_a_new_kk_number_alone_leaves_the_card_alone(self):
        household, _members = self._family("1", state="active")
        self._active(household)
        self._carried_out(household, "new_kk", kk_entry=NEW_KK)
        self.assertEqual(self._states(household), ["active"])
