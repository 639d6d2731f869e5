# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from odoo.exceptions import UserError

from .common import YEAR
from .cycle_common import CycleCase


class TestCyclePage(CycleCase):
    """Supplements, payees, and what stands beside a proposal on its page."""

    # Supplements and payees

    def test_a_supplement_takes_what_the_proposal_left(self):
        first = self._proposed()
        newcomer = self._holder("RT BARU")
        self._line(first, self.rt).with_user(self.verifier).write(
            {"verdict": "rejected", "reason": "SK belum ada"}
        )
        examined = self._examined(first)
        examined.action_accept_pending()
        self.reading(examined).action_verify()
        self.reading(examined, self.approver).action_approve()
        second = self._proposal(supplement=1)
        self.assertEqual(second.line_ids.holder_id, newcomer | self.rt)
        self.assertIn("Susulan 1", second.display_name)

    def test_a_supplement_waits_for_a_proposal_that_was_sent_back(self):
        first = self._proposed()
        self._holder("RT BARU")
        second = self._proposal(supplement=1)
        first.with_user(self.verifier).action_return("Lengkapi SK")
        with self.assertRaisesRegex(UserError, "TW I/.* is a draft"):
            second.action_build()
        with self.assertRaisesRegex(UserError, "TW I/.* is a draft"):
            second.action_propose()
        first.with_user(self.proposer).action_propose()
        second.action_propose()

    def test_what_goes_through_villages_has_its_own_proposal(self):
        self.roles["rt_head"].payee_level = "village"
        direct = self._proposal()
        through = self._proposal(payee_level="village")
        self.assertEqual(direct.line_ids.holder_id, self.damang)
        self.assertEqual(through.line_ids.holder_id, self.rt | self.rt_late)
        self.assertEqual(through.line_ids.payee_area_id, self.village)
        self.assertEqual(direct.line_ids.payee_area_id, self.regency)

    # Beside the proposal

    def test_each_line_stands_beside_the_quarter_before(self):
        self._verified("1")
        self.damang.date_to = date(YEAR, 3, 31)
        newcomer = self._holder("RT BARU", date_from=date(YEAR, 4, 1))
        proposal = self._proposal("2")
        late = self._line(proposal, self.rt_late)
        self.assertEqual((late.previous_amount, late.difference), (500_000, 250_000))
        self.assertEqual(self._line(proposal, newcomer).difference, 750_000)
        self.assertEqual(proposal.previous_amount, 500_000 + 750_000)
        left = proposal.departure_ids
        self.assertEqual(left.holder_id, self.damang)
        self.assertEqual(left.former_amount, 1_500_000)
        self.assertEqual(left.left_on, date(YEAR, 3, 31))

    def test_the_page_shows_what_changed_since_it_was_sent_back(self):
        proposal = self._proposed()
        verifier = proposal.with_user(self.verifier)
        self._line(verifier, self.rt).write({"verdict": "returned", "reason": "SK"})
        verifier.action_return("Lengkapi SK")
        # What was sent back is there from the start, mended or not.
        back = proposal.change_ids
        self.assertEqual(
            (back.holder_id, back.kind, back.reason), (self.rt, "same", "SK")
        )
        self.damang.appointment_letter = "SK 2"
        self.rt.date_to = date(YEAR, 1, 31)
        self.rt_late.active = False
        newcomer = self._holder("RT BARU")
        proposal.action_build()
        self.env.invalidate_all()
        found = {
            change.holder_id: (change.kind, change.former_months, change.months)
            for change in proposal.change_ids
        }
        self.assertEqual(
            found,
            {
                self.rt: ("changed", 3, 1),
                self.damang: ("changed", 3, 3),
                self.rt_late: ("gone", 2, 0),
                newcomer: ("new", 0, 3),
            },
        )
        changed = proposal.change_ids.filtered(lambda one: one.holder_id == self.rt)
        self.assertEqual(changed.reason, "SK")

    def test_roles_stand_beside_their_ceilings(self):
        self._ceiling(1)
        proposal = self._proposal()
        [rt] = proposal.role_sum_ids.filtered(
            lambda one: one.role_id == self.roles["rt_head"]
        )
        self.assertEqual((rt.people, rt.ceiling, rt.over), (2, 1, True))
        [damang] = proposal.role_sum_ids - rt
        self.assertEqual((damang.people, damang.over), (1, False))

    def test_every_stage_has_its_day(self):
        proposal = self._proposed()
        self.assertEqual(
            (proposal.due_date - proposal.stage_since.date()).days // 2,
            proposal.policy_id.verify_days // 2,
        )
        verified = self._verified("2")
        self.assertLess(verified.due_date, proposal.due_date)
        self.assertFalse(self._proposal("3").due_date)

    def test_the_rules_are_those_of_the_quarter(self):
        late = self._policy(valid_from=date(YEAR, 6, 15), verify_days=3)
        self.assertNotEqual(self._proposal("2").policy_id, late)
        proposal = self._proposal("3")
        self.assertEqual(proposal.policy_id, late)
        self._policy(valid_from=date(YEAR, 6, 15))
        with self.assertRaisesRegex(UserError, "policy has changed"):
            proposal.action_propose()
