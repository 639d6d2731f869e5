# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .delivery_common import DeliveryCase


@tagged("post_install", "-at_install")
class TestEligibilityCases(DeliveryCase):
    """Cases of the field (DOMAIN 12) that the rules answer."""

    def _programmes(self, *codes):
        return self.env["khbs.aid.programme"].search([("code", "in", codes)])

    def test_case_12_02_two_kk_in_one_house_by_unit(self):
        low, high = self._family(desil="1"), self._family(desil="2")
        self._applied(low, high)
        per_kk = self._criteria()
        per_kk.action_decide_families()
        self.assertEqual(self._decided_as(low)[0], "eligible")
        self.assertEqual(self._decided_as(high)[0], "eligible")
        self.reading(per_kk, self.approver).action_close()
        self._criteria(unit="house").action_decide_families()
        self.assertEqual(self._decided_as(low)[0], "eligible")
        self.assertEqual(
            self._decided_as(high),
            ("not_eligible", ["HOUSE_SHARED", "DECILE_WITHIN", "NO_OTHER_AID"]),
        )

    def test_case_12_02_who_has_the_card_comes_first_in_the_house(self):
        holder, poorer = self._family(desil="4"), self._family(desil="1")
        self._applied(holder, poorer)
        criteria = self._criteria(unit="house")
        self._household_of(holder).state = "active"
        criteria.action_decide_families()
        outcome, codes = self._decided_as(poorer)
        self.assertEqual((outcome, codes[0]), ("not_eligible", "HOUSE_SHARED"))

    def test_case_12_02_one_place_is_a_warning_only(self):
        first, second = self._family(), self._family()
        self._applied(first, second)
        officer = self._role_user("field_officer")
        visits = self.env["khbs.visit"].create(
            [
                {
                    "household_id": self._household_of(family).id,
                    "officer_id": officer.id,
                    "result": "found",
                    "dwelling_kind": "owned",
                    "latitude": -1.7,
                    "longitude": 113.1,
                    "findings": "Satu rumah",
                }
                for family in (first, second)
            ]
        )
        one, other = visits
        one.with_user(officer).action_submit()
        self.reading(one, self._role_user("validator")).action_accept()
        other.with_user(officer).action_submit()
        self.assertEqual(other.state, "submitted")
        self.assertIn("SAME_PLACE", other.warning_codes)
        self.assertIn("has the same position", other.warnings)
        self._criteria().action_decide_families()
        self.assertEqual(self._decided_as(first)[0], "eligible")
        self.assertEqual(self._decided_as(second)[0], "eligible")

    def test_case_12_13_without_decile_nobody_is_enrolled_by_itself(self):
        family = self._family(desil="")
        self._applied(family)
        criteria = self._criteria()
        criteria.action_decide_families()
        outcome, codes = self._decided_as(family)
        self.assertEqual((outcome, codes[0]), ("needs_verification", "DECILE_MISSING"))
        recipient_list = self.env["khbs.recipient.list"].create(
            {"title": "A", "area_id": self.province.id, "criteria_id": criteria.id}
        )
        recipient_list.action_collect()
        self.assertNotIn(
            self._household_of(family), recipient_list.line_ids.household_id
        )

    def test_case_12_18_public_service_excludes_or_flags_by_parameter(self):
        family = self._family()
        self._applied(family)
        self._aid_list([(family[1]["nik"], "", "PNS")])
        service = self._programmes("PNS", "TNI", "POLRI")
        excluding = self._criteria(excluding_programme_ids=[Command.set(service.ids)])
        excluding.action_decide_families()
        self.assertEqual(self._decided_as(family)[0], "not_eligible")
        decision = self._household_of(family).decision_ids[:1]
        self.assertIn("Pegawai Negeri Sipil", decision.explanation)
        self.reading(excluding, self.approver).action_close()

        flagging = self._criteria(
            excluding_programme_ids=[Command.set(self._programmes("PKH").ids)],
            flagging_programme_ids=[Command.set(service.ids)],
        )
        flagging.action_decide_families()
        outcome, codes = self._decided_as(family)
        self.assertEqual((outcome, codes[0]), ("needs_verification", "MEMBER_FLAGGED"))

        self._household_of(family).verified_at = "2026-03-01"
        flagging.action_decide_families()
        outcome, codes = self._decided_as(family)
        self.assertEqual((outcome, codes[-1]), ("eligible", "FLAG_VERIFIED"))

    def test_a_programme_does_not_both_exclude_and_flag(self):
        programmes = self._programmes("PNS")
        with self.assertRaises(ValidationError):
            self._criteria(flagging_programme_ids=[Command.set(programmes.ids)])

    def test_minimum_data_that_is_missing_calls_for_verification(self):
        complete = self._family()
        placeless = self._family(status_rumah="", lintang="", bujur="")
        hut = self._family(status_rumah="none", lintang="", bujur="")
        nowhere = self._family(alamat="", rt="")
        self._applied(complete, placeless, hut, nowhere)
        self._criteria(
            needs_place=True, needs_address=True, needs_birth_date=True
        ).action_decide_families()
        self.assertEqual(self._decided_as(complete)[0], "eligible")
        self.assertEqual(self._decided_as(hut)[0], "eligible")
        for family, code in (
            (placeless, "PLACE_MISSING"),
            (nowhere, "ADDRESS_MISSING"),
        ):
            outcome, codes = self._decided_as(family)
            self.assertEqual((outcome, codes[0]), ("needs_verification", code))

    def test_a_fact_holds_on_its_own_days(self):
        over, running = self._family(), self._family()
        self._applied(over, running)
        self._aid_list(
            [
                (over[0]["nik"], "", "PKH", "2026-01-01", "2026-01-31"),
                (running[0]["nik"], "", "PKH", "2026-02-01", ""),
            ]
        )
        self._criteria().action_decide_families()
        self.assertEqual(self._decided_as(over)[0], "eligible")
        self.assertEqual(self._decided_as(running)[0], "not_eligible")

    def test_a_family_that_dtsen_no_longer_names_needs_verification(self):
        household = self._household(state="listed", village=self.village)
        household.sudo().dtsen_gone_on = "2026-04-01"
        self._criteria().action_decide_families()
        decision = household.decision_ids
        self.assertEqual(decision.outcome, "needs_verification")
        self.assertEqual(decision.reasons[0]["code"], "DTSEN_GONE")
