# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from .common import ClaimsCase


class TestClaim(ClaimsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.round = cls._decided_round()

    def test_evidence_is_append_only(self):
        food = self._entitlements(self.round, self.food)[0]
        claim = self._claim(food)
        self._post(claim.line_ids)
        self._judge(claim.line_ids)
        self.env.flush_all()
        for table in (
            "khbs_claim",
            "khbs_claim_line",
            "khbs_claim_outcome",
            "khbs_claim_posting",
        ):
            for statement in ("UPDATE {} SET id = id", "DELETE FROM {}"):
                with (
                    self.subTest(table=table, statement=statement),
                    self.assertRaises(psycopg2.errors.RestrictViolation),
                    mute_logger("odoo.sql_db"),
                    self.env.cr.savepoint(),
                ):
                    self.env.cr.execute(statement.format(table))

    def test_a_line_is_posted_once(self):
        line = self._claim(self._entitlements(self.round, self.food)[0]).line_ids
        self._post(line)
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._post(line)

    def test_a_claim_is_stored_once(self):
        food = self._entitlements(self.round, self.food)[0]
        claim = self._claim(food)
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._claim(food, jti=claim.jti)

    def test_an_entitlement_has_one_primary_line(self):
        food = self._entitlements(self.round, self.food)[0]
        primaries = self.env["khbs.claim.primary"]
        first, second = (self._claim(food).line_ids for _claim in range(2))
        primaries.create({"entitlement_id": food.id, "line_id": first.id})
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            primaries.create({"entitlement_id": food.id, "line_id": second.id})

    def test_a_claim_never_pays_what_the_bank_pays(self):
        cash = self._entitlements(self.round, self.cash)[0]
        line = self._claim(cash).line_ids
        with (
            self.assertRaises(psycopg2.errors.CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._post(line)
        self.assertEqual(self._post(line, amount=0).amount, 0)

    def test_no_more_is_posted_than_was_granted(self):
        line = self._claim(self._entitlements(self.round, self.food)[0]).line_ids
        with (
            self.assertRaises(psycopg2.errors.CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._post(line, amount=line.amount + 1)

    def test_the_newest_outcome_counts(self):
        line = self._claim(self._entitlements(self.round, self.food)[0]).line_ids
        lines = self.env["khbs.claim.line"]
        self.assertIn(line, lines.search([("pay", "=", False)]))
        self._judge(line, "HELD_GAP", pay="hold", stock="hold")
        self._judge(line, "ACCEPTED", version=2)
        line.invalidate_recordset()
        self.assertEqual((line.outcome_code, line.pay), ("ACCEPTED", "pay"))
        self.assertIn(line, lines.search([("outcome_code", "=", "ACCEPTED")]))
        self.assertNotIn(line, lines.search([("pay", "=", "hold")]))

    def test_parts_of_a_split_entitlement(self):
        food = self._entitlements(self.round, self.food)[0]
        part = food.create(
            {
                "number": f"{food.number}-1",
                "round_id": food.round_id.id,
                "benefit_id": food.benefit_id.id,
                "benefit_line_id": self.food.line_ids[0].id,
                "household_id": food.household_id.id,
                "area_id": food.area_id.id,
                "regency_id": food.regency_id.id,
                "amount": self.food.line_ids[0].price,
                "channel": "goods",
                "parent_id": food.id,
            }
        )
        self.assertEqual(food.child_ids, part)

    def test_nobody_writes_claims_by_hand(self):
        food = self._entitlements(self.round, self.food)[0]
        claim = self._claim(food)
        for user in (self.operator, self.approver, self.auditor, self.maker):
            for record in (claim, claim.line_ids, food):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    record.with_user(user).write({})
                    record.with_user(user).check_access("write")
        self.assertEqual(claim.with_user(self.auditor).line_ids.e, food.number)

    def test_a_user_of_another_regency_sees_no_claim(self):
        claim = self._claim(self._entitlements(self.round, self.food)[0])
        stranger = self._role_user(
            "validator", areas=self._area("62.06"), login="validator-katingan"
        )
        found = self.env["khbs.claim"].with_user(stranger)
        self.assertFalse(found.search([("id", "=", claim.id)]))
        with self.assertRaises(AccessError):
            claim.line_ids.with_user(stranger).read(["e"])

    def test_household_shows_its_aid(self):
        household = self.households[0]
        self._claim(
            self._entitlements(self.round).filtered(
                lambda e: e.household_id == household
            )
        )
        self.assertEqual(household.entitlement_count, 2)
        self.assertEqual(household.claim_count, 1)
        action = household.with_user(self.operator).action_open_entitlements()
        self.assertEqual(
            self.env[action["res_model"]].search(action["domain"]).household_id,
            household,
        )
