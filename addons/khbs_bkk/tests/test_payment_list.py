# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io
from datetime import timedelta

from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import TODAY
from .test_payment import PaymentCase


class PaymentListCase(PaymentCase):
    def _paper_text(self, payment):
        """Return the text of the paper that was issued of *payment* last."""
        paper = payment.sudo().paper_id
        pdf = PdfReader(io.BytesIO(paper._file("pdf")))
        return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


class TestPaymentList(PaymentListCase):
    """What the regency's finance officer meets on his payment list."""

    def test_a_list_is_entered_by_hand(self):
        proposal = self._received()
        payments = self.env["khbs.bkk.payment"].with_user(self.proposer)
        with Form(payments) as form:
            self.assertEqual(form.received_amount, 0)
            form.proposal_id = proposal
            self.assertEqual(form.area_id, self.regency)
            self.assertEqual(form.received_amount, proposal.decreed_amount)
        self.assertEqual(form.record.received_amount, proposal.decreed_amount)

    def test_a_list_that_was_issued_is_not_deleted(self):
        payment = self._list(self._received())
        self._line(payment, self.rt)
        payment.action_ready()
        with self.assertRaisesRegex(UserError, "was issued and stays"):
            payment.unlink()
        # Open again, it still says whose money goes back to the province.
        self._line(payment, self.rt).action_refund("Meninggal dunia")
        payment.action_draft()
        with self.assertRaisesRegex(UserError, "was issued and stays"):
            payment.unlink()

    def test_the_paper_names_its_regency_once(self):
        payment = self._list(self._received())
        payment.action_ready()
        self.assertEqual(
            self._paper_text(payment).count(f"{self.regency.name}, Triwulan"), 1
        )
        self.assertNotIn(
            f"{self.regency.name}, {self.regency.name}", self._paper_text(payment)
        )

    def test_who_is_held_is_not_among_what_is_paid(self):
        """The treasurer signs for what may be paid, beside what is held."""
        self.rt.bank_account_name = False
        payment = self._list(self._received())
        held = self._line(payment, self.rt)
        self.assertEqual((held.state, held.hold_reason), ("held", "NO_ACCOUNT_NAME"))
        payment.action_ready()
        text = self._paper_text(payment)
        self.assertIn("Ditahan: nama pada rekening belum diisi", text)
        self.assertEqual((held.gross, payment.gross), (750_000, 2_750_000))
        for said in (
            "Dapat dibayarkan: 2 orang, bruto Rp2.000.000, PPh Pasal 21 Rp50.000,",
            "Ditahan dan tidak boleh dibayarkan: 1 orang, bruto Rp750.000,",
            "Jumlah yang dibayarkan Rp1.950.000,00 (satu juta",
            "tarif 5%: 2 orang, bruto Rp2.000.000, dasar Rp1.000.000, PPh Rp50.000.",
            "Jumlah PPh Pasal 21 Rp50.000,00 (lima puluh ribu rupiah)",
        ):
            self.assertIn(said, text)
        with self._refused():
            held.action_release("tetap bayar")

    def test_a_list_of_held_people_says_what_to_do(self):
        self.env["khbs.bkk.holder"].search([]).sudo().bank_account_name = False
        payment = self._list(self._received())
        payment.action_ready()
        self.assertEqual((payment.to_pay_count, payment.held_count), (0, 3))
        self.assertIn("3 people: Name on the account", payment.held_text)
        for step in (payment.action_ask_pay, payment.action_pay_all):
            with self.assertRaisesRegex(UserError, "Mend the accounts in the roster"):
                step()
        action = payment.action_view_held()
        held = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(held, payment.line_ids.holder_id)

    def test_the_dialogue_offers_what_fits_the_lines(self):
        self.rt.sudo().bank_account = False
        payment = self._list(self._received())
        payment.action_ready()
        mark = self.env["khbs.bkk.payment.mark"].with_user(self.proposer)
        offered = {}
        for holder in (self.rt, self.damang, self.rt + self.damang):
            lines = payment.line_ids.filtered(
                lambda line, who=holder: line.holder_id in who
            )
            offered[holder] = mark.create(
                {"line_ids": lines.ids, "method": "action_refund"}
            ).offered.split()
        self.assertEqual(offered[self.rt], ["action_release", "action_refund"])
        self.assertEqual(
            offered[self.damang], ["action_pay", "action_hold", "action_refund"]
        )
        self.assertEqual(offered[self.rt + self.damang], ["action_refund"])

    def test_a_list_is_of_a_treasury_that_the_decree_pays(self):
        proposal = self._received()
        with (
            self.assertRaisesRegex(UserError, f"gives {self.village.name} nothing"),
            self.env.cr.savepoint(),
        ):
            self._list(proposal, area_id=self.village.id)

    def test_the_day_of_the_list_is_not_before_the_money(self):
        proposal = self._received()
        with (
            self.assertRaisesRegex(UserError, "nobody is to be paid before"),
            self.env.cr.savepoint(),
        ):
            self._list(proposal, paid_on=TODAY - timedelta(days=1))
        payment = self._list(proposal)
        payment.action_ready()
        with (
            self.assertRaisesRegex(UserError, "nobody is to be paid before"),
            self.env.cr.savepoint(),
        ):
            payment.paid_on = TODAY - timedelta(days=1)
        # What the paper says changed: it is issued again before anybody is paid.
        payment.treasurer_name = "BENDAHARA LAIN"
        self.assertFalse(payment.paper_id)
        with self.assertRaisesRegex(UserError, "Issue the list first"):
            payment.action_pay_all()
        payment.action_issue_list()
        payment.action_pay_all()
        self.assertEqual(payment.state, "paid")


