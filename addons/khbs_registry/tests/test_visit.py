# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import io

from PIL import Image

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..geotag import distance_km
from .delivery_common import DeliveryCase

PLACE = {"latitude": -1.7, "longitude": 113.1, "accuracy_m": 8}


@tagged("post_install", "-at_install")
class TestVisit(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._role_user("field_officer", areas=cls._area("62.06.01"))
        cls.validator = cls._role_user("validator")

    def _visit(self, household=None, **values):
        household = household or self._household(self.village, state="listed")
        visit = (
            self.env["khbs.visit"]
            .with_user(self.operator)
            .create({"household_id": household.id, "officer_id": self.officer.id})
            .with_user(self.officer)
        )
        if values:
            visit.write(values)
        return visit

    def _found(self, household=None, **values):
        return self._visit(
            household, **{"result": "found", "dwelling_kind": "owned", **values}
        )

    def _accepted(self, visit):
        visit.action_submit()
        self.reading(visit, self.validator).action_accept()
        return visit

    def test_an_accepted_visit_verifies_the_family(self):
        visit = self._accepted(self._found(**PLACE))
        household = visit.household_id
        self.assertEqual((household.state, visit.state), ("verified", "accepted"))
        self.assertTrue(household.verified_at)
        self.assertEqual((household.latitude, household.longitude), (-1.7, 113.1))
        self.assertEqual(household.captured_by_id, self.officer)

    def test_an_eligible_family_stays_eligible_and_is_verified(self):
        household = self._household(self.village, state="eligible")
        self._accepted(self._found(household, **PLACE))
        self.assertEqual(household.state, "eligible")
        self.assertTrue(household.verified_at)

    def test_a_visit_without_result_outlasts_the_next_run(self):
        family = self._family()
        self._applied(family)
        household = self._household_of(family)
        criteria = self._criteria()
        criteria.action_decide_families()
        self.assertEqual(household.state, "eligible")
        self._accepted(self._visit(household, result="not_found", findings="Kosong"))
        criteria.action_decide_families()
        self.assertEqual(
            (household.state, household.reason_code),
            ("needs_verification", "VISIT_NOT_FOUND"),
        )
        self.assertEqual(
            self._decided_as(family),
            (
                "needs_verification",
                ["VISIT_NOT_FOUND", "DECILE_WITHIN", "NO_OTHER_AID"],
            ),
        )
        decision = household.decision_ids.filtered("current")
        self.assertIn("did not find the family: not found", decision.explanation)
        self._accepted(self._found(household, **PLACE))
        criteria.action_decide_families()
        self.assertEqual(household.state, "eligible")

    def test_a_family_without_house_needs_no_geotag(self):
        """DOMAIN 12.1."""
        visit = self._accepted(self._found(dwelling_kind="none"))
        self.assertFalse(visit.warnings)
        self.assertEqual(visit.household_id.dwelling_kind, "none")
        self.assertTrue(visit.household_id.verified_at)

    def test_doubtful_positions_warn_and_block_nothing(self):
        cases = [
            ({}, "NO_GEOTAG"),
            ({"latitude": 3.0, "longitude": 99.0}, "OUTSIDE_PROVINCE"),
            ({**PLACE, "accuracy_m": 500}, "COARSE"),
        ]
        for values, code in cases:
            with self.subTest(code):
                visit = self._found(**values)
                visit.action_submit()
                self.assertIn(code, visit.warning_codes.split())
                self.assertEqual(visit.state, "submitted")

    def test_the_distance_waits_for_a_known_middle_of_the_village(self):
        first = self._accepted(self._found(**PLACE))
        self.assertEqual(first.warning_codes, "DISTANCE_NOT_POSSIBLE")
        near = self._found(latitude=-1.71, longitude=113.11)
        near.action_submit()
        self.assertFalse(near.warning_codes)
        far = self._found(latitude=-2.7, longitude=113.1)
        far.action_submit()
        self.assertEqual(far.warning_codes, "FAR_FROM_VILLAGE")
        self.assertAlmostEqual(distance_km((-1.7, 113.1), (-2.7, 113.1)), 111.2, 1)

    def test_two_families_at_one_place_are_remarked(self):
        self._accepted(self._found(**PLACE))
        visit = self._found(**PLACE)
        visit.action_submit()
        self.assertEqual(visit.warning_codes, "SAME_PLACE")

    def test_a_family_not_met_goes_to_verification(self):
        household = self._household(self.village, state="eligible")
        visit = self._visit(household, result="moved")
        with self.assertRaises(UserError):
            visit.action_submit()
        visit.findings = "Pindah ke Kalsel menurut RT"
        self._accepted(visit)
        self.assertEqual(
            (household.state, household.reason_code),
            ("needs_verification", "VISIT_MOVED"),
        )
        self.assertFalse(household.verified_at)

    def test_an_incomplete_visit_says_what_is_missing(self):
        for values in ({}, {"result": "found"}):
            with self.subTest(values), self.assertRaises(UserError):
                self._visit(**values).action_submit()

    def test_a_visit_sent_back_comes_again(self):
        visit = self._found(**PLACE)
        visit.action_submit()
        with self.assertRaises(UserError):
            visit.write({"findings": "lagi"})
        wizard = (
            self.env["khbs.visit.return"]
            .with_user(self.validator)
            .with_context(active_id=visit.id)
        )
        form = Form(wizard)
        form.note = "Foto kurang jelas"
        form.save().action_return()
        self.assertEqual((visit.state, visit.round_number), ("returned", 2))
        photo = io.BytesIO()
        Image.new("RGB", (8, 8)).save(photo, "PNG")
        visit.write({"photo": base64.b64encode(photo.getvalue())})
        self._accepted(visit)
        self.assertEqual(visit.state, "accepted")

    def test_officers_act_for_themselves_in_their_villages(self):
        visit = self._found(**PLACE)
        colleague = self._role_user(
            "field_officer", areas=self._area("62.06.01"), login="colleague"
        )
        with self.assertRaises(AccessError):
            visit.with_user(colleague).action_submit()
        with self.assertRaises(AccessError):
            visit.with_user(colleague).read(["findings"])
        with self.assertRaises(AccessError):
            visit.with_user(self.operator).write({"result": "refused"})
        with self.assertRaises(AccessError):
            visit.write({"officer_id": colleague.id})
        with self.assertRaises(AccessError):
            visit.write({"state": "accepted"})
        outside = self._household(self._area("62.71.01.1001"), state="listed")
        with self.assertRaises(ValidationError):
            self._visit(outside)

    def test_the_office_plans_and_invents_nothing(self):
        household = self._household(self.village, state="listed")
        visits = self.env["khbs.visit"].with_user(self.operator)
        plan = {"household_id": household.id, "officer_id": self.officer.id}
        with self.assertRaises(AccessError):
            visits.create({**plan, "result": "found", "dwelling_kind": "none"})
        with self.assertRaises(AccessError):
            visits.with_user(self.officer).create(plan)
        with Form(visits) as form:
            form.household_id = household
            form.officer_id = self.officer
        self.assertEqual(household.visit_ids.state, "assigned")
        with self.assertRaises(AccessError):
            household.with_user(self.operator).write({"latitude": 1.0})

    def test_nobody_accepts_the_own_visit(self):
        both = self._role_user(
            "field_officer", "validator", areas=self._area("62.06.01")
        )
        visit = (
            self.env["khbs.visit"]
            .with_user(self.operator)
            .create(
                {
                    "household_id": self._household(self.village, state="listed").id,
                    "officer_id": both.id,
                }
            )
            .with_user(both)
        )
        visit.write({"result": "found", "dwelling_kind": "none"})
        visit.action_submit()
        with self.assertRaises(UserError):
            self.reading(visit).action_accept()
        with self.assertRaises(AccessError):
            self.reading(visit, self.officer).action_accept()

    def test_assigning_skips_families_with_a_visit_under_way(self):
        first, second = (
            self._household(self.village, state="listed") for _number in range(2)
        )
        self._visit(first)
        wizard = (
            self.env["khbs.visit.assign"]
            .with_user(self.operator)
            .with_context(
                active_model="khbs.household", active_ids=(first + second).ids
            )
            .create({"officer_id": self.officer.id})
        )
        wizard.action_assign()
        self.assertEqual(len(first.visit_ids), 1)
        self.assertEqual(second.visit_ids.officer_id, self.officer)

    def test_the_office_does_not_slip_findings_in_by_the_context(self):
        household = self._household(self.village, state="listed")
        visits = self.env["khbs.visit"].with_user(self.operator)
        with self.assertRaises(AccessError):
            visits.with_context(default_result="found").create(
                {"household_id": household.id, "officer_id": self.officer.id}
            )
