# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64

import psycopg2

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .common import SCAN, TODAY, YEAR
from .test_payment import PaymentCase

# What a re-payment has of its own.
WRITTEN = {
    *("id", "state", "settled", "repays_id"),
    *("gross", "base", "rate", "tax", "net"),
}
LETTER = base64.b64encode(b"%PDF-1.4 surat keterangan")


class StandingCase(PaymentCase):
    """Nobody is paid whom the decree in force, or an amendment of it, names no more."""

    def _partly(self):
        """Return a decree, its proposal and a ready list; one person's money came."""
        decree = self._in_force()
        proposal = self._ready(decree.bkk_proposal_ids)
        self._pay(proposal, 750_000)
        payment = self._list(proposal)
        payment.action_ready()
        return decree, proposal, payment

    def _amendment(self, decree, **vals):
        """Return the draft of an amendment that corrects the line of RT SATU."""
        line = decree.bkk_proposal_ids._payable_lines().filtered(
            lambda one: one.holder_id == self.rt
        )
        correction = (
            self.env["khbs.bkk.correction"]
            .with_user(self.proposer)
            .create(
                {
                    "decree_line_id": line.id,
                    "reason": "Keliru dibaca dari surat tugas",
                    "evidence": LETTER,
                    **vals,
                }
            )
        )
        correction.action_propose()
        self.reading(correction, self.verifier).action_accept()
        correction.with_user(self.decree_officer).action_draft_amendment()
        return correction.decree_id.with_user(self.decree_officer)

    def _amended(self, decree, **vals):
        draft = self._amendment(decree, **vals)
        self._sign(draft, f"188.44/2/{YEAR}")
        self.env.invalidate_all()
        return draft

    def _paid_by_hand(self, line):
        """Mark *line* as paid past Python, which the database must refuse."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_bkk_payment_line SET state = 'paid', paid_on = %s "
                "WHERE id = %s",
                [TODAY, line.id],
            )


class TestPaymentStanding(StandingCase):
    def test_whom_an_amendment_drops_is_not_paid_from_the_old_list(self):
        decree, proposal, payment = self._partly()
        line = self._line(payment, self.rt)
        self._amended(decree, kind="drop")
        with self.assertRaisesRegex(UserError, "Renew it first"):
            line.action_pay()
        self._paid_by_hand(line)
        # The freed months are asked for again, and paid once.
        self.assertEqual(len(proposal.month_ids.filtered("released_at")), 3)
        payment.action_generate()
        self.assertFalse(self._line(payment, self.rt))
        self.assertEqual(payment.gross, proposal.decreed_amount)

    def test_nor_while_the_amendment_waits_for_its_signature(self):
        decree, proposal, payment = self._partly()
        draft = self._amendment(decree, kind="drop")
        self.reading(draft, self.approver).action_approve()
        draft.action_freeze()
        line = self._line(payment, self.rt)
        with self.assertRaisesRegex(UserError, "does not give this amount"):
            line.action_pay()
        self._paid_by_hand(line)
        # Whom it leaves alone is paid meanwhile.
        self._line(payment, self.rt_late).action_pay()
        draft.action_register_signature(f"188.44/2/{YEAR}", TODAY, SCAN)
        self.env.invalidate_all()
        self.assertEqual(proposal.month_ids.filtered("released_at").holder_id, self.rt)

    def test_a_request_over_more_than_an_amendment_leaves_is_signed_anew(self):
        """The receipt would be over another amount than the SP2D."""
        decree = self._in_force()
        proposal = self._ready(decree.bkk_proposal_ids)
        request = proposal.request_ids.with_user(self.proposer)
        self._amended(decree, kind="drop")
        left = proposal.decreed_amount
        self.assertLess(left, request.amount)
        with self.assertRaisesRegex(UserError, "signs its papers anew"):
            self._pay(proposal, left)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "INSERT INTO khbs_bkk_disbursement (proposal_id, kind, amount, "
                "spp_number, spp_date, spm_number, spm_date, sp2d_number, sp2d_date) "
                "VALUES (%s, 'first', %s, '1', %s, '2', %s, '3', %s)",
                [proposal.id, left, TODAY, TODAY, TODAY],
            )
        request.action_withdraw("Keputusan diubah")
        again = self._requested(proposal, number="900/3/BPKAD")
        self.assertEqual(again.amount, left)
        self._pay(proposal, left)
        self.assertEqual(proposal.disbursed_amount, left)

    def test_months_of_whoever_was_paid_are_never_free(self):
        _decree, proposal, payment = self._partly()
        self._line(payment, self.rt).action_pay()
        month = proposal.month_ids.filtered(lambda one: one.holder_id == self.rt)[0]
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_bkk_month SET released_at = now(), "
                "release_reason = 'corrected' WHERE id = %s",
                [month.id],
            )

    def test_case_12_43_nobody_is_paid_under_the_old_name(self):
        decree, _proposal, payment = self._partly()
        line = self._line(payment, self.rt)
        self._amended(decree, kind="name", new_name="RT SATU, S.Pd.")
        with self.assertRaisesRegex(UserError, "Renew it first"):
            line.action_pay()
        self._paid_by_hand(line)
        payment.action_generate()
        line = self._line(payment, self.rt)
        self.assertEqual(line.name, "RT SATU, S.Pd.")
        line.action_pay()
        self.assertEqual(line.state, "paid")

    def test_what_came_back_is_repaid_under_the_name_of_the_amendment(self):
        decree, _proposal, payment = self._partly()
        first = self._line(payment, self.rt)
        first.action_pay()
        first.action_return("Nama pada rekening berbeda")
        first.action_repay()
        stale = self._line(payment, self.rt)
        self._amended(decree, kind="name", new_name="RT SATU, S.Pd.")
        with self.assertRaisesRegex(UserError, "Renew it first"):
            stale.action_pay()
        self._paid_by_hand(stale)
        payment.action_generate()
        again = self._line(payment, self.rt)
        self.assertEqual((again.repays_id, again.name), (first, "RT SATU, S.Pd."))
        self.assertTrue(first.settled)
        again.action_pay()
        self.assertEqual(payment.paid_gross, first.gross)

    def test_what_came_back_and_was_dropped_is_not_repaid(self):
        decree, _proposal, payment = self._partly()
        first = self._line(payment, self.rt)
        first.action_pay()
        first.action_return("Nama pada rekening berbeda")
        first.action_repay()
        self._amended(decree, kind="drop")
        payment.action_generate()
        self.assertEqual(self._line(payment, self.rt), first)
        self.assertFalse(first.settled)
        with self.assertRaisesRegex(UserError, "does not give this amount"):
            first.action_repay()
        first.action_refund("Tidak lagi berhak")
        self.assertEqual(first.state, "refunded")

    def _came_back(self):
        """Return decree, list and a payment of RT SATU that came back."""
        decree, _proposal, payment = self._partly()
        first = self._line(payment, self.rt)
        first.action_pay()
        first.action_return("Rekening pasif")
        return decree, payment, first

    def test_of_what_came_back_the_months_that_stay_are_repaid(self):
        decree, payment, first = self._came_back()
        self._amended(decree, kind="months", new_months=1)
        payment.action_generate()
        self.assertEqual(self._line(payment, self.rt), first)
        first.action_repay()
        again = first.repaid_by_ids
        self.assertEqual((first.gross, again.gross), (750_000, 250_000))
        # Half of the gross is taxed at five percent, as the first time.
        self.assertEqual((again.base, again.tax, again.net), (125_000, 6_250, 243_750))
        self.assertEqual(again.rule_id, first.rule_id)
        self.assertEqual((first.settled, first.cut_amount), (True, 500_000))
        self.assertEqual(payment.gross, payment.proposal_id.decreed_amount)
        with self.assertRaisesRegex(UserError, "repaid already"):
            first.action_repay()
        again.action_pay()
        self.assertEqual(payment.paid_gross, 250_000)
        # The rest is left of what was received: it goes back, or pays others.
        proposal = payment.proposal_id
        report = self.env["khbs.bkk.accountability"].search(
            [("proposal_id", "=", proposal.id)]
        )
        self.assertEqual((report.paid_amount, report.left_amount), (250_000, 500_000))
        # It comes back once more, and nothing is cut since.
        again.action_return("Rekening tutup")
        again.action_repay()
        self.assertEqual(again.repaid_by_ids.gross, 250_000)
        self.assertFalse(again.cut_amount)

    def test_a_repayment_that_waits_is_cut_with_the_months(self):
        decree, payment, first = self._came_back()
        first.action_repay()
        stale = first.repaid_by_ids
        self._amended(decree, kind="months", new_months=2)
        self._paid_by_hand(stale)
        payment.action_generate()
        again = first.repaid_by_ids
        self.assertEqual((again.gross, again.repays_id), (500_000, first))
        self.assertEqual(first.cut_amount, 250_000)
        again.action_pay()

    def test_the_database_repays_no_other_part(self):
        decree, _payment, first = self._came_back()
        self._amended(decree, kind="months", new_months=1)
        columns = self.env["khbs.bkk.payment.line"]._fields
        kept = ", ".join(
            name
            for name, field in columns.items()
            if field.store and field.column_type and name not in WRITTEN
        )
        for gross, base, rate in (
            (500_000, 250_000, 500),
            (250_000, 250_000, 500),
            (250_000, 125_000, 0),
        ):
            tax = base * rate // 10_000
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    f"""
                    INSERT INTO khbs_bkk_payment_line (
                        {kept}, state, settled, repays_id, gross, base, rate, tax, net
                    )
                    SELECT {kept}, 'to_pay', false, id, %s, %s, %s, %s, %s
                      FROM khbs_bkk_payment_line WHERE id = %s
                    """,  # noqa: S608
                    [gross, base, rate, tax, gross - tax, first.id],
                )

    def test_nothing_is_repaid_while_the_amendment_waits_for_its_signature(self):
        decree, _payment, first = self._came_back()
        draft = self._amendment(decree, kind="months", new_months=1)
        self.reading(draft, self.approver).action_approve()
        draft.action_freeze()
        with self.assertRaisesRegex(UserError, "does not give this amount"):
            first.action_repay()
        draft.action_register_signature(f"188.44/2/{YEAR}", TODAY, SCAN)
        self.env.invalidate_all()
        first.action_repay()
        self.assertEqual(first.repaid_by_ids.gross, 250_000)

    def test_nobody_is_paid_after_the_decree_was_revoked(self):
        decree, _proposal, payment = self._partly()
        returned = self._line(payment, self.rt_late)
        returned.action_pay()
        returned.action_return("Rekening pasif")
        self._revoke(decree)
        self.env.invalidate_all()
        line = self._line(payment, self.rt)
        for act in (line.action_pay, returned.action_repay):
            with self.assertRaisesRegex(UserError, "no decree in force"):
                act()
        self._paid_by_hand(line)
