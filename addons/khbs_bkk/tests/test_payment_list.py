# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io

from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.tests import Form

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
