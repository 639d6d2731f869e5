# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import TODAY, BkkCase


class TestPayee(BkkCase):
    """The treasury account that money goes to."""

    def test_an_account_needs_a_second_person(self):
        payee = (
            self.env["khbs.bkk.payee"]
            .with_user(self.proposer)
            .create(
                {
                    "area_id": self.regency.id,
                    "bank_name": "Bank Kalteng",
                    "account_entry": "1250.0620.6000",
                    "account_holder": "KAS DAERAH",
                    "basis": "SK 1",
                }
            )
        )
        self.assertEqual(payee.account_masked, "********6000")
        with self._refused(AccessError):
            self.reading(payee, self.proposer).action_confirm()
        with self._refused(AccessError):
            payee.with_user(self.proposer).treasury_account  # noqa: B018
        self.reading(payee, self.verifier).action_confirm()
        self.assertEqual(payee.state, "confirmed")
        with self._refused():
            payee.with_user(self.proposer).account_entry = "999999"
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_bkk_payee SET treasury_account = '99999' WHERE id = %s",
                [payee.id],
            )

    def test_what_was_changed_after_it_was_read_is_not_confirmed(self):
        payee = (
            self.env["khbs.bkk.payee"]
            .with_user(self.proposer)
            .create(
                {
                    "area_id": self.regency.id,
                    "bank_name": "Bank Kalteng",
                    "account_entry": "125006206000",
                    "account_holder": "KAS DAERAH",
                    "basis": "SK 1",
                }
            )
        )
        seen = self.reading(payee, self.verifier)
        payee.account_entry = "125006206001"
        with self.assertRaisesRegex(UserError, "not what you opened"):
            seen.action_confirm()

    def test_another_account_replaces_the_first_on_its_day(self):
        first = self._payee()
        proposal = self._payable()
        second = self._payee(number="7770001112", valid_from=TODAY)
        self.assertEqual(first.state, "replaced")
        self.assertEqual(first.valid_to, TODAY)
        payment = self._pay(proposal, 1_000_000)
        self.assertEqual(payment.transfer_ids.payee_id, second)

    def test_a_kelurahan_has_no_treasury(self):
        with self.assertRaisesRegex(Exception, "no treasury of its own"):
            self._payee(self._area("62.71.01.1001"))

    # The request

    def test_one_sp2d_for_each_village_or_one_for_all(self):
        self.roles["rt_head"].payee_level = "village"
        other = self._area("62.06.01.2004")
        self._holder("RT TIGA", area_ids=other.ids)
        proposal = self._in_force(payee_level="village").bkk_proposal_ids
        self.assertEqual(
            proposal._decreed_by_area(), {self.village: 1_250_000, other: 750_000}
        )
        first = self._payee(self.village)
        self.assertEqual(first.kind, "rkd")
        self._requested(proposal)
        with self.assertRaisesRegex(UserError, "Say how much"):
            self._pay(proposal, 1_000_000)
        # Nothing goes to a village whose account nobody confirmed.
        with self.assertRaisesRegex(UserError, "No account of"):
            self._pay(proposal, 2_000_000)
        line = {"area_id": self.village.id, "amount": 1_250_001}
        with self.assertRaisesRegex(UserError, "is left to be paid"):
            self._pay(proposal, 1_250_001, transfer_ids=[(0, 0, line)])
        line["amount"] = 1_000_000
        self._pay(proposal, 1_000_000, transfer_ids=[(0, 0, line)])
        self._payee(other, number="7770001112")
        rest = self._pay(proposal, 1_000_000, "SP2D-2")
        self.assertEqual(
            {one.area_id: one.amount for one in rest.transfer_ids},
            {self.village: 250_000, other: 750_000},
        )
        self.assertEqual(proposal.state, "disbursed")
        # Each desa has a list of its own.
        lists = self.env["khbs.bkk.payment"].with_user(self.proposer)
        for area, amount in ((self.village, 1_250_000), (other, 750_000)):
            payment = lists.create({"proposal_id": proposal.id, "area_id": area.id})
            payment.action_generate()
            self.assertEqual(payment.gross, amount)
            self.assertEqual(payment.received_amount, amount)
