# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Decrees signed by certificate: number first, then the file that comes back."""

import hashlib
import io

from psycopg2.errors import RestrictViolation
from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from .decree_common import DATE, NUMBER, SCAN, DecreeCase
from .signing_common import CA_NAME, NAME, SERVICE, SigningService


# The clock goes on: a signature is checked at the time that it is made.
@freeze_time("2026-11-22 01:05:00", tick=True)
class TestDecreeTte(DecreeCase):
    service = SERVICE

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.governor = cls.env.ref("khbs_registry.signatory_governor")
        cls.governor.certificate_sha256 = cls.service.fingerprint

    def _numbered(self, **kwargs):
        """Return a decree frozen with its number, to be signed by certificate."""
        return self._frozen(track="tte", **kwargs)

    def test_number_comes_before_the_frozen_pdf(self):
        decree = self._decided(track="tte")
        with self.assertRaisesRegex(UserError, "come first"):
            decree.action_freeze()
        decree.action_register_number(NUMBER, DATE)
        self.assertEqual(decree.state, "draft")
        decree.action_freeze()
        reader = PdfReader(io.BytesIO(decree._file("pdf")))
        text = "\n".join(page.extract_text() for page in reader.pages)
        self.assertEqual(text.count(NUMBER), 2, "in the head and on the annex")
        self.assertEqual(text.count("20 November 2026"), 2)
        self.assertIn("WARGA CONTOH 2", text)

    def test_number_is_registered_only_on_what_was_decided(self):
        decree = self._draft(track="tte")
        with self.assertRaises(UserError):
            decree.action_register_number(NUMBER, DATE)
        wet = self._decided()
        with self.assertRaises(UserError):
            wet.action_register_number(NUMBER, DATE)

    def test_numbers_are_given_once(self):
        self._numbered()
        other = self._decided(track="tte", title="Penetapan Lain")
        with self.assertRaisesRegex(UserError, "belongs to another decree"):
            other.action_register_number(NUMBER, DATE)

    def test_signed_file_brings_the_decree_in_force(self):
        decree = self._numbered()
        self.assertFalse(decree._in_force())
        signed = self.service.sign(decree._file("pdf"))
        decree.action_upload_signed(signed)
        self.assertTrue(decree._in_force())
        self.assertEqual(decree.signer_name, NAME)
        self.assertEqual(decree.signer_issuer, CA_NAME)
        self.assertEqual(decree.signer_certificate_sha256, self.service.fingerprint)
        self.assertEqual(decree.signer_trust, "unknown")
        self.assertTrue(decree.signer_at)
        self.assertEqual(decree._file("scan"), signed)
        self.assertTrue(decree._file("scan").startswith(decree._file("pdf")))
        self.assertEqual(hashlib.sha256(signed).hexdigest(), decree.scan_sha256)
        facts = dict(decree._verification()["facts"])
        self.assertEqual(facts["Ditandatangani elektronik oleh"], NAME)
        self.assertIn("belum dipercaya", facts["Pemeriksaan"])

    def test_root_that_is_trusted(self):
        self.env["ir.config_parameter"].set_param(
            "khbs.decree.trust_roots", self.service.ca_pem
        )
        decree = self._numbered()
        other = SigningService().sign(decree._file("pdf"))
        with self.assertRaisesRegex(UserError, "issuer that is trusted"):
            decree.action_upload_signed(other)
        decree.action_upload_signed(self.service.sign(decree._file("pdf")))
        self.assertEqual(decree.signer_trust, "trusted")

    def test_another_valid_certificate_is_refused(self):
        """Of the same issuer's root and of the same name: it is not the signatory's."""
        decree = self._numbered()
        other = SigningService(NAME)
        self.env["ir.config_parameter"].set_param(
            "khbs.decree.trust_roots", self.service.ca_pem + other.ca_pem
        )
        signed = other.sign(decree._file("pdf"))
        with self.assertRaisesRegex(UserError, other.fingerprint):
            decree.action_upload_signed(signed)
        self.assertEqual(decree.state, "frozen")

    def test_certificate_that_has_ended_is_refused(self):
        decree = self._numbered()
        ended = SigningService(days=-1)
        self.governor.certificate_sha256 = ended.fingerprint
        with self.assertRaisesRegex(UserError, "renewed"):
            decree.action_upload_signed(ended.sign(decree._file("pdf")))

    def test_renewed_certificate_is_entered_by_an_administrator(self):
        decree = self._numbered()
        renewed = SigningService()
        signed = renewed.sign(decree._file("pdf"))
        with self.assertRaisesRegex(UserError, "renewed"):
            decree.action_upload_signed(signed)
        entered = {"certificate_sha256": renewed.fingerprint}
        with self.assertRaisesRegex(AccessError, "administrator"):
            self.governor.with_user(self.officer).write(entered)
        administrator = self._role_user("administrator")
        grouped = renewed.fingerprint.upper()
        self.governor.with_user(administrator).certificate_sha256 = ":".join(
            grouped[place : place + 2] for place in range(0, 64, 2)
        )
        event = self.env["khbs.audit.event"].search(
            [("act", "=", "signatory.change")], order="id desc", limit=1
        )
        self.assertIn(renewed.fingerprint, str(event.data))
        decree.action_upload_signed(signed)
        self.assertEqual(decree.state, "in_force")

    def test_officer_enters_no_certificate_with_a_new_signatory(self):
        values = {
            "name": "PENJABAT CONTOH",
            "role": "legal",
            "title": "KEPALA BIRO HUKUM,",
            "valid_from": "2026-01-01",
            "certificate_sha256": self.service.fingerprint,
        }
        signatories = self.env["khbs.signatory"].with_user(self.officer)
        with self.assertRaisesRegex(AccessError, "administrator"):
            signatories.create(values)
        fingerprint = values.pop("certificate_sha256")
        defaults = {"default_certificate_sha256": fingerprint}
        with self.assertRaisesRegex(AccessError, "administrator"):
            signatories.with_context(**defaults).create(values)
        made = signatories.create(values)
        event = self.env["khbs.audit.event"].search(
            [("act", "=", "signatory.create"), ("res_id", "=", made.id)]
        )
        self.assertEqual(event.data["role"], "legal")

    def test_officer_gives_nobody_the_certificate_of_another(self):
        certified = self.governor.copy(
            {
                "role": "legal",
                "certificate_sha256": self.service.fingerprint,
                "valid_from": "2026-01-01",
            }
        )
        for change in ({"role": "governor"}, {"name": "ORANG LAIN"}):
            with self.assertRaisesRegex(AccessError, "administrator"):
                certified.with_user(self.officer).write(change)
        certified.with_user(self.officer).valid_to = "2099-12-31"

    def test_nothing_is_frozen_or_taken_in_without_a_certificate(self):
        decree = self._numbered()
        self.governor.certificate_sha256 = False
        with self.assertRaisesRegex(UserError, "No certificate is entered"):
            decree.action_upload_signed(self.service.sign(decree._file("pdf")))
        other = self._decided(track="tte", title="Penetapan Lain")
        other.action_register_number("188.44/2/2026", DATE)
        with self.assertRaisesRegex(UserError, "No certificate is entered"):
            other.action_freeze()

    def test_what_is_not_the_frozen_file_signed_is_refused(self):
        decree = self._numbered()
        frozen = decree._file("pdf")
        signed = self.service.sign(frozen)
        drawn_anew = self.service.sign(self._frozen(title="Lain")._file("pdf"))
        for content, sentence in (
            (SCAN, "not the frozen PDF"),
            (drawn_anew, "not the frozen PDF"),
            (signed[:-1000], "no signature|cut off"),
            (frozen, "no signature"),
            (signed + b"\n% note", "changed after it was signed"),
            (self.service.sign(signed, field="LAIN"), "more than one"),
            (b"no pdf", "as PDF"),
        ):
            with self.subTest(sentence), self.assertRaisesRegex(UserError, sentence):
                decree.action_upload_signed(content)
        self.assertEqual(decree.state, "frozen")

    def test_signature_that_covers_a_page_is_refused(self):
        decree = self._numbered()
        frozen = decree._file("pdf")
        for box in ((0, 0, 1000, 1000), (10, 10, 10, 90), (300, 150, 500, 220)):
            with self.subTest(box), self.assertRaisesRegex(UserError, "picture"):
                decree.action_upload_signed(self.service.sign(frozen, box=box))
        self.assertEqual(decree.state, "frozen")

    def test_each_track_has_its_own_door(self):
        decree = self._numbered()
        with self.assertRaisesRegex(UserError, "signed electronically"):
            decree.action_register_signature(NUMBER, DATE, SCAN)
        wet = self._frozen(title="Penetapan Lain")
        with self.assertRaisesRegex(UserError, "signed by hand"):
            wet.action_upload_signed(SCAN)

    def test_approver_alone_lets_it_be_signed_by_hand(self):
        """The service is down for weeks: the frozen PDF is printed as it is."""
        decree = self._numbered()
        frozen = decree._file("pdf")
        with self.assertRaises(AccessError):
            decree.action_sign_by_hand("Layanan padam")
        with self.assertRaises(UserError):
            decree.with_user(self.approver).action_sign_by_hand(" ")
        decree.with_user(self.approver).action_sign_by_hand("Layanan padam")
        self.assertEqual(decree.track, "wet")
        self.assertEqual(decree._file("pdf"), frozen)
        with self.assertRaisesRegex(UserError, "stand on the frozen decree"):
            decree.action_register_signature("188.44/9/2026", DATE, SCAN)
        decree.action_register_signature(NUMBER, DATE, SCAN)
        self.assertTrue(decree._in_force())
        approval = self.env["khbs.approval"].search(
            [("res_id", "=", decree.id), ("step", "=", "wet_track")]
        )
        self.assertEqual(approval.note, "Layanan padam")

    def test_database_keeps_track_and_number(self):
        decree = self._numbered()
        self.env.flush_all()
        update = "UPDATE khbs_decree SET {} WHERE id = %s"
        for change in (
            "track = 'wet'",
            "number = '188.44/9/2026'",
            "decree_date = '2026-11-19'",
            "signer_name = 'X'",
            "state = 'in_force', number = '9', scan_sha256 = pdf_sha256",
            "state = 'in_force', scan_sha256 = pdf_sha256, signer_name = 'X', "
            "signer_certificate_sha256 = pdf_sha256",
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(update.format(change), [decree.id])

    def test_nobody_without_a_name_signs_electronically(self):
        self.env.ref("khbs_registry.signatory_governor").name = "............"
        decree = self._decided(track="tte")
        decree.action_register_number(NUMBER, DATE)
        with self.assertRaisesRegex(UserError, "has no name"):
            decree.action_freeze()

    def test_numbered_draft_stays(self):
        decree = self._decided(track="tte")
        decree.action_register_number(NUMBER, DATE)
        with self.assertRaises(UserError):
            decree.unlink()

    def test_numbered_draft_keeps_its_signature(self):
        decree = self._decided(track="tte")
        decree.action_register_number(NUMBER, DATE)
        with self.assertRaisesRegex(UserError, "keeps it"):
            decree.write({"track": "wet"})
        decree.action_freeze()
        with self.assertRaisesRegex(UserError, "never changes"):
            decree.write({"valid_to": "2026-12-31"})
