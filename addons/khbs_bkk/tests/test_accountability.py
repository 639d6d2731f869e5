# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import io
from datetime import date, timedelta

import psycopg2
from openpyxl import load_workbook

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import SCAN, TODAY, YEAR, BkkCase

LONG_AGO = TODAY - timedelta(days=90)
FILE = base64.b64encode(b"%PDF-1.4 scanned")


class TestAccountability(BkkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # RT DUA has no account: the payment is held and given up.
        for number, holder in enumerate((cls.damang, cls.rt)):
            holder.write(
                {
                    "bank_name": "Bank Kalteng",
                    "bank_account_entry": f"900000000{number}",
                    "bank_account_name": holder.name,
                }
            )

    def _list(self, proposal):
        """Return the payment list of *proposal*, everything decided."""
        payment = (
            self.env["khbs.bkk.payment"]
            .with_user(self.proposer)
            .create({"proposal_id": proposal.id, "area_id": proposal.regency_id.id})
        )
        payment.action_generate()
        payment.action_ready()
        payment.action_pay_all()
        held = payment.line_ids.filtered(lambda line: line.state == "held")
        held.action_refund("Tidak ada rekening")
        return payment

    def _paid(self, quarter="1", day=TODAY):
        """Return a proposal whose whole amount was transferred on a day."""
        decree = self._drafted(quarter)
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        decree.action_register_signature(f"188.44/{quarter}/{YEAR}", day, SCAN)
        proposal = self._ready(decree.bkk_proposal_ids)
        self._pay(proposal, proposal.approved_amount, f"SP2D-{quarter}", day=day)
        return proposal

    def _draft(self, quarter="1", day=TODAY):
        """Return the draft LPJ of a paid proposal, as the regency has it."""
        report = self._paid(quarter, day).accountability_ids
        self.assertEqual(report.state, "draft")
        return report.with_user(self.proposer)

    def _refund(self, report, amount, number="STS-1", **vals):
        return (
            self.env["khbs.bkk.refund"]
            .with_user(self.proposer)
            .create(
                {
                    "accountability_id": report.id,
                    "sts_number": number,
                    "sts_date": TODAY,
                    "amount": amount,
                    "reason": "Jabatan kosong",
                    "scan": FILE,
                    **vals,
                }
            )
        )

    def _completed(self, quarter="1"):
        """Return a draft LPJ that may be submitted: refunded, printed, signed."""
        return self._fill(self._draft(quarter))

    def _fill(self, report):
        self._list(report.proposal_id)
        if report.left_amount:
            self._refund(report, report.left_amount)
        report.write({"letter_number": "900/9/BPKAD", "letter_date": TODAY})
        report.action_print()
        self._evidence(report)
        return report

    def _evidence(self, report, kind="signed"):
        return (
            self.env["khbs.bkk.evidence"]
            .with_user(self.proposer)
            .create(
                {
                    "accountability_id": report.id,
                    "kind": kind,
                    "name": "LPJ bertanda tangan",
                    "file": FILE,
                }
            )
        )

    def _submitted(self, quarter="1"):
        report = self._completed(quarter)
        self.reading(report, self.proposer).action_submit()
        return report

    def test_a_report_begins_with_the_money(self):
        report = self._draft()
        self.assertEqual(report.received_amount, 2_750_000)
        self.assertEqual(report.due_date, TODAY + timedelta(days=30))
        self.assertEqual(report.decreed_amount, 2_750_000)
        self.assertEqual(sum(report.role_ids.mapped("decreed_count")), 3)

    def test_the_figures_are_those_of_the_payment_list(self):
        report = self._draft()
        payment = self._list(report.proposal_id)
        # Half of the gross of 2,250,000 is taxed with 5 %.
        figures = (report.paid_amount, report.tax_amount, report.net_amount)
        self.assertEqual(figures, (2_250_000, 56_250, 2_193_750))
        self.assertEqual((report.left_amount, report.people_count), (500_000, 2))
        roles = {
            line.role_id.code: (line.people_count, line.paid_amount, line.left_amount)
            for line in report.role_ids
        }
        self.assertEqual(
            roles, {"damang": (1, 1_500_000, 0), "rt_head": (1, 750_000, 500_000)}
        )
        paid = payment.line_ids.filtered(lambda line: line.state == "paid")
        paid[:1].action_return("Rekening pasif")
        self.assertEqual(report.paid_amount, 2_250_000 - paid[:1].gross)

    def test_every_name_of_the_decree_is_decided_first(self):
        report = self._draft()
        report.write({"letter_number": "900/9/BPKAD", "letter_date": TODAY})
        report.action_print()
        self._evidence(report)
        with self.assertRaisesRegex(UserError, "3 names of the decree"):
            self.reading(report, self.proposer).action_submit()

    def test_what_went_back_is_not_paid(self):
        report = self._draft()
        with self.assertRaises(UserError) as refusal:
            self._refund(report, 2_750_001)
        self.assertIn("went back by STS", str(refusal.exception))
        self._refund(report, 2_000_000)
        with self.assertRaisesRegex(UserError, "went back by STS"):
            self._list(report.proposal_id)

    def test_money_that_moves_later_opens_another_version(self):
        """What was accepted stays; what moved after it is accounted beside it."""
        report = self._submitted()
        proposal = report.proposal_id
        line = self.env["khbs.bkk.payment.line"].search(
            [("proposal_id", "=", proposal.id), ("state", "=", "paid")], limit=1
        )
        line = line.with_user(self.proposer)
        line.action_return("Rekening pasif")
        self.assertEqual((report.state, report.round_number), ("draft", 2))
        line.action_repay()
        line.repaid_by_ids.action_pay()
        self._submit_again(report)
        self.reading(report, self.verifier).action_accept()
        accepted = report.snapshot_sha256
        self.assertEqual(proposal.state, "accounted")

        again = line.repaid_by_ids
        again.action_return("Rekening ditutup")
        self.assertEqual(proposal.state, "disbursed")
        further = proposal.accountability_ids - report
        self.assertEqual((further.version, further.state), (2, "draft"))
        today = fields.Date.context_today(again)
        self.assertEqual(further.due_date, today + timedelta(days=30))
        self.assertEqual(report.snapshot_sha256, accepted)
        self.assertEqual(report.state, "accepted")
        self.assertEqual(further.left_amount - report.left_amount, line.gross)
        again.action_refund("Pemangku meninggal")
        further = further.with_user(self.proposer)
        self._refund(further, line.gross, "STS-2")
        further.write({"letter_number": "900/10/BPKAD", "letter_date": TODAY})
        self._submit_again(further)
        self.reading(further, self.verifier).action_accept()
        self.assertEqual(proposal.state, "accounted")
        self.assertEqual(further.refunded_amount, 500_000 + line.gross)

    def _submit_again(self, report):
        report.action_print()
        self._evidence(report)
        self.reading(report, self.proposer).action_submit()

    def test_what_is_left_goes_back_before_it_is_accepted(self):
        report = self._completed()
        self.assertEqual(report.left_amount, report.refunded_amount)
        report.refund_ids.amount -= 1
        # What was signed before has other figures.
        report.action_print()
        with self.assertRaisesRegex(UserError, "Have the new print signed"):
            self.reading(report, self.proposer).action_submit()
        with self.assertRaisesRegex(UserError, "Have the new print signed"):
            report.evidence_ids.printed_sha256 = report.printed_sha256
            self.reading(report, self.proposer).action_submit()
        self._submit_again(report)
        with self.assertRaisesRegex(UserError, "is left"):
            self.reading(report, self.verifier).action_accept()
        report.with_user(self.verifier).action_return("Setor sisanya")
        self.assertEqual((report.state, report.round_number), ("draft", 2))
        report.refund_ids.amount += 1
        self._submit_again(report)
        self.reading(report, self.verifier).action_accept()
        self.assertEqual(report.state, "accepted")
        self.assertEqual(report.proposal_id.state, "accounted")
        steps = report.approval_ids.mapped(lambda one: (one.round_number, one.step))
        self.assertEqual(
            steps,
            [(1, "submitted"), (1, "returned"), (2, "submitted"), (2, "accepted")],
        )

    def test_what_is_submitted_stays(self):
        report = self._submitted()
        with self.assertRaises(UserError):
            report.letter_number = "900/10"
        with self.assertRaises(UserError):
            self._refund(report, 1, "STS-2")
        with self.assertRaises(UserError):
            self._evidence(report)
        for query in (
            "UPDATE khbs_bkk_accountability SET decreed_amount = 1 WHERE id = %s",
            "UPDATE khbs_bkk_accountability SET note = 'x' WHERE id = %s",
            "DELETE FROM khbs_bkk_accountability WHERE id = %s",
            "UPDATE khbs_bkk_refund SET amount = 1 WHERE accountability_id = %s",
            "DELETE FROM khbs_bkk_evidence WHERE accountability_id = %s",
            "UPDATE khbs_bkk_accountability_role SET paid_amount = 1 "
            "WHERE accountability_id = %s",
            "UPDATE khbs_bkk_accountability SET state = 'draft', "
            "round_number = round_number + 1 WHERE id = %s",
        ):
            with (
                self.subTest(query),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.Error),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query, [report.id])

    def test_the_other_side_decides(self):
        report = self._submitted()
        for user in (self.proposer, self.approver, self.bank_officer):
            with self._refused(AccessError):
                self.reading(report, user).action_accept()
        with self._refused(AccessError):
            report.with_user(self.proposer).action_return("x")
        refused = self.env["khbs.audit.event"].search(
            [("act", "=like", "khbs.bkk.accountability.%"), ("outcome", "=", "refused")]
        )
        self.assertEqual(len(refused), 4)
        with self._refused(AccessError):
            self.reading(report, self.verifier).action_submit()

    def test_nobody_submits_what_the_paper_does_not_say(self):
        report = self._completed()
        report.note = "Satu jabatan kosong"
        with self.assertRaisesRegex(UserError, "Print the LPJ"):
            self.reading(report, self.proposer).action_submit()

    def test_figures_are_not_entered(self):
        report = self._draft()
        for name in ("received_amount", "state", "due_date", "regency_id", "quarter"):
            with self.assertRaises(AccessError):
                report.write({name: 1})

    def test_a_refund_is_of_the_own_proposal(self):
        """Neither by what is sent nor past the ORM."""
        first = self._draft("1")
        second = self._draft("2")
        refund = self._refund(first, 500_000, proposal_id=second.proposal_id.id)
        self.assertEqual(refund.proposal_id, first.proposal_id)
        refund.proposal_id = second.proposal_id
        self.assertEqual(refund.proposal_id, first.proposal_id)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_bkk_refund SET proposal_id = %s WHERE id = %s",
                [second.proposal_id.id, refund.id],
            )

    def test_the_queue_says_whose_turn_it_is(self):
        late = self._draft("1", day=LONG_AGO)
        tasks = self.env["khbs.bkk.task"]
        of_reports = [("model", "=", late._name)]
        mine = tasks.with_user(self.proposer).search(of_reports)
        self.assertEqual((mine.kind, mine.overdue), ("account", True))
        self.assertEqual(mine.due_date, late.due_date)
        self.assertFalse(tasks.with_user(self.verifier).search(of_reports))
        self._fill(late)
        self.reading(late, self.proposer).action_submit()
        self.env.flush_all()
        self.assertFalse(tasks.with_user(self.proposer).search(of_reports))
        theirs = tasks.with_user(self.verifier).search(of_reports)
        self.assertEqual((theirs.kind, theirs.res_id), ("accept_report", late.id))
        self.assertFalse(theirs.overdue)
        self.reading(late, self.verifier).action_return("Lengkapi bukti")
        self.env.invalidate_all()
        back = tasks.with_user(self.proposer).search(of_reports)
        returned = late.approval_ids.filtered(lambda one: one.step == "returned")
        self.assertEqual((back.kind, back.since), ("mend_report", returned.at))

    def test_a_scan_is_a_scan_and_an_sts_follows_the_money(self):
        report = self._draft()
        with self.assertRaisesRegex(UserError, "PDF, JPG or PNG"):
            self._refund(report, 1, scan=base64.b64encode(b"hello"))
        evidence = self._evidence(report)
        with self.assertRaisesRegex(UserError, "PDF, JPG or PNG"):
            evidence.file = base64.b64encode(b"hello")
        for number, scan in enumerate((b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n")):
            self._refund(report, 1, f"STS-{number}", scan=base64.b64encode(scan))
        with self.assertRaisesRegex(UserError, "before the money was received"):
            self._refund(report, 1, "STS-9", sts_date=TODAY - timedelta(days=1))

    def test_the_workbook_has_the_sums_of_the_letter(self):
        report = self._completed()
        book = load_workbook(io.BytesIO(report.sudo().paper_id._file("xlsx")))
        rows = list(book["Data"].values)
        [head] = [row for row in rows if "Orang dalam keputusan" in row]
        names = ("Orang dalam keputusan", "Orang dibayar", "Jumlah (Rp)")
        places = [head.index(name) for name in names]
        sums = [
            tuple(row[place] for place in places) for row in rows if "Jumlah" in row
        ]
        self.assertEqual(
            sums,
            [(None, None, 2_750_000), (3, 2, 2_250_000), (None, None, 500_000)],
        )

    def test_a_part_has_its_file(self):
        report = self._draft()
        with self.assertRaisesRegex(UserError, "Upload the file"):
            self.env["khbs.bkk.refund"].with_user(self.proposer).create(
                {
                    "accountability_id": report.id,
                    "sts_number": "STS-1",
                    "sts_date": TODAY,
                    "amount": 1,
                    "reason": "Jabatan kosong",
                }
            )
        with self.assertRaisesRegex(UserError, "Upload the file"):
            self._refund(report, 1, scan=False)
        evidence = self._evidence(report)
        with self.assertRaisesRegex(UserError, "Upload the file"):
            evidence.file = False

    def test_only_the_own_regency(self):
        report = self._draft()
        other = self._role_user(
            "bkk_proposer", areas=self._area("62.71"), login="bkk_proposer_city"
        )
        self.assertFalse(self.env[report._name].with_user(other).search([]))
        with self.assertRaises(AccessError):
            self._refund(report.with_user(other), 1).with_user(other).amount = 2
        with self.assertRaises(AccessError):
            report.with_user(other).action_print()

    def _policy(self, blocks):
        return self.env["khbs.bkk.policy"].create(
            {
                "valid_from": date(YEAR, 1, 1),
                "basis": "CONTOH",
                "late_report_blocks": blocks,
            }
        )

    def test_case_12_45_a_late_report_blocks_the_next_payment(self):
        """Late: blocked, by name and day. Submitted: open again."""
        late = self._draft("1", day=LONG_AGO)
        self.assertTrue(late.overdue)
        with self.assertRaisesRegex(UserError, "LPJ BKK Kabupaten Katingan TW I/"):
            self._paid("2")
        self._fill(late)
        self.reading(late, self.proposer).action_submit()
        self.assertFalse(late.overdue)
        self.assertEqual(self._paid("3").state, "disbursed")

    def test_case_12_45_a_cancelled_payment_is_not_late(self):
        """Of nothing received no LPJ can be submitted, so none holds up anything."""
        report = self._draft("1", day=LONG_AGO)
        self.assertTrue(report.overdue)
        second = self._role_user("bank_officer", login="second-bank-officer")
        sp2d = report.proposal_id.disbursement_ids
        sp2d.with_user(second).action_cancel("Salah nomor")
        self.assertFalse(report.due_date or report.overdue)
        self.assertNotIn(report, report.search([("overdue", "=", True)]))
        queued = self.env["khbs.bkk.task"].with_user(self.proposer)
        mine = [("model", "=", report._name), ("res_id", "=", report.id)]
        self.assertFalse(queued.search(mine))
        self.assertEqual(self._paid("2").state, "disbursed")
        # What is paid after that is accounted for in the same LPJ.
        amount = report.proposal_id.decreed_amount
        self._pay(report.proposal_id, amount, "SP2D-BARU", user=second)
        self.assertEqual(report.due_date, TODAY + timedelta(days=30))
        self.assertTrue(queued.search(mine))

    def test_case_12_45_a_transfer_that_came_back_is_not_late(self):
        report = self._draft("1", day=LONG_AGO)
        self.env["khbs.bkk.transfer.return"].with_user(self.bank_officer).create(
            {
                "transfer_id": report.proposal_id.disbursement_ids.transfer_ids.id,
                "date": TODAY,
                "reason": "other",
                "reference": "Nota 1",
            }
        )
        self.assertEqual(report.received_amount, 0)
        self.assertFalse(report.due_date or report.overdue)
        self.assertEqual(self._paid("2").state, "disbursed")

    def test_what_was_paid_before_the_revocation_is_accounted(self):
        """No list was made: all that came in goes back, and the LPJ ends."""
        report = self._draft()
        self._revoke(report.decree_id)
        report.invalidate_recordset()
        self._refund(report, report.left_amount)
        report.write({"letter_number": "900/9/BPKAD", "letter_date": TODAY})
        report.action_print()
        self._evidence(report)
        self.reading(report, self.proposer).action_submit()
        self.reading(report, self.verifier).action_accept()
        self.assertEqual((report.paid_amount, report.refunded_amount), (0, 2_750_000))
        self.assertEqual(report.proposal_id.state, "accounted")

    def test_case_12_45_the_policy_decides_what_is_blocked(self):
        for quarter, blocks in (("2", "nothing"), ("3", "disbursement")):
            self._policy(blocks)
            next_one = self._proposed(quarter)
        self.assertEqual(next_one.policy_id.late_report_blocks, "disbursement")
        self._draft("1", day=LONG_AGO)
        self._policy("proposal")
        with self.assertRaisesRegex(UserError, "was due on"):
            self._proposed("4")

    def test_case_12_45_nothing_is_blocked_where_the_policy_says_nothing(self):
        self._policy("nothing")
        self._draft("1", day=LONG_AGO)
        self.assertEqual(self._paid("2").state, "disbursed")

    def test_case_12_45_only_earlier_periods_of_the_own_regency_block(self):
        self._draft("2", day=LONG_AGO)
        self.assertEqual(self._paid("1").state, "disbursed")
