# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta

from odoo import fields

from .common import SCAN, YEAR, BkkCase


class TestQueue(BkkCase):
    """What waits for whom, and what is late."""

    def _kinds(self, user):
        """Return the kinds of tasks that wait for *user*."""
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["khbs.bkk.task"].with_user(user).search([]).mapped("kind")

    def _make_late(self, proposal, days=40):
        proposal.sudo().stage_since -= timedelta(days=days)
        self.env.flush_all()

    def _remind(self):
        """Do a day's work of the scheduled action; return every reminder."""
        reminders = self.env["khbs.bkk.reminder"]
        today = fields.Date.context_today(reminders)
        for proposal in reminders._due_proposals(today):
            reminders._remind(proposal, today)
        return reminders.search([])

    def test_a_proposal_waits_for_one_role_after_the_other(self):
        proposal = self._proposal()
        self.assertEqual(self._kinds(self.proposer), ["propose"])
        self.assertFalse(self._kinds(self.verifier))
        proposal.action_propose()
        self.assertFalse(self._kinds(self.proposer))
        self.assertEqual(self._kinds(self.verifier), ["verify"])
        examined = self._examined(proposal)
        examined.action_accept_pending()
        self.reading(examined).action_verify()
        self.assertEqual(self._kinds(self.approver), ["approve"])
        self.reading(examined, self.approver).action_approve()
        self.assertEqual(self._kinds(self.decree_officer), ["draft_decree"])
        proposal.with_user(self.decree_officer).action_draft_decree(self.budget_line.id)
        self.assertFalse(self._kinds(self.decree_officer))
        decree = proposal.decree_id.with_user(self.decree_officer)
        self.assertEqual(self._kinds(self.approver), ["decide_decree"])
        self.reading(decree, self.approver).action_approve()
        self.assertEqual(self._kinds(self.decree_officer), ["freeze_decree"])
        decree.action_freeze()
        self.assertEqual(self._kinds(self.decree_officer), ["register_decree"])
        self.assertFalse(self._kinds(self.approver))

    def test_what_was_sent_back_waits_for_the_regency(self):
        self._proposed().with_user(self.verifier).action_return("Lengkapi SK")
        self.assertEqual(self._kinds(self.proposer), ["mend"])

    def test_nobody_is_asked_to_decide_on_his_own_work(self):
        self.env["khbs.bkk.policy"].create(
            {
                "valid_from": date(YEAR, 1, 1),
                "basis": "CONTOH",
                "second_tier_amount": 1,
            }
        )
        proposal = self._verified("2")
        self.reading(proposal, self.approver).action_approve()
        second = self._role_user("approver", login="second-approver")
        self.assertNotIn("approve_second", self._kinds(self.approver))
        self.assertIn("approve_second", self._kinds(second))

    def test_another_regency_is_not_in_the_queue(self):
        self._proposal()
        stranger = self._role_user(
            "bkk_proposer", areas=self._area("62.71"), login="stranger"
        )
        self.assertFalse(self._kinds(stranger))

    def test_an_auditor_sees_what_waits_for_anybody(self):
        self._proposal("1")
        self._proposed("2")
        auditor = self._role_user("auditor")
        self.assertEqual(sorted(self._kinds(auditor)), ["propose", "verify"])

    def test_a_task_opens_its_document(self):
        proposal = self._proposed()
        task = self.env["khbs.bkk.task"].with_user(self.verifier).search([])
        self.assertEqual(task.title, proposal.display_name)
        self.assertFalse(task.overdue)
        action = task.action_open()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (proposal._name, proposal.id)
        )

    def test_what_is_late_is_marked_and_called_to_mind_once_a_day(self):
        proposal = self._proposed()
        self.assertFalse(self._remind())
        self._make_late(proposal)
        self.assertTrue(proposal.is_overdue)
        task = self.env["khbs.bkk.task"].with_user(self.verifier).search([])
        self.assertTrue(task.overdue)
        self._remind()
        made = self._remind()
        self.assertEqual((made.proposal_id, made.stage), (proposal, "proposed"))
        self.assertIn(self.verifier, made.user_ids)
        self.assertNotIn(self.approver, made.user_ids)
        self.assertEqual(made.days_late, 40 - proposal.policy_id.verify_days)
        self.assertEqual(made.day, fields.Date.context_today(made))

    def test_a_stranger_of_another_regency_is_not_reminded(self):
        stranger = self._role_user(
            "bkk_verifier", areas=self._area("62.71"), login="stranger"
        )
        proposal = self._proposed()
        self._make_late(proposal)
        self.assertNotIn(stranger, self._remind().user_ids)

    # Nobody is asked to decide on what he made, whatever role he has by now.

    def _role_of(self, user, role):
        """Let *user* have another role from now on."""
        user.group_ids = self.env.ref(f"khbs_registry.group_{role}")

    def _entered_account(self):
        """Return a treasury account that the regency entered and nobody confirmed."""
        return (
            self.env["khbs.bkk.payee"]
            .with_user(self.proposer)
            .create(
                {
                    "area_id": self.regency.id,
                    "bank_name": "Bank Kalteng",
                    "account_entry": "7770001112",
                    "account_holder": "KAS DAERAH",
                    "basis": "Keputusan Bupati Nomor 2",
                }
            )
        )

    def test_the_account_of_a_treasury_waits_for_the_second_person(self):
        self._payee()
        self.assertFalse(self._kinds(self.verifier))
        changed = self._entered_account()
        self.assertEqual(self._kinds(self.verifier), ["confirm_payee"])
        self.assertFalse(self._kinds(self.proposer))
        task = self.env["khbs.bkk.task"].with_user(self.verifier).search([])
        self.assertEqual((task.res_id, task.regency_id), (changed.id, self.regency))
        second = self._role_user("bkk_verifier", login="second-verifier")
        self._role_of(self.proposer, "bkk_verifier")
        self.assertFalse(self._kinds(self.proposer))
        with self._refused():
            self.reading(changed, self.proposer).action_confirm()
        self.reading(changed, second).action_confirm()
        self.assertFalse(self._kinds(second))

    def test_whoever_mended_the_account_is_not_asked_to_confirm_it(self):
        payee = self._entered_account()
        other = self._role_user(
            "bkk_proposer", areas=self.regency, login="other-proposer"
        )
        payee.with_user(other).account_entry = "7770001113"
        self._role_of(other, "bkk_verifier")
        self.assertFalse(self._kinds(other))
        with self._refused():
            self.reading(payee, other).action_confirm()

    def test_whoever_built_the_lines_is_not_asked_to_verify_or_approve_them(self):
        builder = self._role_user("bkk_proposer", areas=self.regency, login="builder")
        proposal = self._proposal()
        proposal.with_user(builder).action_build()
        proposal.action_propose()
        self._role_of(builder, "bkk_verifier")
        self.assertEqual(self._kinds(self.verifier), ["verify"])
        self.assertFalse(self._kinds(builder))
        examined = self._examined(proposal)
        examined.action_accept_pending()
        self.reading(examined).action_verify()
        self._role_of(builder, "approver")
        self.assertEqual(self._kinds(self.approver), ["approve"])
        self.assertFalse(self._kinds(builder))
        with self._refused():
            self.reading(proposal, builder).action_approve()

    def test_whoever_judged_lines_is_not_asked_to_approve_them(self):
        proposal = self._proposed()
        judge = self._role_user("bkk_verifier", login="judge")
        proposal.with_user(judge).action_accept_pending()
        self.assertEqual(self._kinds(judge), ["verify"])
        self.reading(self._examined(proposal)).action_verify()
        self._role_of(judge, "approver")
        self.assertEqual(self._kinds(self.approver), ["approve"])
        self.assertFalse(self._kinds(judge))

    def test_whoever_wrote_in_a_decree_is_not_asked_to_decide_it(self):
        decree = self._drafted()
        writer = self._role_user("decree_officer", login="writer")
        decree.clause_ids[:1].with_user(writer).text = "CONTOH"
        for user in (writer, self.decree_officer):
            self._role_of(user, "approver")
            self.assertFalse(self._kinds(user))
        self.assertEqual(self._kinds(self.approver), ["decide_decree"])

    def test_whoever_asked_for_a_correction_is_not_asked_to_check_it(self):
        decree = self._in_force()
        correction = (
            self.env["khbs.bkk.correction"]
            .with_user(self.proposer)
            .create(
                {
                    "decree_line_id": decree.bkk_line_ids[:1].id,
                    "new_name": "NAMA YANG BENAR",
                    "reason": "Salah tulis",
                    "evidence": SCAN,
                }
            )
        )
        other = self._role_user(
            "bkk_proposer", areas=self.regency, login="other-proposer"
        )
        correction.with_user(other).action_propose()
        self.assertIn("check_correction", self._kinds(self.verifier))
        for user in (self.proposer, other):
            self._role_of(user, "bkk_verifier")
            self.assertNotIn("check_correction", self._kinds(user))
