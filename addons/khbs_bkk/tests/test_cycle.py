# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

import psycopg2

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .common import SCAN, YEAR
from .cycle_common import CycleCase


class TestCycle(CycleCase):
    """The rules of the whole cycle: who, how often, how many, in which months."""

    def _two_roles(self):
        """Let the head of RT SATU be a Damang too; return that holder."""
        return self._holder("RT SATU", role="damang", nik_entry=self.rt.sudo().nik)

    # Cases of DOMAIN 12

    def test_case_12_39_one_of_two_roles_is_paid(self):
        damang = self._two_roles()
        proposal = self._examined(self._proposed())
        self.assertIn("TWO_ROLES", self._line(proposal, self.rt).warning)
        self.assertIn("TWO_ROLES", self._line(proposal, damang).warning)
        # Both accepted by hand: closing says who it is.
        proposal.line_ids.write({"verdict": "accepted"})
        with self._refused() as _:
            self.reading(proposal).action_verify()
        self._line(proposal, damang).write({"verdict": "pending"})
        self._line(proposal, self.rt).write({"verdict": "pending"})
        proposal.action_accept_pending()
        # The higher rate is paid, the other line says why it is not.
        self.assertEqual(self._line(proposal, damang).verdict, "accepted")
        lesser = self._line(proposal, self.rt)
        self.assertEqual(lesser.verdict, "rejected")
        self.assertIn("peran lain", lesser.reason)
        self.reading(proposal).action_verify()

    def test_case_12_39_both_roles_are_paid_where_the_policy_says_so(self):
        self._policy(several_roles="both")
        damang = self._two_roles()
        proposal = self._verified()
        lines = self._line(proposal, self.rt) | self._line(proposal, damang)
        self.assertEqual(set(lines.mapped("verdict")), {"accepted"})

    def test_case_12_39_a_role_keeps_the_months_that_the_other_leaves(self):
        damang = self._two_roles()
        damang.date_from = date(YEAR, 2, 20)
        proposal = self._proposed().with_user(self.verifier)
        proposal.action_accept_pending()
        lesser = self._line(proposal, self.rt)
        self.assertEqual(
            (lesser.verdict, lesser.approved_from, lesser.approved_months),
            ("cut", date(YEAR, 1, 1), 2),
        )
        self.assertEqual(self._line(proposal, damang).approved_from, date(YEAR, 3, 1))

    def test_case_12_39_the_other_role_in_another_regency_counts_too(self):
        self._verified()
        city = self._area("62.71")
        self._holder(
            "RT SATU",
            role="damang",
            nik_entry=self.rt.sudo().nik,
            regency_id=city.id,
        )
        self.regency = city
        self.proposer.khbs_area_ids = city
        proposal = self._examined(self._proposed())
        proposal.line_ids.write({"verdict": "accepted"})
        with self.assertRaisesRegex(UserError, "RT SATU"):
            self.reading(proposal).action_verify()
        proposal.line_ids.write({"verdict": "pending"})
        proposal.action_accept_pending()
        self.assertEqual(proposal.line_ids.verdict, "rejected")

    def test_case_12_40_three_villages_are_one_payment(self):
        villages = self.env["khbs.area"].search([("code", "=like", "62.06.01.20__")])
        self._rate("bhabinkamtibmas", 300000)
        holder = self._holder(
            "BRIPKA CONTOH", role="bhabinkamtibmas", area_ids=villages[:3]
        )
        line = self._line(self._proposal(), holder)
        self.assertEqual((len(line), line.months, line.amount), (1, 3, 900000))
        for village in villages[:3]:
            self.assertIn(village.name, line.area_names)

    def test_case_12_40_who_moves_is_paid_by_the_day_of_the_order(self):
        self._rate("bhabinkamtibmas", 300000)
        before = self._holder(
            "BRIPKA LAMA", role="bhabinkamtibmas", date_to=date(YEAR, 2, 15)
        )
        after = self._holder(
            "BRIPKA BARU", role="bhabinkamtibmas", date_from=date(YEAR, 2, 16)
        )
        proposal = self._proposal()
        self.assertEqual(self._line(proposal, before).months, 2)
        line = self._line(proposal, after)
        self.assertEqual((line.month_from, line.months), (date(YEAR, 3, 1), 1))

    def test_case_12_41_a_month_without_a_holder_is_not_paid(self):
        self.damang.date_to = date(YEAR, 1, 31)
        successor = self._holder(
            "DAMANG BARU", role="damang", date_from=date(YEAR, 2, 15)
        )
        proposal = self._proposal()
        self.assertEqual(self._line(proposal, self.damang).months, 1)
        self.assertEqual(
            self._line(proposal, successor).mapped("month_from"), [date(YEAR, 3, 1)]
        )
        paid = proposal.line_ids.filtered(lambda one: one.role_id.code == "damang")
        self.assertEqual(sum(paid.mapped("months")), 2)

    def test_case_12_41_a_term_that_ends_after_proposing_is_seen(self):
        """By the verifier, who cuts; by the approver, who sends back."""
        proposal = self._examined(self._proposed())
        proposal.action_accept_pending()
        self.rt.with_user(self.proposer).date_to = date(YEAR, 2, 20)
        with self.assertRaisesRegex(UserError, "RT SATU. Cut or reject"):
            self.reading(proposal).action_verify()
        self._line(proposal, self.rt).write(
            {"verdict": "cut", "approved_months": 2, "reason": "Masa jabatan selesai"}
        )
        self.reading(proposal).action_verify()
        self.rt_late.date_to = date(YEAR, 2, 20)
        with self.assertRaisesRegex(UserError, "RT DUA. Send the proposal back"):
            self.reading(proposal, self.approver).action_approve()

    def test_case_12_41_a_rate_that_changes_after_proposing_is_seen(self):
        proposal = self._examined(self._proposed())
        proposal.action_accept_pending()
        self.rt_rate.valid_to = date(YEAR, 2, 28)
        self.rt_rate.flush_recordset()
        self._rate("rt_head", 300000, valid_from=date(YEAR, 3, 1))
        with self.assertRaisesRegex(UserError, "RT DUA, RT SATU. Cut or reject"):
            self.reading(proposal).action_verify()

    def test_case_12_42_more_people_than_the_ceiling_are_cut_with_a_reason(self):
        self._ceiling(1)
        proposal = self._examined(self._proposed())
        proposal.action_accept_pending()
        with self.assertRaisesRegex(UserError, "2 people, the ceiling is 1"):
            self.reading(proposal).action_verify()
        late = self._line(proposal, self.rt_late)
        late.write({"verdict": "rejected", "reason": "Melebihi pagu RT"})
        self.reading(proposal).action_verify()
        self.reading(proposal, self.approver).action_approve()
        proposal.with_user(self.decree_officer).action_draft_decree(self.budget_line.id)
        decree = proposal.decree_id.with_user(self.decree_officer)
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        printed = self.env["khbs.bkk.decree.line"].search(
            [("decree_id", "=", decree.id)]
        )
        self.assertEqual(set(printed.mapped("name")), {"DAMANG CONTOH", "RT SATU"})

    def test_case_12_42_the_ceiling_counts_people_of_one_month(self):
        """Who follows another in the same post is not one too many."""
        self._ceiling(2)
        self.rt.date_to = date(YEAR, 2, 10)
        self._holder("RT PENGGANTI", date_from=date(YEAR, 2, 11))
        proposal = self._examined(self._proposed())
        proposal.action_accept_pending()
        self.reading(proposal).action_verify()
        self.assertEqual(proposal.approved_count, 4)

    def test_case_12_42_a_village_has_its_own_ceiling(self):
        self._ceiling(1, area=self.village)
        proposal = self._examined(self._proposed())
        proposal.action_accept_pending()
        with self.assertRaisesRegex(UserError, self.village.name):
            self.reading(proposal).action_verify()

    # The signed letter

    def test_nothing_is_sent_without_the_signed_letter(self):
        proposal = self._proposal()
        proposal.write({"letter_file": False})
        with self.assertRaisesRegex(UserError, "signed letter"):
            proposal.action_propose()
        with self.assertRaisesRegex(UserError, "as PDF"):
            proposal.write({"letter_file": b"aGVsbG8="})

    def test_the_signed_letter_stays_with_its_round(self):
        proposal = self._proposed()
        first = proposal.letter_ids
        self.assertEqual(first.sha256, proposal.letter_sha256)
        with self._refused():
            proposal.write({"letter_file": SCAN})
        proposal.with_user(self.verifier).action_return("Lengkapi SK")
        proposal.write({"letter_file": b"JVBERi0xLjcgYW5vdGhlcg=="})
        proposal.action_propose()
        self.assertEqual(proposal.letter_ids.mapped("round_number"), [2, 1])
        self.assertNotEqual(proposal.letter_sha256, first.sha256)

    def test_the_letter_is_printed_with_its_control_totals(self):
        proposal = self._proposal()
        proposal.action_print_letter()
        papers = self.env["khbs.paper"].search(
            [("model", "=", proposal._name), ("res_id", "=", proposal.id)]
        )
        listed = papers.filtered(lambda one: one.kind == "bkk.nominative")
        self.assertEqual(listed.totals["amount"], proposal.proposed_amount)
        self.assertEqual(listed.row_count, proposal.line_count)
        rows = list(proposal._nominative_rows())
        self.assertTrue(all("********" in row["nik"] for row in rows))
        self.assertEqual(len(papers), 2)

    # Verification

    def test_a_returned_line_sends_the_proposal_back(self):
        proposal = self._examined(self._proposed())
        line = self._line(proposal, self.rt)
        with self._refused():
            line.write({"verdict": "returned"})
        line.write({"verdict": "returned", "reason": "SK tidak terbaca"})
        proposal.action_accept_pending()
        with self.assertRaisesRegex(UserError, "returned"):
            self.reading(proposal).action_verify()
        asked = proposal.action_ask_return()["context"]["default_reason"]
        self.assertEqual(asked, "RT SATU: SK tidak terbaca")
        proposal.action_return(asked)
        kept = proposal.verdict_ids.filtered(lambda one: one.holder_id == self.rt)
        self.assertEqual((kept.verdict, kept.name), ("returned", "RT SATU"))

    def test_a_cut_says_which_months_are_left(self):
        proposal = self._proposed().with_user(self.verifier)
        line = self._line(proposal, self.rt)
        cut = {"verdict": "cut", "approved_months": 1, "reason": "Mulai Maret"}
        with self._refused():
            line.write({**cut, "approved_months": 2, "approved_from": date(YEAR, 3, 1)})
        line.write({**cut, "approved_from": date(YEAR, 3, 1)})
        self.assertEqual(line.approved_from, date(YEAR, 3, 1))
        line.write({**cut, "approved_from": False})
        self.assertEqual(line.approved_from, date(YEAR, 1, 1))

    def test_closing_needs_the_whole_checklist_and_a_team(self):
        proposal = self._proposed().with_user(self.verifier)
        proposal.action_accept_pending()
        proposal.write({"minutes_number": "BA 1", "minutes_date": date(YEAR, 1, 6)})
        self.assertEqual(proposal.unanswered_count, len(proposal._checks()))
        with self.assertRaisesRegex(UserError, "checklist"):
            self.reading(proposal).action_verify()
        proposal._checks().write({"answer": "yes"})
        proposal._checks()[0].write({"answer": "no", "note": "Tanpa stempel"})
        proposal._team().unlink()
        with self.assertRaisesRegex(UserError, "members of the team"):
            self.reading(proposal).action_verify()
        self._examined(proposal)
        self.reading(proposal).action_verify()
        self.assertTrue(proposal.minutes_id.pdf_sha256)
        self.assertEqual(
            proposal.minutes_list_id.totals["approved"], proposal.approved_amount
        )
        with self._refused():
            proposal._checks().write({"answer": "yes"})
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_bkk_check SET answer = 'yes' WHERE proposal_id = %s",
                [proposal.id],
            )

    def test_another_round_has_its_own_checklist_and_team(self):
        proposal = self._examined(self._proposed())
        proposal.action_return("Lengkapi SK")
        proposal.with_user(self.proposer).action_propose()
        self.env.invalidate_all()
        self.assertEqual(set(proposal.check_ids.mapped("round_number")), {2})
        self.assertEqual(set(proposal.team_ids.mapped("round_number")), {2})
        every = self.env["khbs.bkk.check"].search([("proposal_id", "=", proposal.id)])
        self.assertEqual(set(every.mapped("round_number")), {1, 2})
        team = self.env["khbs.bkk.team.member"].with_user(self.verifier)
        of_round = [("proposal_id", "=", proposal.id), ("round_number", "=", 1)]
        with self._refused(UserError):
            team.search(of_round).unlink()

    def test_the_team_of_the_last_proposal_is_there_in_the_next(self):
        self._verified("1")
        proposal = self._proposed("2")
        self.assertEqual(len(proposal._team()), 2)
        self.assertFalse(any(proposal._checks().mapped("answer")))

    # Two approvals

    def test_above_the_amount_a_second_person_approves(self):
        self._policy(second_tier_amount=1_000_000)
        proposal = self._verified()
        self.reading(proposal, self.approver).action_approve()
        self.assertEqual(proposal.state, "endorsed")
        with self._refused():
            self.reading(proposal, self.approver).action_approve()
        refused = self.env["khbs.audit.event"].search(
            [("outcome", "=", "refused"), ("act", "=", "khbs.bkk.proposal.approved")]
        )
        self.assertEqual(refused[:1].user_id, self.approver)
        second = self._role_user("approver", login="second-approver")
        self.reading(proposal, second).action_approve()
        self.assertEqual(proposal.state, "approved")
        self.assertEqual(
            proposal.approval_ids.sorted("id").mapped("step"),
            ["proposed", "verified", "endorsed", "approved"],
        )

    def test_no_second_approval_is_skipped_in_the_database(self):
        self._policy(second_tier_amount=1_000_000)
        proposal = self._verified()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_bkk_proposal SET state = 'approved' WHERE id = %s",
                [proposal.id],
            )

    def test_up_to_the_amount_one_person_approves(self):
        proposal = self._verified()
        self._policy(second_tier_amount=proposal.approved_amount)
        # The policy is that of the day the lines were built.
        self.reading(proposal, self.approver).action_approve()
        self.assertEqual(proposal.state, "approved")

    def test_an_endorsed_proposal_may_be_sent_back(self):
        self._policy(second_tier_amount=1)
        proposal = self._verified()
        self.reading(proposal, self.approver).action_approve()
        second = self._role_user("approver", login="second-approver")
        proposal.with_user(second).action_return("Pagu berubah")
        self.assertEqual((proposal.state, proposal.round_number), ("draft", 2))

    def test_an_administrator_takes_one_step_only(self):
        """Who is asked for no role is asked for a second person all the same."""
        proposal = self._proposal().with_user(SUPERUSER_ID)
        proposal.action_propose()
        self._examined(proposal)
        proposal.action_accept_pending()
        with self._refused():
            self.reading(proposal).action_verify()
        self.assertEqual(proposal.state, "proposed")
        refused = self.env["khbs.audit.event"].search(
            [("outcome", "=", "refused"), ("act", "=", "khbs.bkk.proposal.verified")]
        )
        self.assertEqual(refused.user_id.id, SUPERUSER_ID)
        self.reading(proposal, self.verifier).action_verify()
        with self._refused():
            self.reading(proposal).action_approve()
        self.assertEqual(proposal.state, "verified")

    def test_case_12_42_a_ceiling_counts_every_area_of_a_holder(self):
        villages = self.env["khbs.area"].search([("code", "=like", "62.06.01.20__")])
        second = (villages - self.village)[0]
        self._ceiling(0, area=second)
        self.rt.area_ids = self.village | second
        proposal = self._examined(self._proposed())
        self.assertIn("OVER_CEILING", proposal.warning_ids.mapped("rule"))
        proposal.action_accept_pending()
        with self.assertRaisesRegex(UserError, "1 people, the ceiling is 0"):
            self.reading(proposal).action_verify()
        self._line(proposal, self.rt).write({"verdict": "rejected", "reason": "Pagu"})
        self.reading(proposal).action_verify()
