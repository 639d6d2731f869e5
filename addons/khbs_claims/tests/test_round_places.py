# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields
from odoo.tests import tagged

from odoo.addons.khbs_registry.tests.papers_common import CLAUSES, a_document

from .common import ClaimsCase


@tagged("post_install", "-at_install")
class TestRoundPlaces(ClaimsCase):
    """A round serves who holds a place: selected or promoted, and not released."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeps, cls.leaves, cls.waits = cls.households
        cls.listed = cls.env["khbs.recipient.list"].create(
            {
                "title": "Daftar dengan kuota",
                "area_id": cls.province.id,
                "criteria_id": cls.recipients.criteria_id.id,
                "places": 2,
            }
        )
        cls.quota = cls.env["khbs.quota"].create(
            {
                "list_id": cls.listed.id,
                "area_id": cls.village.id,
                "level": "village",
                "regency_id": cls.village._regency().id,
                "places": 2,
            }
        )
        cls.env["khbs.recipient.line"].create(
            [
                {
                    "list_id": cls.listed.id,
                    "household_id": household.id,
                    "area_id": cls.village.id,
                    "regency_id": cls.village._regency().id,
                    "rank": rank,
                    "status": "selected" if rank < 3 else "waiting",
                }
                for rank, household in enumerate(cls.households, start=1)
            ]
        )
        cls.listed.write({"state": "decided", "sha256": "0" * 64})

    def _served(self, code):
        found = self._round(code=code, recipient_list_id=self.listed.id)
        found.with_user(self.operator).action_generate()
        return self._entitlements(found).household_id

    def _amend(self, state):
        lines = self.listed.line_ids
        amendment = self.env["khbs.recipient.amendment"].create(
            {
                "name": f"AMD-{state}",
                "list_id": self.listed.id,
                "area_id": self.province.id,
            }
        )
        for household, kind in ((self.leaves, "release"), (self.waits, "promotion")):
            self.env["khbs.recipient.change"].create(
                {
                    "amendment_id": amendment.id,
                    "line_id": lines.filtered(
                        lambda x, household=household: x.household_id == household
                    ).id,
                    "household_id": household.id,
                    "area_id": self.village.id,
                    "kind": kind,
                    "quota_id": self.quota.id,
                    "release_reason": "refusal" if kind == "release" else False,
                }
            )
        amendment.state = state
        return amendment

    def test_who_waits_is_not_served(self):
        self.assertEqual(self._served("R-1"), self.keeps | self.leaves)

    def test_who_is_released_keeps_neither_card_nor_account(self):
        account = self.env["khbs.bank.account"].create(
            {
                "household_id": self.leaves.id,
                "account_number": "1000000077",
                "account_name": self.leaves.head_id.name,
                "state": "active",
            }
        )
        card = self.env["khbs.card"]._allocate(self.leaves, "card")
        self._amend("decided")._move_families()
        self.assertEqual(self.leaves.state, "exited")
        self.assertEqual((account.state, card.state), ("closed", "destroyed"))
        self.assertEqual(self.keeps.state, "active")

    def _decree(self, amendment):
        """Return a decree on *amendment* that is decided and not yet signed."""
        self.env.ref("khbs_registry.signatory_governor").name = "AGUSTIAR CONTOH"
        officer = self._role_user("decree_officer")
        decree = (
            self.env["khbs.decree"]
            .with_user(officer)
            ._draft(
                "recipient_list",
                "Perubahan Penerima KHBS",
                amendment.with_user(officer),
                clauses=CLAUSES,
                annexes=[a_document()],
            )
        )
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        return decree

    def test_a_release_counts_once_decided_a_promotion_once_its_decree_holds(self):
        amendment = self._amend("proposed")
        self.assertEqual(self._served("R-2"), self.keeps | self.leaves)
        amendment.state = "decided"
        self.assertEqual(self._served("R-3"), self.keeps)
        amendment.decree_id = self._decree(amendment)
        self.assertEqual(self._served("R-4"), self.keeps)
        amendment.decree_id.action_register_signature(
            "188.44/9",
            fields.Date.context_today(amendment),
            b"%PDF-1.4 signed",
        )
        self.assertEqual(self._served("R-5"), self.keeps | self.waits)

    def test_a_new_list_knows_what_a_round_gives(self):
        self.assertEqual(self.listed.cash_amount, self.cash.amount)
        self.assertEqual(self.listed.food_amount, self.food.amount)
        self.assertEqual(
            self.listed.round_cost, 2 * (self.cash.amount + self.food.amount)
        )
