# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import io
from datetime import date, timedelta

import psycopg2
from openpyxl import load_workbook
from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from .common import TODAY, YEAR, BkkCase


class TestDisbursement(BkkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._role_user("bank_officer", login="bank-two")

    def _return(self, transfer, user=None, **vals):
        return (
            self.env["khbs.bkk.transfer.return"]
            .with_user(user or self.bank_officer)
            .create(
                {
                    "transfer_id": transfer.id,
                    "date": TODAY,
                    "reason": "account_closed",
                    "reference": "Nota debet 7",
                    **vals,
                }
            )
        )

    def _repay(self, transfer, amount=None, number="SP2D-R", **vals):
        amount = amount or transfer.amount
        line = {
            "area_id": transfer.area_id.id,
            "amount": amount,
            "repays_id": transfer.id,
        }
        return self._pay(
            transfer.proposal_id,
            amount,
            number,
            kind="repayment",
            transfer_ids=[(0, 0, line)],
            **vals,
        )

    def test_nothing_is_paid_without_a_signed_request(self):
        proposal = self._in_force().bkk_proposal_ids
        self._payee()
        with self.assertRaisesRegex(UserError, "no signed request"):
            self._pay(proposal, 1)
        with self.assertRaisesRegex(UserError, "as one PDF"):
            self._requested(proposal, signed_file=base64.b64encode(b"PK"))
        self.env["khbs.bkk.request"].search([]).unlink()
        self._requested(proposal, amount=1_000_000)
        with self.assertRaisesRegex(UserError, "1.000.000 is asked for"):
            self._pay(proposal, 1_000_001)
        self._pay(proposal, 1_000_000)
        rest = self._requested(proposal, number="900/3")
        self.assertEqual(rest.amount, proposal.decreed_amount - 1_000_000)

    def test_a_request_that_money_moved_on_stays(self):
        proposal = self._payable()
        request = proposal.request_ids.with_user(self.proposer)
        with self._refused():
            request.write({"amount": 1})
        self._pay(proposal, 1)
        with self.assertRaisesRegex(UserError, "Money moved"):
            request.action_withdraw("salah")
        self.assertEqual(request.state, "submitted")

    def test_the_papers_of_a_request(self):
        proposal = self._in_force().bkk_proposal_ids
        self._payee()
        request = (
            self.env["khbs.bkk.request"]
            .with_user(self.proposer)
            .create(
                {
                    "proposal_id": proposal.id,
                    "number": "900/2/BPKAD",
                    "place": "Kasongan",
                    "head_name": "Bupati Contoh",
                }
            )
        )
        request.action_issue_papers()
        papers = self.env["khbs.paper"].search(
            [("model", "=", request._name), ("res_id", "=", request.id)], order="id"
        )
        self.assertEqual(
            papers.mapped("kind"),
            [
                "bkk.request.letter",
                "bkk.request.receipt",
                "bkk.request.liability",
                "bkk.request.integrity",
            ],
        )
        texts = [
            " ".join(
                page.extract_text()
                for page in PdfReader(
                    io.BytesIO(paper.with_user(self.proposer)._file("pdf"))
                ).pages
            )
            for paper in papers
        ]
        texts = [" ".join(text.split()) for text in texts]
        for text in texts:
            self.assertIn("dua juta tujuh ratus lima puluh ribu", text)
        self.assertIn("1250062060001", texts[0])
        self.assertIn("kami memohon pencairan", texts[0])
        self.assertIn("kami bertanggung jawab penuh", texts[2])
        self.assertIn("Keputusan Gubernur Kalimantan Tengah Nomor 188.44", texts[0])

    # The SP2D

    def test_spp_spm_and_sp2d_are_in_order(self):
        proposal = self._payable()
        yesterday = TODAY - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "no later than the SPM"):
            self._pay(proposal, 1, spm_date=yesterday)
        with self.assertRaisesRegex(UserError, "SPM date"):
            self._pay(proposal, 1, spm_date=False)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "INSERT INTO khbs_bkk_disbursement (proposal_id, kind, spp_number, "
                "spp_date, spm_number, spm_date, sp2d_number, sp2d_date, amount) "
                "VALUES (%s, 'first', 'X', %s, 'X', %s, 'X', %s, 1)",
                [proposal.id, TODAY, TODAY, yesterday],
            )

    def test_a_number_stands_once_however_it_is_typed(self):
        proposal = self._payable()
        self._pay(proposal, 1, "CONTOH/SP2D/1")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self._pay(proposal, 1, " contoh/sp2d/1 ")

    def test_the_transfers_of_an_sp2d_are_its_amount(self):
        proposal = self._payable()
        with self.assertRaisesRegex(UserError, "come to"):
            self._pay(
                proposal,
                10,
                transfer_ids=[(0, 0, {"area_id": self.regency.id, "amount": 9})],
            )
        with self.assertRaisesRegex(UserError, "No account of"):
            self._pay(
                proposal,
                10,
                transfer_ids=[
                    (0, 0, {"area_id": self._area("62.01").id, "amount": 10})
                ],
            )
        payment = self._pay(proposal, 10)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "INSERT INTO khbs_bkk_transfer (disbursement_id, payee_id, area_id, "
                "amount) SELECT disbursement_id, payee_id, %s, 1 FROM "
                "khbs_bkk_transfer WHERE id = %s",
                [self._area("62.01").id, payment.transfer_ids.id],
            )
        with self._refused(AccessError):
            self.env["khbs.bkk.transfer"].with_user(self.bank_officer).create(
                {"disbursement_id": payment.id, "area_id": self.regency.id, "amount": 1}
            )

    def test_an_sp2d_typed_wrongly_is_cancelled_by_a_colleague(self):
        proposal = self._payable()
        wrong = self._pay(proposal, proposal.decreed_amount, "SP2D-77")
        self.assertEqual(proposal.state, "disbursed")
        with self.assertRaisesRegex(UserError, "second person"):
            wrong.with_user(self.bank_officer).action_cancel("salah nomor")
        with self._refused():
            wrong.with_user(self.second).action_cancel(" ")
        wrong.with_user(self.second).action_cancel("Jumlah salah ketik")
        self.assertEqual(proposal.state, "decreed")
        self.assertEqual(proposal.disbursed_amount, 0)
        self.assertEqual(wrong.transfer_ids.state, "cancelled")
        self.assertEqual(wrong.sp2d_number, "SP2D-77")
        # The same number comes again, with what is right; nothing was lost.
        self._pay(proposal, 1_000_000, "SP2D-77")
        self.assertEqual(proposal.disbursed_amount, 1_000_000)
        self.assertEqual(len(proposal.disbursement_ids), 2)
        with self._refused():
            wrong.with_user(self.second).action_cancel("lagi")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_bkk_disbursement SET cancelled_by_id = NULL, "
                "cancelled_at = NULL, cancel_reason = NULL WHERE id = %s",
                [wrong.id],
            )
        refused = self.env["khbs.audit.event"].search_count(
            [
                ("act", "=", "khbs.bkk.disbursement.cancel"),
                ("outcome", "=", "refused"),
            ]
        )
        self.assertEqual(refused, 1)

    def test_a_transfer_is_cancelled_with_its_sp2d_alone(self):
        proposal = self._payable()
        entry = self._pay(proposal, 1_000_000)
        transfer = entry.transfer_ids
        with self.assertRaisesRegex(UserError, "cancelled with its SP2D"):
            transfer.with_user(self.second).action_cancel("salah")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_bkk_transfer SET cancelled_by_id = %s, "
                "cancelled_at = now(), cancel_reason = 'x' WHERE id = %s",
                [self.second.id, transfer.id],
            )
        self.assertEqual(proposal.received_amount, 1_000_000)
        entry.with_user(self.second).action_cancel("Jumlah salah ketik")
        self.assertEqual(transfer.state, "cancelled")

    # Returns and re-payments

    def test_what_came_back_is_repaid_once_and_never_more(self):
        proposal = self._payable()
        transfer = self._pay(proposal, 1_000_000).transfer_ids
        with self.assertRaisesRegex(UserError, "came back and is not repaid"):
            self._repay(transfer)
        self._return(transfer)
        self.assertEqual(transfer.state, "returned")
        self.assertEqual(
            (proposal.disbursed_amount, proposal.returned_amount), (1_000_000,) * 2
        )
        self.assertEqual(proposal.received_amount, 0)
        for amount in (1_000_001, 100):
            with self.assertRaisesRegex(UserError, "all of it is repaid"):
                self._repay(transfer, amount)
        # As the button opens the form: everything comes as a default.
        opened = transfer.with_user(self.bank_officer).action_repay()["context"]
        again = (
            self.env["khbs.bkk.disbursement"]
            .with_user(self.bank_officer)
            .with_context(**opened)
            .create(
                {
                    "spp_number": "SPP-R",
                    "spp_date": TODAY,
                    "spm_number": "SPM-R",
                    "spm_date": TODAY,
                    "sp2d_number": "SP2D-R",
                    "sp2d_date": TODAY,
                }
            )
            .transfer_ids
        )
        self.assertEqual(again.repays_id, transfer)
        self.assertEqual(transfer.state, "repaid")
        self.assertEqual(proposal.received_amount, 1_000_000)
        self.assertEqual(proposal.disbursed_amount, 1_000_000)
        with self.assertRaisesRegex(UserError, "not repaid yet"):
            self._repay(transfer, number="SP2D-R2")
        # The re-payment may come back too, and the chain goes on.
        self._return(again)
        third = self._repay(again, number="SP2D-R3").transfer_ids
        self.assertEqual(third.repays_id.repays_id, transfer)
        self.assertEqual(proposal.received_amount, 1_000_000)
        self.assertEqual(self.budget_line.sp2d_amount, 1_000_000)

    def test_no_re_payment_goes_before_its_return(self):
        proposal = self._payable()
        transfer = self._pay(proposal, 1_000_000).transfer_ids
        with freeze_time(TODAY + timedelta(days=9)):
            self._return(transfer, date=TODAY + timedelta(days=5))
            with self.assertRaisesRegex(UserError, "no SP2D repays it before"):
                self._repay(transfer, day=TODAY + timedelta(days=4))
            self._repay(transfer, day=TODAY + timedelta(days=5))
        self.assertEqual(proposal.received_amount, 1_000_000)

    def test_the_database_repays_whole_and_not_before(self):
        proposal = self._payable()
        transfer = self._pay(proposal, 1_000_000).transfer_ids
        with freeze_time(TODAY + timedelta(days=9)):
            self._return(transfer, date=TODAY + timedelta(days=5))
        for amount, day in ((100, 5), (1_000_000, 4)):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(
                    psycopg2.errors.RestrictViolation, "repaid whole, and not before"
                ),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    """
                    INSERT INTO khbs_bkk_disbursement
                        (proposal_id, kind, spp_number, spp_date, spm_number,
                         spm_date, sp2d_number, sp2d_date, amount)
                    VALUES (%(proposal)s, 'repayment', 'a', %(day)s, 'b', %(day)s,
                            'SP2D-X', %(day)s, %(amount)s)
                    RETURNING id
                    """,
                    {
                        "proposal": proposal.id,
                        "day": TODAY + timedelta(days=day),
                        "amount": amount,
                    },
                )
                [entry] = self.env.cr.fetchone()
                self.env.cr.execute(
                    "INSERT INTO khbs_bkk_transfer "
                    "(disbursement_id, payee_id, area_id, amount, repays_id) "
                    "VALUES (%s, %s, %s, %s, %s)",
                    [
                        entry,
                        transfer.payee_id.id,
                        transfer.area_id.id,
                        amount,
                        transfer.id,
                    ],
                )

    def test_a_return_typed_wrongly_is_cancelled(self):
        proposal = self._payable()
        transfer = self._pay(proposal, 1_000_000).transfer_ids
        with self.assertRaisesRegex(UserError, "after its SP2D"):
            self._return(transfer, date=date(YEAR, 1, 1) - timedelta(days=1))
        entry = self._return(transfer)
        with self._refused():
            self._return(transfer)
        with self._refused():
            entry.with_user(self.bank_officer).action_cancel("salah")
        entry.with_user(self.second).action_cancel("Transfer lain yang kembali")
        self.assertEqual(transfer.state, "paid")
        self.assertEqual(proposal.received_amount, 1_000_000)
        again = self._return(transfer)
        self._repay(transfer)
        with self.assertRaisesRegex(UserError, "cancel that SP2D first"):
            again.with_user(self.second).action_cancel("terlambat")

    def test_only_the_bank_officer_registers_what_came_back(self):
        transfer = self._pay(self._payable(), 1).transfer_ids
        for user in (self.proposer, self.verifier, self.approver):
            with self._refused(AccessError):
                self._return(transfer, user=user)

    def test_the_register_of_sp2d(self):
        proposal = self._payable()
        transfer = self._pay(proposal, 1_000_000, "SP2D-2").transfer_ids
        self._pay(proposal, 500_000, "SP2D-1")
        self._return(transfer)
        self._repay(transfer, number="SP2D-3")
        wizard = self.env["khbs.bkk.register"].with_user(self.bank_officer).create({})
        paper = self.env["khbs.paper"].browse(wizard.action_issue()["res_id"])
        self.assertEqual(
            {key: paper.totals[key] for key in ("amount", "returned", "net")},
            {"amount": 2_500_000, "returned": 1_000_000, "net": 1_500_000},
        )
        self.assertEqual(paper.totals["net"], proposal.received_amount)
        book = load_workbook(
            io.BytesIO(paper.with_user(self.bank_officer)._file("xlsx"))
        )
        cells = [str(c) for row in book.active.iter_rows(values_only=True) for c in row]
        places = [cells.index(f"SP2D-{number}") for number in (1, 2, 3)]
        self.assertEqual(places, sorted(places))

    def test_the_register_is_filed_where_its_readers_are(self):
        proposal = self._payable()
        self._pay(proposal, 500_000, "SP2D-1")
        register = self.env["khbs.bkk.register"]
        other = self._area("62.71")
        elsewhere = self._role_user("bank_officer", login="bank-elsewhere", areas=other)
        with self.assertRaisesRegex(UserError, "not in your areas"):
            register.with_user(elsewhere).create(
                {"area_id": self.regency.id}
            ).action_issue()
        # Of two regencies: neither one's readers are to see the other's SP2D.
        both = self._role_user(
            "bank_officer", login="bank-both", areas=other | self.regency
        )
        with self.assertRaisesRegex(UserError, "one of your regencies"):
            register.with_user(both).create({}).action_issue()
        wizard = register.with_user(both).create({"area_id": self.regency.id})
        paper = self.env["khbs.paper"].browse(wizard.action_issue()["res_id"])
        self.assertEqual(paper.area_id, self.regency)
        self.assertEqual(paper.totals["amount"], 500_000)

    def test_a_request_beside_an_old_sp2d_can_be_withdrawn(self):
        """An SP2D from before there were requests asks for none."""
        proposal = self._payable()
        self._pay(proposal, 1_000_000)
        request = proposal.request_ids.with_user(self.proposer)
        with self.assertRaisesRegex(UserError, "Money moved"):
            request.action_withdraw("salah")
        self.env.cr.execute(
            "SET CONSTRAINTS ALL IMMEDIATE;"
            "ALTER TABLE khbs_bkk_disbursement DISABLE TRIGGER USER;"
            "UPDATE khbs_bkk_disbursement SET spp_date = NULL, spp_number = NULL,"
            " spm_date = NULL, spm_number = NULL WHERE proposal_id = %s;"
            "ALTER TABLE khbs_bkk_disbursement ENABLE TRIGGER USER",
            [proposal.id],
        )
        self.env.invalidate_all()
        request.action_withdraw("Diajukan ulang dengan jumlah yang benar")
        self.assertEqual(request.state, "withdrawn")

    def test_nobody_writes_another_sum(self):
        proposal = self._payable()
        self._return(self._pay(proposal, 1_000_000).transfer_ids)
        for column in ("disbursed_amount", "returned_amount"):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(
                    psycopg2.errors.RestrictViolation, "not those of its SP2D"
                ),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    f"UPDATE khbs_bkk_proposal SET {column} = 1 WHERE id = %s",  # noqa: S608
                    [proposal.id],
                )

    # The queue

    def _waiting(self, user, record):
        """Return what of *record* waits for *user*."""
        self.env.flush_all()
        tasks = self.env["khbs.bkk.task"].with_user(user)
        return tasks.search(
            [("model", "=", record._name), ("res_id", "=", record.id)]
        ).mapped("kind")

    def test_what_is_to_be_done_waits_for_the_right_person(self):
        proposal = self._in_force().bkk_proposal_ids
        self.assertEqual(self._waiting(self.proposer, proposal), ["request_money"])
        self.assertFalse(self._waiting(self.bank_officer, proposal))
        self._ready(proposal)
        self.assertFalse(self._waiting(self.proposer, proposal))
        self.assertEqual(self._waiting(self.bank_officer, proposal), ["register_sp2d"])
        transfer = self._pay(proposal, proposal.decreed_amount).transfer_ids
        self.assertFalse(self._waiting(self.bank_officer, proposal))
        self._return(transfer)
        self.assertEqual(self._waiting(self.bank_officer, transfer), ["repay_transfer"])
        self._repay(transfer)
        self.assertFalse(self._waiting(self.bank_officer, transfer))
