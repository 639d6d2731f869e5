# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import CASH_ACCOUNT, ClaimsCase


class TestRound(ClaimsCase):
    def test_every_recipient_gets_every_benefit_once(self):
        found = self._round()
        found.with_user(self.operator).action_generate()
        entitlements = self.env["khbs.entitlement"].search(
            [("round_id", "=", found.id)]
        )
        self.assertEqual(len(entitlements), 6)
        self.assertEqual(entitlements.household_id, self.households)
        self.assertEqual(found.entitlement_count, 6)
        self.assertEqual(found.total, 3 * 400000)
        self.assertEqual(found.state, "generated")
        for entitlement in entitlements:
            self.assertRegex(entitlement.number, r"^[A-Z0-9-]{1,22}$")
            self.assertEqual(entitlement.amount, entitlement.benefit_id.amount)
            self.assertEqual(entitlement.channel, entitlement.benefit_id.channel)
            self.assertEqual(entitlement.area_id, entitlement.household_id.area_id)

    def test_case_12_12_without_nik_food_and_no_cash(self):
        head = self.households[0].head_id.sudo()
        head.write({"nik": False, "nik_status": "missing"})
        found = self._round()
        found.with_user(self.operator).action_generate()
        granted = self._entitlements(found).filtered(
            lambda e: e.household_id == self.households[0]
        )
        self.assertEqual(granted.benefit_id, self.food)
        self.assertEqual(found.entitlement_count, 5)

    def test_without_a_head_food_and_no_cash(self):
        headless = self.households[0]
        headless.head_id.sudo().state = "moved"
        found = self._round()
        found.with_user(self.operator).action_generate()
        granted = self._entitlements(found).filtered(
            lambda e: e.household_id == headless
        )
        self.assertEqual(granted.benefit_id, self.food)

    def test_generating_again_adds_nothing(self):
        found = self._round()
        found.with_user(self.operator).action_generate()
        before = (found.sha256, found.generation, found.generated_at)
        found.with_user(self.operator).action_generate()
        self.assertEqual((found.sha256, found.generation, found.generated_at), before)
        self.assertEqual(found.entitlement_count, 6)

    def test_generating_again_adds_what_is_missing(self):
        found = self._round(benefits=self.cash)
        found.with_user(self.operator).action_generate()
        self._entitlements(found)[0].unlink()
        found.with_user(self.operator).action_generate()
        self.assertEqual(found.entitlement_count, 3)
        self.assertEqual(found.generation, 2)
        self.reading(found, self.approver).action_decide()

    def test_families_that_left_or_live_elsewhere_get_nothing(self):
        self.households[0].state = "exited"
        self.households[1].state = "suspended"
        found = self._round()
        found.with_user(self.operator).action_generate()
        self.assertEqual(found.total_ids.mapped("entitlement_count"), [1, 1])
        elsewhere = self._round(code="R-2", area_ids=self._area("62.01").ids)
        with self.assertRaises(UserError):
            elsewhere.with_user(self.operator).action_generate()

    def test_nothing_is_granted_from_an_undecided_list(self):
        draft = self.recipients.copy()
        found = self._round(recipient_list_id=draft.id)
        with self.assertRaises(UserError):
            found.with_user(self.operator).action_generate()

    def test_ceiling_holds(self):
        found = self._round(ceiling=3 * 400000 - 1)
        with self.assertRaises(UserError):
            found.with_user(self.operator).action_generate()

    def test_budget_line_holds(self):
        first = self._round(benefits=self.cash)
        second = self._round(code="R-2", benefits=self.cash)
        (first + second).with_user(self.operator).action_generate()
        line = self._budget(CASH_ACCOUNT, 3 * 250000 + 1)
        self.reading(first, self.approver).action_decide()
        self.assertEqual(line.decided_amount, 3 * 250000)
        decided = [one for one in line._movements() if one["step"] == "decided"]
        self.assertEqual(sum(one["amount"] for one in decided), line.decided_amount)
        with self.assertRaises(UserError):
            self.reading(second, self.approver).action_decide()
        self.assertEqual(second.state, "generated")

    def test_budget_line_of_the_year_must_exist(self):
        found = self._round(date_from="2031-01-01", date_to="2031-02-01")
        found.with_user(self.operator).action_generate()
        with self.assertRaises(UserError):
            self.reading(found, self.approver).action_decide()

    def test_the_generator_does_not_decide(self):
        both = self._role_user("registry_operator", "approver")
        found = self._round()
        found.with_user(both).action_generate()
        with self.assertRaises(UserError):
            self.reading(found, both).action_decide()
        self._entitlements(found)[0].unlink()
        found.with_user(self.operator).action_generate()
        # Nor does who generated a part of it earlier.
        with self.assertRaises(UserError):
            self.reading(found, both).action_decide()

    def test_roles(self):
        found = self._round()
        with self.assertRaises(AccessError):
            found.with_user(self.approver).action_generate()
        found.with_user(self.operator).action_generate()
        with self.assertRaises(AccessError):
            self.reading(found, self.operator).action_decide()

    def test_an_operator_of_one_regency_does_not_grant_for_all(self):
        local = self._role_user(
            "registry_operator", areas=self._area("62.06"), login="katingan"
        )
        with self.assertRaises(AccessError):
            self._round().with_user(local).action_generate()

    def test_state_is_not_written_by_hand(self):
        found = self._round()
        for values in ({"state": "decided"}, {"sha256": "0" * 64}):
            with self.assertRaises(AccessError):
                found.with_user(self.operator).write(values)
        with self.assertRaises(AccessError):
            self.env["khbs.round"].with_user(self.operator).create(
                {**found.copy_data()[0], "code": "X", "state": "open"}
            )

    def test_decided_entitlements_are_frozen(self):
        found = self._decided_round()
        entitlement = self._entitlements(found)[0]
        other = self._household()
        for statement in (
            "UPDATE khbs_entitlement SET amount = amount + 1 WHERE id = %s",
            f"UPDATE khbs_entitlement SET household_id = {other.id} WHERE id = %s",
            f"UPDATE khbs_entitlement SET benefit_id = {self.food.id} + {self.cash.id}"
            " - benefit_id WHERE id = %s",
            "DELETE FROM khbs_entitlement WHERE id = %s",
        ):
            with (
                self.subTest(statement=statement),
                self.assertRaises(psycopg2.errors.RestrictViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement, [entitlement.id])
        self.assertEqual(found._entitlement_sha256(), found.sha256)

    def test_nobody_joins_a_decided_round(self):
        found = self._decided_round()
        with (
            self.assertRaises(psycopg2.errors.RestrictViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env["khbs.entitlement"].create(
                {
                    "number": "E-MORE",
                    "round_id": found.id,
                    "benefit_id": self.cash.id,
                    "household_id": self._household().id,
                    "area_id": self.village.id,
                    "regency_id": self.village._regency().id,
                    "amount": 250000,
                    "channel": "account",
                }
            )

    def test_round_opens_closes_and_lets_the_rest_lapse(self):
        found = self._decided_round()
        operator = found.with_user(self.operator)
        operator.action_open()
        operator.action_close()
        entitlements = self.env["khbs.entitlement"].search(
            [("round_id", "=", found.id)]
        )
        entitlements[0].state = "consumed"
        entitlements[1].state = "reserved"
        with self.assertRaises(UserError):
            operator.action_finish()
        entitlements[1].state = "consumed"
        operator.action_finish()
        self.assertEqual(found.state, "closed")
        self.assertEqual(set(entitlements[2:].mapped("state")), {"lapsed"})

    def test_until_is_the_last_second_in_wib(self):
        # 31 March 2026 23:59:59 at UTC+7.
        self.assertEqual(self._round().until, 1774976399)

    def test_sha256_can_be_recomputed_from_a_list(self):
        found = self._decided_round()
        lines = sorted(
            f"{e.number}|{e.household_id.name}|{e.area_id.code}|{e.benefit_id.code}"
            f"|{e.amount}"
            for e in self._entitlements(found)
        )
        digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        self.assertEqual(digest, found.sha256)
