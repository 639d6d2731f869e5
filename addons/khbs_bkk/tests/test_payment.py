# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io
from datetime import timedelta

import psycopg2
from openpyxl import load_workbook
from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, mute_logger

from odoo.addons.khbs_registry.papers.document import digest

from .. import decree_lines
from .common import TODAY, BkkCase


class PaymentCase(BkkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number, holder in enumerate(cls.damang + cls.rt + cls.rt_late):
            cls._with_account(holder, number)

    @classmethod
    def _with_account(cls, holder, number, name=None):
        holder.write(
            {
                "bank_name": "Bank Kalteng",
                "bank_account_entry": f"12500077{number:04d}",
                "bank_account_name": name or holder.name,
            }
        )

    def _list(self, proposal, **vals):
        """Return the payment list of *proposal*, its lines taken from the decree."""
        payment = (
            self.env["khbs.bkk.payment"]
            .with_user(self.proposer)
            .create({"proposal_id": proposal.id, **vals})
        )
        payment.action_generate()
        return payment

    def _received(self, quarter="1"):
        """Return a proposal whose whole amount came into the regency's treasury."""
        proposal = self._payable(quarter)
        self._pay(proposal, proposal.decreed_amount, f"SP2D-{quarter}")
        return proposal

    def _line(self, payment, holder):
        return payment.line_ids.filtered(
            lambda line: line.holder_id == holder and not line.settled
        )

    def _held_by_the_database(self, query, params):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(query, params)

    def _confirm_account(self, holder):
        self.env.invalidate_all()
        self.reading(holder, self.verifier).action_confirm_account()


class TestPayment(PaymentCase):
    def test_the_list_is_the_decree_to_the_rupiah(self):
        proposal = self._received()
        payment = self._list(proposal)
        self.assertEqual(payment.area_id, self.regency)
        self.assertEqual(payment.gross, proposal.decreed_amount)
        self.assertEqual(payment.net + payment.tax, payment.gross)
        self.assertEqual(payment.decree_id, proposal.payable_decree_id)
        # Annex II, drawn again from the lines that are paid, has the decree's hash.
        paid = SQL(
            "SELECT %s FROM khbs_bkk_decree_line WHERE id = ANY(%s)",
            SQL(", ").join(map(SQL.identifier, decree_lines.COLUMNS)),
            payment.line_ids.decree_line_id.ids,
        )
        annexes = [digest(one).content_sha256 for one in proposal._annexes(paid)]
        self.assertEqual(
            annexes,
            proposal.payable_decree_id.annex_ids.sorted("sequence").mapped(
                "content_sha256"
            ),
        )

    def test_case_12_46_an_officer_in_the_post_of_a_babinsa(self):
        """By rank, not by role: bintara 0 %, perwira 5 %, PNS III 5 %, IV 15 %."""
        self._rate("babinsa", 300_000)
        self._rate("religious_leader", 250_000)
        holders = {}
        for number, (role, rank) in enumerate(
            [
                ("babinsa", "sergeant"),
                ("babinsa", "junior_officer"),
                ("religious_leader", "none"),
                ("religious_leader", "grade_3"),
                ("religious_leader", "grade_4"),
            ]
        ):
            holder = self._holder(
                f"CONTOH {chr(65 + number)}", role=role, rank_group=rank
            )
            self._with_account(holder, 100 + number)
            holders[role, rank] = holder
        payment = self._list(self._received())
        withheld = {
            key: (line.base, line.rate, line.tax, line.tax_object)
            for key, holder in holders.items()
            for line in self._line(payment, holder)
        }
        self.assertEqual(
            withheld,
            {
                ("babinsa", "sergeant"): (900_000, 0, 0, "21-402-04"),
                ("babinsa", "junior_officer"): (900_000, 500, 45_000, "21-402-02"),
                ("religious_leader", "none"): (375_000, 500, 18_750, "21-100-20"),
                ("religious_leader", "grade_3"): (750_000, 500, 37_500, "21-402-02"),
                ("religious_leader", "grade_4"): (750_000, 1500, 112_500, "21-402-03"),
            },
        )
        self.assertEqual(sum(payment.tax_ids.mapped("tax")), payment.tax)
        self.assertEqual(sum(payment.tax_ids.mapped("gross")), payment.gross)

    def test_the_tax_officer_decides_for_a_role_and_a_period(self):
        treatments = self.env["khbs.bkk.tax.treatment"]
        treatments.create(
            {
                "role_id": self.roles["rt_head"].id,
                "kind": "participant",
                "valid_from": TODAY - timedelta(days=9),
                "valid_to": TODAY,
                "basis": "CONTOH",
            }
        )
        treatments.create(
            {
                "role_id": self.roles["rt_head"].id,
                "kind": "regular",
                "valid_from": TODAY + timedelta(days=1),
                "basis": "CONTOH",
            }
        )
        proposal = self._received()
        payment = self._list(proposal, paid_on=TODAY + timedelta(days=1))
        line = self._line(payment, self.rt)
        self.assertEqual((line.tax, line.treatment), (0, "regular"))
        payment.action_ready()
        # The list was made for another day, on which another treatment held.
        with self.assertRaisesRegex(UserError, "another rule"):
            self._line(payment, self.rt).action_pay(TODAY)
        payment.action_draft()
        payment.paid_on = TODAY
        payment.action_generate()
        line = self._line(payment, self.rt)
        self.assertEqual((line.tax, line.treatment), (37_500, "participant"))

    def test_case_12_43_a_name_unlike_the_account_is_held(self):
        self._with_account(self.rt, 7, name="ORANG LAIN")
        payment = self._list(self._received())
        line = self._line(payment, self.rt)
        self.assertEqual((line.state, line.hold_reason), ("held", "ACCOUNT_NAME"))
        payment.action_ready()
        with self._refused():
            line.action_pay()
        with self._refused():
            line.action_release("tetap bayar")
        # The others are paid, and the list stays open.
        payment.action_pay_all()
        self.assertEqual(payment.state, "ready")
        self.assertEqual(payment.held_count, 1)
        self.assertEqual(payment.paid_gross, payment.gross - line.gross)
        # Where the account was entered wrongly, it is mended, a second person confirms
        # it, and the list is renewed.
        self._with_account(self.rt, 7)
        self._confirm_account(self.rt)
        payment.action_generate()
        line = self._line(payment, self.rt)
        self.assertEqual(line.state, "to_pay")
        line.action_pay()
        self.assertEqual(payment.state, "paid")
        self.assertEqual(payment.paid_gross, payment.gross)

    def test_case_12_43_an_account_that_changes_after_the_decree_needs_two(self):
        self._with_account(self.rt, 7, name="ORANG LAIN")
        payment = self._list(self._received())
        payment.action_ready()
        mine = self.rt.with_user(self.proposer)
        events = self.env["khbs.audit.event"].search_count
        changed = [("act", "=", "khbs.bkk.holder.account"), ("res_id", "=", mine.id)]
        mine.bank_account_name = "RT SATU"
        self.assertEqual(events(changed), 1)
        self.assertTrue(mine.account_pending)
        self.assertEqual(mine.account_changed_by_id, self.proposer)
        payment.action_generate()
        line = self._line(payment, self.rt)
        self.assertEqual((line.state, line.hold_reason), ("held", "ACCOUNT_CHANGED"))
        with self.assertRaisesRegex(UserError, "a second person"):
            line.action_release("tetap bayar")
        with self.assertRaisesRegex(UserError, "second person must confirm"):
            self.reading(mine).action_confirm_account()
        with self._refused(AccessError):
            self.reading(mine, self.approver).action_confirm_account()
        # What changed since it was read is not confirmed.
        read = self.reading(mine, self.verifier)
        mine.bank_name = "Bank Lain"
        with self.assertRaisesRegex(UserError, "not what you opened"):
            read.action_confirm_account()
        self._confirm_account(self.rt)
        self.assertEqual(self.rt.account_confirmed_by_id, self.verifier)
        confirmed = [("act", "=", "khbs.bkk.holder.account.confirm")]
        self.assertEqual(events([*confirmed, ("outcome", "!=", "refused")]), 1)
        payment.action_generate()
        self._line(payment, self.rt).action_pay()
        # Paid: what changes now holds for the next decree, which is verified anew.
        mine.bank_account_name = "R. T. SATU"
        self.assertEqual(self.rt.account_confirmed_by_id, self.verifier)

    def test_the_database_marks_and_holds_an_account_that_changed(self):
        payment = self._list(self._received())
        payment.action_ready()
        line = self._line(payment, self.rt)
        self.env.cr.execute(
            "UPDATE khbs_bkk_holder SET bank_account = '99887766554433' WHERE id = %s",
            [self.rt.id],
        )
        self.env.invalidate_all()
        self.assertTrue(self.rt.account_pending)
        self._held_by_the_database(
            "UPDATE khbs_bkk_payment_line SET state = 'paid', paid_on = now() "
            "WHERE id = %s",
            [line.id],
        )
        for change in (
            "account_changed_by_id = NULL",
            "account_changed_at = NULL",
        ):
            self._held_by_the_database(
                f"UPDATE khbs_bkk_holder SET {change} WHERE id = %s",  # noqa: S608
                [self.rt.id],
            )
        with self.assertRaisesRegex(AccessError, "finds this out itself"):
            self.rt.with_user(self.proposer).account_confirmed_by_id = self.verifier

    def test_without_an_account_a_line_is_held_or_paid_in_cash(self):
        self.rt.sudo().bank_account = False
        payment = self._list(self._received())
        line = self._line(payment, self.rt)
        self.assertEqual(line.hold_reason, "NO_ACCOUNT")
        payment.action_ready()
        line.action_release("Dibayar tunai, tanda terima 900/1")
        line.action_pay()
        self.assertEqual(line.state, "paid")

    def test_what_came_back_is_paid_again_once(self):
        payment = self._list(self._received())
        payment.action_ready()
        payment.action_pay_all()
        self.assertEqual(payment.state, "paid")
        first = self._line(payment, self.rt)
        first.action_return("Rekening pasif")
        self.assertEqual(payment.state, "ready")
        self.assertEqual(payment.paid_gross, payment.gross - first.gross)
        first.action_repay()
        with self._refused():
            first.action_repay()
        again = self._line(payment, self.rt)
        self.assertEqual(again.repays_id, first)
        self.assertEqual((again.gross, again.tax), (first.gross, first.tax))
        again.action_pay()
        self.assertEqual(payment.state, "paid")
        self.assertEqual(payment.paid_gross, payment.gross)
        self.assertEqual(payment.gross, payment.proposal_id.decreed_amount)

    def test_nobody_is_paid_what_has_not_come_in(self):
        proposal = self._payable()
        payment = self._list(proposal)
        payment.action_ready()
        with self.assertRaisesRegex(UserError, "Wait for the transfer"):
            payment.action_pay_all()
        self._pay(proposal, 1_500_000)
        self._line(payment, self.damang).action_pay()
        with self.assertRaisesRegex(UserError, "Wait for the transfer"):
            self._line(payment, self.rt).action_pay()
        line = self._line(payment, self.rt)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_bkk_payment_line SET state = 'paid', paid_on = now() "
                "WHERE id = %s",
                [line.id],
            )

    def test_an_sp2d_that_people_were_paid_from_is_not_cancelled(self):
        proposal = self._received()
        payment = self._list(proposal)
        payment.action_ready()
        payment.action_pay_all()
        other = self._role_user("bank_officer", login="bank2")
        entry = proposal.disbursement_ids.with_user(other)
        with self.assertRaisesRegex(UserError, "cannot have come back"):
            entry.action_cancel("salah ketik")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_bkk_disbursement SET cancelled_by_id = %s, "
                "cancelled_at = now(), cancel_reason = 'x' WHERE id = %s",
                [other.id, entry.id],
            )

    def test_given_up_lines_are_left_to_be_refunded(self):
        payment = self._list(self._received())
        payment.action_ready()
        line = self._line(payment, self.rt)
        line.action_refund("Meninggal dunia sebelum dibayar")
        payment.action_pay_all()
        self.assertEqual(payment.state, "paid")
        self.assertEqual(payment.received_amount - payment.paid_gross, line.gross)

    def test_figures_never_change(self):
        payment = self._list(self._received())
        line = self._line(payment, self.rt)
        for query in (
            "UPDATE khbs_bkk_payment_line SET net = net + 1, tax = tax - 1 "
            "WHERE id = %s",
            "UPDATE khbs_bkk_payment_line SET state = 'returned', paid_on = now(), "
            "returned_on = now() WHERE id = %s",
            "UPDATE khbs_bkk_payment_line SET state = 'paid', paid_on = now() "
            "WHERE id = %s",
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query, [line.id])
        with self.assertRaises(AccessError):
            line.write({"gross": 1})

    def test_only_the_regency_runs_its_list(self):
        payment = self._list(self._received())
        for user in (self.verifier, self.approver, self.bank_officer):
            with self._refused(AccessError):
                payment.with_user(user).action_ready()
            with self._refused(AccessError):
                payment.line_ids.with_user(user).action_pay()
        elsewhere = self._role_user(
            "bkk_proposer", login="elsewhere", areas=self._area("62.71")
        )
        with self._refused(AccessError):
            payment.with_user(elsewhere).action_ready()
        refused = self.env["khbs.audit.event"].search_count(
            [("act", "=", "khbs.bkk.payment.ready"), ("outcome", "=", "refused")]
        )
        self.assertTrue(refused)

    def test_paper_25_and_its_workbook_agree(self):
        self._with_account(self.rt, 7, name="ORANG LAIN")
        payment = self._list(self._received(), treasurer_name="Bendahara Contoh")
        payment.action_ready()
        paper = self.env["khbs.paper"].search(
            [("model", "=", payment._name), ("res_id", "=", payment.id)]
        )
        sums = {"gross": payment.gross, "tax": payment.tax, "net": payment.net}
        self.assertEqual(paper.kind, "bkk.payment")
        self.assertEqual(paper.totals["base"], sum(payment.line_ids.mapped("base")))
        self.assertEqual({key: paper.totals[key] for key in sums}, sums)
        book = load_workbook(
            io.BytesIO(paper.with_user(self.proposer)._file("xlsx")), data_only=True
        )
        cells = [
            cell for row in book.active.iter_rows(values_only=True) for cell in row
        ]
        for amount in sums.values():
            self.assertIn(amount, cells)
        self.assertTrue(any("Ditahan" in str(cell) for cell in cells))
        self.assertNotIn("125000770007", " ".join(map(str, cells)))

    def _papers(self, payment):
        return self.env["khbs.paper"].search(
            [("model", "=", payment._name), ("res_id", "=", payment.id)]
        )

    def test_what_is_paid_stands_on_a_paper(self):
        payment = self._list(self._received())
        payment.action_ready()
        first = self._papers(payment)
        self.assertEqual(payment.paper_id, first)
        before = payment.tax
        self.rt.rank_group = "grade_4"
        payment.action_generate()
        self.assertNotEqual(payment.tax, before)
        # Renewed, a ready list is issued anew.
        second = self._papers(payment) - first
        self.assertEqual(payment.paper_id, second)
        self.assertEqual(second.totals["tax"], payment.tax)
        line = self._line(payment, self.rt)
        query = "DELETE FROM khbs_bkk_payment_line WHERE id = %s"
        self._held_by_the_database(query, [line.id])
        # A list from before papers were asked for: nothing is paid until it is issued.
        payment.sudo().paper_id = False
        with self.assertRaisesRegex(UserError, "Issue the list first"):
            payment.action_pay_all()
        self._held_by_the_database(
            "UPDATE khbs_bkk_payment_line SET state = 'paid', paid_on = now() "
            "WHERE id = %s",
            [line.id],
        )
        payment.action_issue_list()
        payment.action_pay_all()
        self.assertEqual(payment.state, "paid")

    def test_list_paper_and_slips_agree_after_a_line_is_given_up(self):
        payment = self._list(self._received())
        payment.action_ready()
        given_up = self._line(payment, self.rt)
        given_up.action_refund("Meninggal dunia sebelum dibayar")
        decreed = payment.proposal_id.decreed_amount
        self.assertEqual(payment.gross, decreed - given_up.gross)
        paid = self._line(payment, self.damang)
        paid.action_pay()
        paid.action_return("Rekening pasif")
        paid.action_repay()
        payment.action_issue_list()
        totals = payment.paper_id.totals
        for name in ("gross", "tax"):
            slips = sum(payment.tax_ids.mapped(name))
            self.assertEqual((totals[name], slips), (payment[name],) * 2)
        self.assertEqual(payment.paper_id.row_count, 2)
        pdf = PdfReader(
            io.BytesIO(payment.paper_id.with_user(self.proposer)._file("pdf"))
        )
        text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
        self.assertIn("Tidak dibayarkan dan disetor kembali", text)
