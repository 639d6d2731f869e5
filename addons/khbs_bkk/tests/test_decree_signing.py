# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io
from datetime import date, datetime, time, timedelta

from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.tests import freeze_time

from odoo.addons.khbs_registry.tests.signing_common import SERVICE

from .common import SCAN, TODAY, YEAR, BkkCase

# A day on which the days after it are still of this year.
PRINTED = datetime.combine(min(TODAY, date(YEAR, 12, 20)), time(1, 5))
NUMBER = f"188.44/512/{YEAR}"


class SigningCase(BkkCase):
    """A decree that was frozen, and what must not change until it is signed."""

    def _frozen(self, track="wet"):
        decree = self._drafted()
        decree.track = track
        self.reading(decree, self.approver).action_approve()
        if track == "tte":
            decree.action_register_number(NUMBER, PRINTED.date())
        decree.action_freeze()
        return decree

    def _facts(self, decree):
        """Return what must be the same whatever happens on the way."""
        proposal = decree.bkk_proposal_ids
        return (
            decree.pdf_sha256,
            decree.annex_sha256,
            decree.bkk_line_ids.ids,
            proposal.approved_amount,
            len(proposal.month_ids.filtered(lambda one: not one.released_at)),
        )

    def _text(self, decree):
        reader = PdfReader(io.BytesIO(decree.sudo().pdf_attachment_id.raw))
        return "\n".join(page.extract_text() for page in reader.pages)


class TestDecreeSigning(SigningCase):
    """Case 12.44: the days between print, signature and number lose nothing."""

    def test_case_12_44_number_comes_days_after_the_print(self):
        """Printed with dots; signed and numbered days later; dated in between."""
        with freeze_time(PRINTED):
            decree = self._frozen()
            facts = self._facts(decree)
            self.assertIn(f"188.44/ .................... /{YEAR}", self._text(decree))
            self.assertFalse(decree.number)
            self.assertEqual(decree.bkk_proposal_ids.state, "approved")
            with self.assertRaisesRegex(UserError, "not in the future"):
                decree.action_register_signature(
                    NUMBER, PRINTED.date() + timedelta(days=3), SCAN
                )
        with freeze_time(PRINTED + timedelta(days=5)):
            dated = PRINTED.date() + timedelta(days=3)
            decree.action_register_signature(NUMBER, dated, SCAN)
            self.assertEqual(decree.decree_date, dated)
            self.assertNotEqual(decree.decree_date, decree.frozen_at.date())
            self.assertEqual(self._facts(decree), facts, "nothing is drawn again")
            proposal = decree.bkk_proposal_ids
            self.assertEqual(proposal.state, "decreed")
            self.assertEqual(proposal.payable_decree_id, decree)
            self.assertTrue(decree._in_force(dated))
            self.assertFalse(decree._in_force(dated - timedelta(days=1)))

    def test_case_12_44_number_that_was_mistyped_is_refused_and_repeated(self):
        with freeze_time(PRINTED):
            decree = self._frozen()
            facts = self._facts(decree)
            for number in ("", "188.44/.../2026"):
                with self.assertRaises(UserError):
                    decree.action_register_signature(number, PRINTED.date(), SCAN)
            with self.assertRaises(UserError):
                decree.action_register_signature(NUMBER, PRINTED.date(), b"no paper")
            self.assertEqual(decree.state, "frozen")
            self.assertEqual(self._facts(decree), facts)
            decree.action_register_signature(NUMBER, PRINTED.date(), SCAN)
            self.assertEqual(decree.state, "in_force")


@freeze_time(PRINTED, tick=True)
class TestDecreeSigningElectronic(SigningCase):
    """The clock goes on: a signature is checked at the time that it is made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        governor = cls.env.ref("khbs_registry.signatory_governor")
        governor.certificate_sha256 = SERVICE.fingerprint
        if ".." in governor.name:
            governor.name = "AGUSTIAR CONTOH"

    def test_case_12_44_tte_that_fails_halfway_is_repeated(self):
        """The signing service breaks off: what came is refused, the next is taken."""
        decree = self._frozen("tte")
        facts = self._facts(decree)
        self.assertIn(NUMBER, self._text(decree))
        pdf = decree.sudo().pdf_attachment_id.raw
        signed = SERVICE.sign(pdf)
        for broken in (pdf, signed[:-200], signed[: len(pdf) + 40], b"%PDF-1.7 other"):
            with self.assertRaises(UserError):
                decree.action_upload_signed(broken)
            self.assertEqual(decree.state, "frozen")
            self.assertEqual(self._facts(decree), facts)
            self.assertEqual(decree.bkk_proposal_ids.state, "approved")
        decree.action_upload_signed(signed)
        self.assertEqual(decree.state, "in_force")
        self.assertEqual(self._facts(decree), facts)
        self.assertEqual(decree.bkk_proposal_ids.payable_decree_id, decree)
        with self.assertRaises(UserError):
            decree.action_upload_signed(signed)

    def test_case_12_44_tte_that_fails_for_good_is_signed_by_hand(self):
        """The same file, printed as it is: number and date stay."""
        decree = self._frozen("tte")
        facts = self._facts(decree)
        decree.with_user(self.approver).action_sign_by_hand("BSrE tidak tersedia")
        decree.action_register_signature(NUMBER, PRINTED.date(), SCAN)
        self.assertEqual(decree.state, "in_force")
        self.assertEqual(self._facts(decree), facts)
        self.assertEqual(decree.bkk_proposal_ids.state, "decreed")