class TestMakeList(PaymentListCase):
    """From the money that came to the list of whom to pay (queue and proposal)."""

    def _kinds(self, user):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["khbs.bkk.task"].with_user(user).search([]).mapped("kind")

    def test_the_regency_is_told_to_make_the_list(self):
        proposal = self._payable().with_user(self.proposer)
        self.assertNotIn("make_payment_list", self._kinds(self.proposer))
        self.assertFalse(proposal.unlisted_count)
        with self.assertRaisesRegex(UserError, "came in yet"):
            proposal.action_make_payments()
        self._pay(proposal, proposal.decreed_amount)
        self.assertIn("make_payment_list", self._kinds(self.proposer))
        self.assertNotIn("make_payment_list", self._kinds(self.verifier))
        task = (
            self.env["khbs.bkk.task"]
            .with_user(self.proposer)
            .search([("kind", "=", "make_payment_list")])
        )
        self.assertEqual((task.model, task.res_id), (proposal._name, proposal.id))
        self.assertEqual(task.due_date, proposal.accountability_ids.due_date)
        self.assertEqual(proposal.unlisted_count, 1)
        with self._refused(AccessError):
            proposal.with_user(self.verifier).action_make_payments()
        action = proposal.action_make_payments()
        payment = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(payment.gross, proposal.decreed_amount)
        self.assertNotIn("make_payment_list", self._kinds(self.proposer))
        self.assertIn("pay_people", self._kinds(self.proposer))
        self.assertEqual((proposal.unlisted_count, proposal.open_list_count), (0, 1))
        # Pressed again, it opens the list that is there.
        self.assertEqual(proposal.action_make_payments()["res_id"], payment.id)

    def test_each_desa_that_received_money_has_its_list(self):
        self.roles["rt_head"].payee_level = "village"
        other = self._area("62.06.01.2004")
        self._with_account(self._holder("RT TIGA", area_ids=other.ids), 50)
        proposal = self._in_force(payee_level="village").bkk_proposal_ids
        proposal = proposal.with_user(self.proposer)
        self._payee(self.village)
        self._payee(other, number="7770001112")
        self._requested(proposal)
        line = {"area_id": self.village.id, "amount": 1_250_000}
        self._pay(proposal, 1_250_000, transfer_ids=[(0, 0, line)])
        self.assertEqual(proposal.unlisted_count, 1)
        proposal.action_make_payments()
        self.assertEqual(proposal.payment_ids.area_id, self.village)
        self._pay(proposal, 750_000, "SP2D-2")
        self.assertIn("make_payment_list", self._kinds(self.proposer))
        action = proposal.action_make_payments()
        self.assertEqual(action["view_mode"], "list,kanban,form")
        self.assertEqual(
            {one.area_id: one.gross for one in proposal.payment_ids},
            {self.village: 1_250_000, other: 750_000},
        )
        self.assertNotIn("make_payment_list", self._kinds(self.proposer))


class TestConfirmAccounts(PaymentListCase):
    """The province confirms the accounts of several people at once (12.43)."""

    def _changed(self):
        """Let the proposer change two accounts after the decree; return them."""
        self._payable()
        holders = (self.rt + self.damang).with_user(self.proposer)
        for holder in holders:
            holder.bank_name = "Bank Lain"
        self.env.flush_all()
        self.env.invalidate_all()
        return holders

    def _tasks(self, user):
        self.env.invalidate_all()
        return (
            self.env["khbs.bkk.task"]
            .with_user(user)
            .search([("kind", "=", "confirm_accounts")])
        )

    def _asked(self, holders):
        """Return the dialogue that shows the accounts of *holders*."""
        action = holders.action_ask_confirm_accounts()
        return holders.env[action["res_model"]].browse(action["res_id"])

    def test_they_wait_in_one_row_of_the_queue(self):
        self.assertFalse(self._tasks(self.verifier))
        holders = self._changed()
        task = self._tasks(self.verifier)
        self.assertEqual(task.title, f"Accounts of 2 holders, {self.regency.name}")
        action = task.action_open()
        listed = self.env[action["res_model"]].search(
            [*action["domain"], ("account_pending", "=", True)]
        )
        self.assertEqual(listed, holders)
        # Nobody is asked to confirm what he changed himself, whatever his role.
        self.proposer.group_ids = self.env.ref("khbs_registry.group_bkk_verifier")
        self.assertFalse(self._tasks(self.proposer))
        self._asked(holders.with_user(self.verifier)).action_confirm()
        self.assertFalse(self._tasks(self.verifier))

    def test_several_are_confirmed_at_once_and_each_is_recorded(self):
        holders = self._changed()
        stranger = self.rt_late.with_user(self.verifier)
        shown = self._asked(holders.with_user(self.verifier) + stranger)
        # Whose account waits for nobody is not shown.
        self.assertEqual(shown.holder_ids, holders)
        shown.action_confirm()
        self.assertEqual(holders.account_confirmed_by_id, self.verifier)
        events = self.env["khbs.audit.event"].search(
            [("act", "=", "khbs.bkk.holder.account.confirm"), ("outcome", "=", "done")]
        )
        self.assertEqual(sorted(events.mapped("res_id")), sorted(holders.ids))

    def test_own_work_and_what_changed_meanwhile_are_refused(self):
        holders = self._changed()
        with self.assertRaisesRegex(UserError, "second person must confirm"):
            self._asked(holders).action_confirm()
        with self._refused(AccessError):
            holders.with_user(self.approver).action_ask_confirm_accounts()
        shown = self._asked(holders.with_user(self.verifier))
        holders[0].bank_name = "Bank Ketiga"
        with self.assertRaisesRegex(UserError, "not what you opened"):
            shown.action_confirm()
        self.assertFalse(holders.account_confirmed_by_id)
