# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .delivery_common import DeliveryCase


@tagged("post_install", "-at_install")
class TestCriteria(DeliveryCase):
    def _decided(self, *families, criteria=None, **values):
        self._applied(*families)
        criteria = criteria or self._criteria(**values)
        criteria.action_decide_families()
        return criteria

    def test_deciles_and_their_limit(self):
        within, above = self._family(desil="5"), self._family(desil="6")
        self._decided(within, above, max_decile="5")
        self.assertEqual(
            self._decided_as(within), ("eligible", ["DECILE_WITHIN", "NO_OTHER_AID"])
        )
        self.assertEqual(
            self._decided_as(above), ("not_eligible", ["DECILE_ABOVE", "NO_OTHER_AID"])
        )
        self.assertEqual(self._household_of(within).state, "eligible")
        self.assertEqual(self._household_of(above).state, "not_eligible")
        self.assertEqual(self._household_of(above).reason_code, "DECILE_ABOVE")

    def test_a_family_without_decile_needs_verification(self):
        """DOMAIN 12.13."""
        family = self._family(desil="")
        self._decided(family)
        outcome, codes = self._decided_as(family)
        self.assertEqual((outcome, codes[0]), ("needs_verification", "DECILE_MISSING"))

    def test_a_head_without_nik_needs_verification(self):
        """DOMAIN 12.12."""
        family = self._family()
        family[0]["nik"] = "9999999999999996"
        self._decided(family)
        self.assertEqual(self._decided_as(family)[0], "needs_verification")

    def test_any_member_or_present_or_earlier_kk_excludes(self):
        member, present, earlier, free = (self._family(size=3) for _n in range(4))
        self._applied(earlier)
        former = earlier[0]["no_kk"]
        for row in earlier:
            row["no_kk"] = "6206010101269222"
        self._applied(member, present, earlier, free)
        self._aid_list(
            [
                (member[2]["nik"], "", "PKH"),
                ("", present[0]["no_kk"], "SEMBAKO"),
                ("", former, "BLT-DD"),
            ]
        )
        self._criteria().action_decide_families()
        for family in (member, present, earlier):
            self.assertEqual(self._decided_as(family)[0], "not_eligible")
        self.assertEqual(self._decided_as(free)[0], "eligible")

    def test_every_reason_is_kept_and_explained(self):
        family = self._family(desil="9")
        self._applied(family)
        self._aid_list(
            [(family[0]["nik"], "", "PKH"), ("", family[0]["no_kk"], "SEMBAKO")]
        )
        self._criteria().action_decide_families()
        self.assertEqual(
            self._decided_as(family)[1],
            ["DECILE_ABOVE", "AID_RECEIVED", "AID_RECEIVED"],
        )
        action = self._household_of(family).with_user(self.operator).action_explain()
        decision = self.env["khbs.decision"].browse(action["res_id"])
        self.assertEqual(len(decision.explanation.splitlines()), 3)
        self.assertIn("Program Keluarga Harapan", decision.explanation)
        self.assertIn("Dinas Sosial", decision.explanation)

    def test_lists_out_of_date_or_withdrawn_do_not_exclude(self):
        family = self._family()
        self._applied(family)
        fact = [(family[0]["nik"], "", "PKH")]
        self._aid_list(fact, date_from="2025-01-01", date_to="2025-12-31")
        self._aid_list(fact).action_withdraw()
        self._criteria().action_decide_families()
        self.assertEqual(self._decided_as(family)[0], "eligible")

    def test_a_second_run_adds_only_what_differs(self):
        first, second = self._family(), self._family()
        criteria = self._decided(first, second)
        criteria.action_decide_families()
        count = self.env["khbs.decision"].search_count([])
        self.assertEqual(count, 2)
        for row in first:
            row["desil"] = "8"
        self._applied(first)
        criteria.action_decide_families()
        decisions = self._household_of(first).decision_ids
        self.assertEqual(decisions.mapped("current"), [True, False])
        self.assertEqual(self._decided_as(first)[0], "not_eligible")
        self.assertEqual(len(self._household_of(second).decision_ids), 1)

    def test_a_decided_family_is_left_alone(self):
        family = self._family()
        criteria = self._decided(family)
        self._household_of(family)._set_state("decided", "LIST_DECIDED")
        for row in family:
            row["desil"] = "8"
        self._applied(family)
        criteria.action_decide_families()
        self.assertEqual(self._household_of(family).state, "decided")

    def test_one_card_per_house_takes_the_lowest_decile(self):
        """DOMAIN 12.2: two KK in one house."""
        low, high = self._family(desil="1"), self._family(desil="2")
        elsewhere = self._family(desil="2", lintang="-1.71")
        self._decided(low, high, elsewhere, unit="house")
        self.assertEqual(self._decided_as(low)[0], "eligible")
        self.assertEqual(self._decided_as(high)[0], "not_eligible")
        self.assertIn("HOUSE_SHARED", self._decided_as(high)[1])
        self.assertEqual(self._decided_as(elsewhere)[0], "eligible")

    def test_per_kk_both_families_of_a_house_are_eligible(self):
        families = [self._family(desil="1"), self._family(desil="2")]
        self._decided(*families)
        self.assertEqual({self._decided_as(f)[0] for f in families}, {"eligible"})

    def test_only_own_areas_are_decided(self):
        here, there = self._family(), self._family(kode_wilayah="62.71.01.1001")
        self._applied(here, there)
        criteria = self._criteria()
        operator = self._role_user(
            "registry_operator", areas=self._area("62.06"), login="katingan"
        )
        criteria.with_user(operator).action_decide_families()
        self.assertEqual(self._household_of(here).state, "eligible")
        self.assertEqual(self._household_of(there).state, "listed")

    def test_who_writes_criteria_does_not_put_them_in_force(self):
        criteria = self._criteria()
        draft = criteria.copy({"valid_from": "2027-01-01"})
        with self.assertRaises(AccessError):
            self.reading(draft, self.operator).action_put_in_force()
        with self.assertRaises(UserError):
            draft.with_user(self.operator).action_decide_families()
        with self.assertRaises(UserError):
            criteria.write({"max_decile": "10"})

    def test_two_criteria_are_not_in_force_on_one_day(self):
        other = self._criteria().copy({"valid_from": "2026-06-01"})
        with self.assertRaises(UserError):
            self.reading(other, self.approver).action_put_in_force()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.ExclusionViolation),
        ):
            other.sudo().state = "in_force"
            self.env.flush_all()

    def test_closed_criteria_make_room_for_others(self):
        criteria = self._criteria()
        self.reading(criteria, self.approver).action_close()
        self._criteria(max_decile="2")
        self.assertEqual(
            self.env["khbs.criteria"]._in_force().mapped("max_decile"), ["2"]
        )

    def test_who_wrote_the_criteria_does_not_put_them_in_force(self):
        both = self._role_user("registry_operator", "approver")
        values = {
            "name": "Kriteria",
            "legal_basis": "Keputusan",
            "valid_from": "2027-01-01",
            "max_decile": "5",
        }
        own = self.env["khbs.criteria"].with_user(both).create(values)
        with self.assertRaises(UserError):
            self.reading(own).action_put_in_force()
        changed = self.env["khbs.criteria"].with_user(self.operator).create(values)
        changed.with_user(both).max_decile = "10"
        with self.assertRaises(UserError):
            self.reading(changed, both).action_put_in_force()
        self.reading(changed, self.approver).action_put_in_force()
        self.assertEqual(changed.state, "in_force")
