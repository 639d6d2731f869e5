# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo.exceptions import LockError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.khbs_registry.tests.common import reading

from .two_connections import YEAR, BkkTwoConnectionsCase


@tagged("post_install", "-at_install")
class TestTwoConnections(BkkTwoConnectionsCase):
    """What holds although two persons act in the same moment: real connections."""

    def test_approving_twice_at_once_counts_once(self):
        proposal = self._verified()
        first, second = self._snapshot(), self._snapshot()
        reading(first["khbs.bkk.proposal"].browse(proposal)).action_approve()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            second.cr.execute(
                "SELECT 1 FROM khbs_bkk_proposal WHERE id = %s FOR UPDATE NOWAIT",
                [proposal],
            )
        second.cr.rollback()
        first.cr.commit()  # pylint: disable=invalid-commit
        late = self._snapshot()
        with self.assertRaises(UserError):
            reading(late["khbs.bkk.proposal"].browse(proposal)).action_approve()
        late.cr.execute(
            "SELECT count(*) FROM khbs_approval WHERE model = 'khbs.bkk.proposal' "
            "AND res_id = %s AND step = 'approved'",
            [proposal],
        )
        self.assertEqual(late.cr.fetchone(), (1,))

    def test_a_verdict_given_while_verification_closes_is_not_lost(self):
        proposal = self._verified(state="proposed")
        verifier, closer = self._snapshot(), self._snapshot()
        mine = verifier["khbs.bkk.proposal"].browse(proposal)
        mine.line_ids.write({"verdict": "rejected", "reason": "x"} | self._nothing())
        mine._update_totals()
        verifier.cr.commit()  # pylint: disable=invalid-commit
        # The other still sees the line accepted, and may not decide on that.
        theirs = closer["khbs.bkk.proposal"].browse(proposal)
        self.assertEqual(theirs.line_ids.verdict, "accepted")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.SerializationFailure),
        ):
            theirs._lock()
        closer.cr.rollback()

    def _nothing(self):
        return {"approved_from": None, "approved_months": 0, "approved_amount": 0}

    def test_two_payments_at_once_stay_within_the_decree(self):
        proposal = self._verified(state="decreed", decree=self._decree())
        payee = self._asked_for(proposal)
        first, second = self._snapshot(), self._snapshot()
        self._pay(first, proposal, 500_000, "SP2D-2099-1", payee)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.LockNotAvailable),
        ):
            self._pay(second, proposal, 500_000, "SP2D-2099-2", payee)
        first.cr.commit()  # pylint: disable=invalid-commit
        second.cr.rollback()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
        ):
            self._pay(second, proposal, 500_000, "SP2D-2099-2", payee)
        second.cr.rollback()
        second.cr.execute(
            "SELECT disbursed_amount FROM khbs_bkk_proposal WHERE id = %s", [proposal]
        )
        self.assertEqual(second.cr.fetchone(), (500_000,))
        second.cr.rollback()

    def test_of_two_decrees_with_one_proposal_one_is_drafted(self):
        proposal = self._verified(state="approved")
        decree = self._decree()
        first, second = self._snapshot(), self._snapshot()
        line = first["khbs.budget.line"].create(
            {
                "name": "CONTOH",
                "year": YEAR,
                "account_code": "5.4.02.03.01.0001",
                "dpa_amount": 10_000_000,
            }
        )
        first["khbs.bkk.proposal"].browse(proposal).action_draft_decree(line.id)
        first.flush_all()
        # While the first is drafting the second waits for the proposal.
        with mute_logger("odoo.sql_db"), self.assertRaises((LockError, psycopg2.Error)):
            second["khbs.bkk.proposal"].browse(proposal).action_draft_decree(line.id)
        first.cr.rollback()
        second.cr.rollback()
        # Whoever began before the other was done does not decide on the old state.
        late = self._snapshot()
        first.cr.execute(
            "UPDATE khbs_bkk_proposal SET decree_id = %s WHERE id = %s",
            [decree, proposal],
        )
        first.cr.commit()  # pylint: disable=invalid-commit
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.SerializationFailure),
        ):
            late["khbs.bkk.proposal"].browse(proposal).action_draft_decree(line.id)
        late.cr.rollback()
        with self.assertRaisesRegex(UserError, "There is a decree"):
            late["khbs.bkk.proposal"].browse(proposal).action_draft_decree(line.id)

    def test_of_two_approvals_with_one_persons_month_one_goes_through(self):
        nik = "6206010101809901"
        katingan = self._verified(nik=nik)
        city = self._verified(area="62_71", role="damang", nik=nik)
        first, second = self._snapshot(), self._snapshot()
        reading(first["khbs.bkk.proposal"].browse(katingan)).action_approve()
        first.cr.commit()  # pylint: disable=invalid-commit
        # The second cannot see the months of the first, and is refused all the same.
        second.cr.execute("SELECT count(*) FROM khbs_bkk_month")
        self.assertEqual(second.cr.fetchone(), (0,))
        with self.assertRaisesRegex(UserError, "this very moment"):
            reading(second["khbs.bkk.proposal"].browse(city)).action_approve()
        second.cr.rollback()
        with self.assertRaisesRegex(UserError, "reserved by BKK Kabupaten Katingan"):
            reading(second["khbs.bkk.proposal"].browse(city)).action_approve()
        second.cr.rollback()
        second.cr.execute("SELECT count(*), count(DISTINCT month) FROM khbs_bkk_month")
        self.assertEqual(second.cr.fetchone(), (3, 3))
        second.cr.execute(
            "SELECT count(*) FROM khbs_audit_event WHERE outcome = 'refused' "
            "AND model = 'khbs.bkk.proposal' AND res_id = %s",
            [city],
        )
        self.assertEqual(second.cr.fetchone(), (2,))

    def test_of_two_corrections_of_one_line_one_is_open(self):
        line = self._decreed_line()
        values = {"decree_line_id": line, "kind": "drop", "reason": "CONTOH"}
        first, second = self._snapshot(), self._snapshot()
        first["khbs.bkk.correction"].create(values)
        first.flush_all()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.LockNotAvailable),
        ):
            second["khbs.bkk.correction"].create({**values, "kind": "months"})
            second.flush_all()
        first.cr.commit()  # pylint: disable=invalid-commit
        second.cr.rollback()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
        ):
            second["khbs.bkk.correction"].create({**values, "kind": "months"})
            second.flush_all()
        second.cr.rollback()

    def test_two_repayments_at_once_pay_once(self):
        proposal, payee, transfer = self._came_back()
        again = {"kind": "repayment", "repays": transfer}
        first, second = self._snapshot(), self._snapshot()
        self._pay(first, proposal, 500_000, "SP2D-2099-2", payee, **again)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.LockNotAvailable),
        ):
            self._pay(second, proposal, 500_000, "SP2D-2099-3", payee, **again)
        second.cr.rollback()
        # One that began before the first was done and goes on after it.
        second.cr.execute("SELECT 1 FROM khbs_bkk_proposal LIMIT 1")
        first.cr.commit()  # pylint: disable=invalid-commit
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            self._pay(second, proposal, 500_000, "SP2D-2099-3", payee, **again)
        second.cr.rollback()
        late = self._snapshot()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError):
            self._pay(late, proposal, 500_000, "SP2D-2099-4", payee, **again)
        late.cr.rollback()
        late.cr.execute(
            "SELECT disbursed_amount, returned_amount, repaid_amount "
            "FROM khbs_bkk_proposal WHERE id = %s",
            [proposal],
        )
        self.assertEqual(late.cr.fetchone(), (500_000, 500_000, 500_000))
        late.cr.rollback()

    def test_transfers_that_are_not_their_sp2d_are_refused_at_the_end(self):
        proposal = self._verified(state="decreed", decree=self._decree())
        payee = self._asked_for(proposal)
        alone = self._snapshot()
        self._pay(alone, proposal, 500_000, "SP2D-2099-5", payee, transferred=499_999)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
        ):
            alone.cr.commit()  # pylint: disable=invalid-commit
        alone.cr.rollback()

    def _new_list(self, env, proposal):
        values = {"proposal_id": proposal, "paid_on": f"{YEAR}-02-01"}
        payment = env["khbs.bkk.payment"].create(values)
        env.flush_all()
        return payment

    def test_two_generations_of_one_list_give_each_name_once(self):
        proposal = self._decreed()
        first, second = self._snapshot(), self._snapshot()
        payment = self._new_list(first, proposal)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            self._new_list(second, proposal)
        second.cr.rollback()
        first.cr.commit()  # pylint: disable=invalid-commit
        # Both have the list open now, and press at once.
        both = [
            self._snapshot()["khbs.bkk.payment"].browse(payment.id) for _one in "12"
        ]
        self._generate(both[0])
        with mute_logger("odoo.sql_db"), self.assertRaises((LockError, psycopg2.Error)):
            self._generate(both[1])
        both[1].env.cr.rollback()
        both[1].env.cr.execute("SELECT 1 FROM khbs_bkk_payment LIMIT 1")
        both[0].env.cr.commit()  # pylint: disable=invalid-commit
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            self._generate(both[1])
        both[1].env.cr.rollback()
        late = self._snapshot()["khbs.bkk.payment"].browse(payment.id)
        self._generate(late)
        self.assertEqual(len(late.line_ids), 1)
        self.assertEqual(late.gross, 750_000)
        late.env.cr.rollback()

    def _generate(self, payment):
        payment.action_generate()
        payment.env.flush_all()
