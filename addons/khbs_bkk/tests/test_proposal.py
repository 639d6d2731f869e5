# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
from datetime import date

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import YEAR, BkkCase


class TestProposal(BkkCase):
    def _line(self, proposal, holder):
        return proposal.line_ids.filtered(lambda line: line.holder_id == holder)

    def _refused_by_database(self, query, *params):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(query, params)

    def test_case_12_41_a_month_counts_for_who_holds_office_on_its_first_day(self):
        self.rt.date_to = date(YEAR, 2, 15)
        successor = self._holder("RT PENGGANTI", date_from=date(YEAR, 2, 16))
        proposal = self._proposal()
        self.assertEqual(self._line(proposal, self.damang).months, 3)
        self.assertEqual(self._line(proposal, self.rt_late).months, 2)
        self.assertEqual(self._line(proposal, self.rt).months, 2)
        self.assertEqual(self._line(proposal, successor).months, 1)
        self.assertEqual(self._line(proposal, successor).warning, "PART_PERIOD")
        self.assertEqual(proposal.proposed_amount, 1_500_000 + (2 + 2 + 1) * 250_000)

    def test_a_rate_that_changes_inside_the_quarter_makes_two_lines(self):
        self.rt_rate.valid_to = date(YEAR, 2, 28)
        self.rt_rate.flush_recordset()
        self._rate("rt_head", 300000, valid_from=date(YEAR, 3, 1))
        self._rate("damang", 600000, area_id=self.regency.id)
        proposal = self._proposal()
        lines = self._line(proposal, self.rt)
        self.assertEqual(
            sorted(lines.mapped(lambda line: (line.rate_amount, line.months))),
            [(250000, 2), (300000, 1)],
        )
        self.assertEqual(self._line(proposal, self.damang).rate_amount, 600000)
        self.assertEqual(proposal.holder_count, 3)

    def test_case_12_39_one_person_in_two_roles_is_marked(self):
        self._holder("RT SATU", role="damang", nik_entry=self.rt.sudo().nik)
        proposal = self._proposal()
        self.assertEqual(self._line(proposal, self.rt).warning, "TWO_ROLES")
        self.assertFalse(self._line(proposal, self.damang).warning)

    def test_a_role_without_a_rate_is_named(self):
        self._holder("MANTIR CONTOH", role="mantir_village")
        with self.assertRaisesRegex(UserError, "Mantir Desa"):
            self._proposal()

    def test_a_holder_without_nik_is_named(self):
        self._holder("RT TANPA NIK", nik_entry=False)
        with self.assertRaisesRegex(UserError, "RT TANPA NIK"):
            self._proposal()

    def test_the_letter_must_state_the_same_figures(self):
        proposal = self._proposal()
        proposal.control_amount += 1
        with self.assertRaisesRegex(UserError, "letter states"):
            proposal.action_propose()

    def test_a_roster_that_changed_after_building_is_noticed(self):
        proposal = self._proposal()
        self.rt.date_to = date(YEAR, 1, 31)
        with self.assertRaisesRegex(UserError, "RT SATU"):
            proposal.action_propose()

    def test_a_context_gives_no_state(self):
        proposal = (
            self.env["khbs.bkk.proposal"]
            .with_user(self.proposer)
            .with_context(default_round_number=7, default_approved_amount=9)
            .create(
                {"regency_id": self.regency.id, "fiscal_year": YEAR, "quarter": "3"}
            )
        )
        self.assertEqual((proposal.round_number, proposal.approved_amount), (1, 0))

    def test_case_12_42_verification_cuts_with_a_reason(self):
        proposal = self._proposed().with_user(self.verifier)
        line = self._line(proposal, self.rt)
        with self.assertRaises(UserError):
            line.write({"verdict": "cut", "approved_months": 2})
        with self.assertRaises(UserError):
            line.write({"verdict": "cut", "approved_months": 3, "reason": "x"})
        line.write({"verdict": "cut", "approved_months": 2, "reason": "Pindah"})
        self._line(proposal, self.rt_late).write(
            {"verdict": "rejected", "reason": "Melebihi pagu"}
        )
        with self.assertRaisesRegex(UserError, "1 lines"):
            self.reading(proposal).action_verify()
        proposal.action_accept_pending()
        self._examined(proposal, "BA 1")
        self.reading(proposal).action_verify()
        self.assertEqual(proposal.approved_amount, 1_500_000 + 500_000)
        self.assertEqual(proposal.cut_amount, 250_000 + 500_000)
        self.assertEqual(proposal.approved_count, 2)
        self.assertTrue(proposal.minutes_id.pdf_sha256)
        self.assertEqual(len(proposal.verdict_ids), 3)

    def test_a_verifier_changes_nothing_but_verdicts(self):
        proposal = self._proposed().with_user(self.verifier)
        for vals in ({"amount": 1}, {"name": "LAIN"}, {"months": 1}):
            with self.assertRaises(UserError):
                proposal.line_ids[0].write(vals)
        for vals in (
            {"state": "approved"},
            {"letter_number": "1"},
            {"approved_amount": 1},
            {"decree_id": 1},
            {"disbursed_amount": 1},
            {"round_number": 2},
        ):
            with self.assertRaises(UserError):
                proposal.write(vals)

    def test_a_proposer_gives_no_verdict_and_no_state(self):
        proposal = self._proposed()
        with self.assertRaises(AccessError):
            proposal.line_ids[0].write({"verdict": "accepted"})
        for action in ("action_accept_pending", "action_verify", "action_approve"):
            with self.assertRaises(AccessError):
                getattr(proposal, action)()
        with self.assertRaises(UserError):
            proposal.create(
                {
                    "regency_id": self.regency.id,
                    "fiscal_year": YEAR,
                    "quarter": "2",
                    "state": "approved",
                }
            )

    def test_no_stage_is_skipped(self):
        proposal = self._proposal()
        with self.assertRaises(UserError):
            self.reading(proposal, self.verifier).action_verify()
        with self.assertRaises(UserError):
            self.reading(proposal, self.approver).action_approve()
        query = "UPDATE khbs_bkk_proposal SET state = %s WHERE id = %s"
        self._refused_by_database(query, "verified", proposal.id)
        self._refused_by_database(query, "proposed", proposal.id)  # nobody decided

    def test_nobody_takes_two_steps_not_even_in_two_rounds(self):
        proposal = self._proposed().with_user(self.verifier)
        proposal.action_return("Lengkapi SK")
        # The proposer changed office between the rounds.
        self.proposer.group_ids = [
            (3, self.env.ref("khbs_registry.group_bkk_proposer").id),
            (4, self.env.ref("khbs_registry.group_bkk_verifier").id),
        ]
        second = self._role_user(
            "bkk_proposer", areas=self.regency, login="second-proposer"
        )
        proposal.with_user(second).action_propose()
        mine = proposal.with_user(self.proposer)
        mine.action_accept_pending()
        self._examined(mine, "BA 1")
        with self.assertRaisesRegex(UserError, "second person"):
            self.reading(mine).action_verify()
        refused = self.env["khbs.audit.event"].search(
            [("outcome", "=", "refused"), ("act", "=", "khbs.bkk.proposal.verified")]
        )
        self.assertEqual(refused.user_id, self.proposer)

    def _moved(self, user, group):
        """Give *user* another office."""
        user.sudo().group_ids = [
            (6, 0, self.env.ref(f"khbs_registry.group_{group}").ids)
        ]

    def test_nobody_closes_what_he_built(self):
        """A colleague pressed the button; the builder is a verifier by now."""
        proposal = self._proposal()
        second = self._role_user(
            "bkk_proposer", areas=self.regency, login="second-proposer"
        )
        changer = self._role_user(
            "bkk_proposer", areas=self.regency, login="third-proposer"
        )
        proposal.with_user(changer).letter_number = "900/1-A/BPKAD"
        proposal.with_user(second).action_propose()
        proposal = self._examined(proposal)
        proposal.action_accept_pending()
        for author in (self.proposer, changer):
            self._moved(author, "bkk_verifier")
            with self.assertRaisesRegex(UserError, "second person"):
                self.reading(proposal, author).action_verify()
        self.reading(proposal).action_verify()

    def test_nobody_approves_what_he_judged(self):
        """Not the verdicts of a round that was sent back either."""
        proposal = self._proposed().with_user(self.verifier)
        judge = self._role_user("bkk_verifier", login="second-verifier")
        self._line(proposal, self.rt).with_user(judge).write(
            {"verdict": "returned", "reason": "SK"}
        )
        proposal.action_return("Lengkapi SK")
        # Who proposed, verified or judged before does so again.
        proposal.with_user(self.proposer).action_propose()
        self._examined(proposal, "BA 2")
        proposal.action_accept_pending()
        self.reading(proposal).action_verify()
        self._moved(judge, "approver")
        with self.assertRaisesRegex(UserError, "second person"):
            self.reading(proposal, judge).action_approve()
        self.env["khbs.approval"].create(
            {
                "model": proposal._name,
                "res_id": proposal.id,
                "step": "approved",
                "user_id": judge.id,
                "role": "approver",
                "sha256": "0" * 64,
                "round_number": proposal.round_number,
            }
        )
        self._refused_by_database(
            "UPDATE khbs_bkk_proposal SET state = 'approved' WHERE id = %s",
            proposal.id,
        )

    def test_a_letter_is_signed_anew_for_other_lines(self):
        proposal = self._proposed()
        proposal.with_user(self.verifier).action_return("Lengkapi SK")
        self.rt.appointment_letter = "SK 2"
        proposal.action_build()
        with self.assertRaisesRegex(UserError, "signed for other lines"):
            proposal.action_propose()
        letter = base64.b64encode(b"%PDF-1.4 signed anew")
        proposal.write({"letter_file": letter})
        proposal.action_propose()
        self.assertEqual(proposal.state, "proposed")
        # The same lines may go again under the same letter.
        proposal.with_user(self.verifier).action_return("Lengkapi lampiran")
        proposal.action_propose()
        self.assertEqual(proposal.round_number, 3)

    def test_a_closed_verification_keeps_checklist_and_team(self):
        proposal = self._verified()
        member = proposal._team()[0].with_user(self.verifier)
        check = proposal._checks()[0].with_user(self.verifier)
        for change in (
            member.unlink,
            lambda: member.write({"name": "ORANG LAIN"}),
            lambda: check.write({"note": "Belakangan"}),
        ):
            with self.assertRaisesRegex(UserError, "verification of .* is closed"):
                change()

    def test_a_refusal_names_fields_as_the_screen_does(self):
        proposal = self._proposed()
        with self.assertRaisesRegex(UserError, "not change: Letter Number, Round Nu"):
            proposal.write({"letter_number": "X", "round_number": 2})

    def test_lines_stand_as_on_paper(self):
        second = self._area("62.06.01.2004")
        self.assertTrue(second)
        for name, village in (
            ("ZAINAL", self.village),
            ("Abdul", self.village),
            ("AAN", second),
        ):
            self._holder(name, area_ids=village)
        self._holder("BADRUN", role="damang", area_ids=self.village)
        proposal = self._proposal()
        shown = proposal.line_ids.mapped("name")
        self.assertEqual(
            shown,
            ["Abdul", "BADRUN", "DAMANG CONTOH", "RT DUA", "RT SATU", "ZAINAL", "AAN"],
        )
        printed = [row["name"] for row in proposal._nominative_rows()]
        self.assertEqual(shown, printed)
        self.assertEqual(shown, [row["name"] for row in proposal._minutes_rows()])

    def test_the_team_of_another_regency_does_not_sign(self):
        self._verified("1")
        city = self._area("62.71")
        self._holder("RT KOTA", regency_id=city.id)
        self.regency = city
        self.proposer.khbs_area_ids = city
        self.assertFalse(self._proposed("1")._team())

    def test_sending_back_keeps_history(self):
        proposal = self._proposed()
        verifier = proposal.with_user(self.verifier)
        self._line(verifier, self.rt).write({"verdict": "rejected", "reason": "SK"})
        with self.assertRaises(UserError):
            verifier.action_return("  ")
        verifier.action_return("Lengkapi SK")
        self.assertEqual(proposal.state, "draft")
        self.assertEqual(proposal.round_number, 2)
        self.assertEqual(proposal.return_reason, "Lengkapi SK")
        self.assertEqual(set(proposal.line_ids.mapped("verdict")), {"pending"})
        proposal.action_build()
        proposal.action_propose()
        verifier.action_accept_pending()
        self._examined(verifier, "BA 2")
        self.reading(verifier).action_verify()
        verdicts = proposal.verdict_ids.filtered(lambda one: one.holder_id == self.rt)
        self.assertEqual(
            {(one.round_number, one.verdict) for one in verdicts},
            {(1, "rejected"), (2, "accepted")},
        )
        self.assertEqual(
            proposal.approval_ids.sorted("id").mapped("step"),
            ["proposed", "returned", "proposed", "verified"],
        )
        with self.assertRaises(UserError):
            proposal.unlink()

    def test_verdicts_changed_since_the_form_was_opened_are_read_again(self):
        proposal = self._proposed().with_user(self.verifier)
        proposal.action_accept_pending()
        self._examined(proposal, "BA 1")
        opened = self.reading(proposal)
        proposal.line_ids[0].write({"verdict": "rejected", "reason": "Ganda"})
        with self.assertRaises(UserError):
            opened.action_verify()
        self.reading(proposal).action_verify()
        opened = self.reading(proposal, self.approver)
        self.reading(proposal, self.approver).action_return("Pagu berubah")
        self.assertNotEqual(opened.env.context["khbs_seen"], [opened._content_sha256()])

    def test_the_approver_may_send_back_too(self):
        proposal = self._verified()
        with self.assertRaises(AccessError):
            proposal.action_return("x")
        proposal.with_user(self.approver).action_return("Pagu berubah")
        self.assertEqual(proposal.state, "draft")

    def test_lines_are_frozen_by_the_database(self):
        proposal = self._proposed()
        line = proposal.line_ids[0]
        self._refused_by_database(
            "UPDATE khbs_bkk_proposal_line SET name = 'LAIN' WHERE id = %s", line.id
        )
        self._refused_by_database(
            "DELETE FROM khbs_bkk_proposal_line WHERE id = %s", line.id
        )
        proposal = proposal.with_user(self.verifier)
        proposal.action_accept_pending()
        self._examined(proposal, "BA 1")
        self.reading(proposal).action_verify()
        self._refused_by_database(
            "UPDATE khbs_bkk_proposal_line SET reason = 'x' WHERE id = %s", line.id
        )
        self._refused_by_database(
            "UPDATE khbs_bkk_proposal SET approved_amount = 1 WHERE id = %s",
            proposal.id,
        )
        self._refused_by_database("DELETE FROM khbs_bkk_verdict")

    def test_approving_twice_counts_once(self):
        proposal = self._approved()
        with self.assertRaises(UserError):
            self.reading(proposal, self.approver).action_approve()
        self.assertEqual(
            proposal.approval_ids.filtered(lambda one: one.step == "approved").user_id,
            self.approver,
        )

    def test_another_regency_is_out_of_reach(self):
        proposal = self._proposed()
        stranger = self._role_user(
            "bkk_verifier", areas=self._area("62.71"), login="stranger"
        )
        self.assertFalse(self.env["khbs.bkk.proposal"].with_user(stranger).search([]))
        for action in ("action_accept_pending", "action_verify"):
            with self.assertRaises(AccessError):
                getattr(proposal.with_user(stranger), action)()

    def test_a_draft_may_be_deleted_with_its_lines(self):
        proposal = self._proposal()
        proposal.line_ids[0].unlink()
        self.assertEqual(proposal.line_count, 2)
        proposal.unlink()
        self.assertFalse(proposal.exists())

    def test_actions_take_no_proposal_or_several(self):
        none = self.env["khbs.bkk.proposal"].with_user(self.approver)
        self.reading(none).action_approve()
        both = self._verified("1") | self._verified("2")
        self.reading(both, self.approver).action_approve()
        self.assertEqual(set(both.mapped("state")), {"approved"})

    def test_the_checklists_of_earlier_rounds_stay_on_the_page(self):
        proposal = self._proposed()
        self.assertFalse(proposal.past_check_ids)
        for found in ("SK kurang", "Surat kurang"):
            examined = self._examined(proposal)
            examined._checks()[0].write({"answer": "no", "note": found})
            examined.action_return(found)
            self.reading(proposal, self.proposer).action_propose()
        past = proposal.with_user(self.proposer).past_check_ids
        self.assertEqual(
            past.filtered("note").mapped(lambda one: (one.round_number, one.note)),
            [(2, "Surat kurang"), (1, "SK kurang")],
        )
        self.assertEqual(len(past), 2 * len(proposal.check_ids))
        self.assertFalse(past & proposal.check_ids)
        self.assertEqual(proposal.past_team_ids.mapped("round_number"), [2, 2, 1, 1])
        with self.assertRaisesRegex(UserError, "its checklist and"):
            past[0].with_user(self.verifier).answer = "yes"
        with self.assertRaises(UserError):
            proposal.with_user(self.verifier).write(
                {"past_check_ids": [(1, past[0].id, {"answer": "yes"})]}
            )
        shown = self.env["khbs.bkk.proposal"].get_view(view_type="form")["arch"]
        self.assertIn('name="past_check_ids"', shown)
