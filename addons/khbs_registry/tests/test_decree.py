# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import io

from psycopg2.errors import RestrictViolation
from pypdf import PdfReader

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from .common import KhbsCase
from .papers_common import CLAUSES, a_document

SCAN = b"%PDF-1.4 signed"


@freeze_time("2026-11-22 01:05:00")
class TestDecree(KhbsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._role_user("decree_officer")
        cls.approver = cls._role_user("approver")
        cls.record = cls._household()

    def _draft(self, user=None, **kwargs):
        decrees = self.env["khbs.decree"].with_user(user or self.officer)
        return decrees._draft(
            "recipient_list",
            "Penetapan Penerima KHBS",
            self.record,
            CLAUSES,
            [a_document()],
            **kwargs,
        )

    def _frozen(self, **kwargs):
        decree = self._draft(**kwargs)
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        return decree

    def _in_force(self, number="188.44/1/2026", **kwargs):
        decree = self._frozen(**kwargs)
        decree.action_register_signature(number, "2026-11-20", SCAN)
        return decree

    def test_draft_to_in_force(self):
        decree = self._draft()
        self.assertFalse(decree._in_force())
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        self.assertEqual(decree.state, "frozen")
        self.assertEqual(
            hashlib.sha256(decree._file("pdf")).hexdigest(), decree.pdf_sha256
        )
        self.assertFalse(decree._in_force())
        decree.action_register_signature("188.44/1/2026", "2026-11-20", SCAN)
        self.assertTrue(decree._in_force())
        self.assertEqual(decree._file("scan"), SCAN)

    def test_pdf_has_clauses_annex_and_dots_for_the_number(self):
        decree = self._frozen()
        reader = PdfReader(io.BytesIO(decree._file("pdf")))
        text = "\n".join(page.extract_text() for page in reader.pages)
        for part in ("MEMUTUSKAN", "KESATU", "KEDUA", "LAMPIRAN", "WARGA CONTOH 2"):
            self.assertIn(part, text)
        self.assertIn("188.44/ ......", text)
        self.assertIn("900.000", text)

    def test_undecided_draft_is_not_frozen(self):
        decree = self._draft()
        with self.assertRaises(UserError):
            decree.action_freeze()

    def test_change_after_decision_needs_a_new_decision(self):
        decree = self._draft()
        self.reading(decree, self.approver).action_approve()
        decree.clause_ids[0].text = "bahwa lain;"
        self.assertFalse(decree.decided)
        with self.assertRaises(UserError):
            decree.action_freeze()
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        self.assertEqual(decree.state, "frozen")

    def test_drafter_does_not_decide(self):
        both = self._role_user("decree_officer", "approver")
        decree = self._draft(user=both)
        with self.assertRaises(UserError):
            self.reading(decree, both).action_approve()

    def test_decider_does_not_freeze(self):
        both = self._role_user("decree_officer", "approver")
        decree = self._draft()
        self.reading(decree, both).action_approve()
        with self.assertRaises(UserError):
            decree.with_user(both).action_freeze()

    def test_roles(self):
        decree = self._draft()
        with self.assertRaises(AccessError):
            self.reading(decree).action_approve()
        with self.assertRaises(AccessError):
            decree.with_user(self.approver).action_freeze()
        auditor = self._role_user("auditor")
        with self.assertRaises(AccessError):
            decree.with_user(auditor).action_register_signature("1", "2026-11-20", SCAN)
        self.assertEqual(decree.with_user(auditor).name, decree.name)

    def test_officer_cannot_write_the_state(self):
        decree = self._draft()
        with self.assertRaises(AccessError):
            decree.write({"state": "in_force"})

    def test_number_date_and_scan_are_required(self):
        decree = self._frozen()
        for number, date, scan in (
            ("", "2026-11-20", SCAN),
            ("188.44/ ..... /2026", "2026-11-20", SCAN),
            ("188.44/1/2026", "2026-11-24", SCAN),
            ("188.44/1/2026", "2025-11-20", SCAN),
            ("188.44/1/2026", "2026-11-20", b"no pdf"),
            ("188.44/1/2026", "2026-11-20", False),
        ):
            with self.assertRaises(UserError):
                decree.action_register_signature(number, date, scan)
        self._in_force()
        with self.assertRaises(UserError):
            decree.action_register_signature("188.44/1/2026", "2026-11-20", SCAN)

    def test_new_decree_revokes_the_old_when_in_force(self):
        old = self._in_force()
        new = self._frozen(revokes=old)
        self.assertEqual(old.state, "in_force")
        new.action_register_signature("188.44/2/2026", "2026-11-21", SCAN)
        self.assertEqual(old.state, "revoked")
        self.assertFalse(old._in_force())
        self.assertEqual(old.revoked_on, fields.Date.to_date("2026-11-21"))

    def _refused(self, query, *params):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(query, params)

    def test_database_keeps_a_frozen_decree(self):
        decree = self._frozen()
        self.env.flush_all()
        update = "UPDATE khbs_decree SET {} WHERE id = %s"
        for change in (
            "name = 'x'",
            "frozen_sha256 = annex_sha256",
            "state = 'draft'",
            "state = 'revoked'",
            "number = '1'",
        ):
            self._refused(update.format(change), decree.id)
        self._refused("DELETE FROM khbs_decree WHERE id = %s", decree.id)
        self._refused("TRUNCATE khbs_decree CASCADE")
        part = "WHERE decree_id = %s"
        self._refused(f"UPDATE khbs_decree_clause SET text = 'x' {part}", decree.id)
        self._refused(f"DELETE FROM khbs_decree_annex {part}", decree.id)
        self._refused(
            "INSERT INTO khbs_decree_clause (decree_id, section, sequence, text) "
            "VALUES (%s, 'diktum', 9, 'x')",
            decree.id,
        )
        attachment = decree.pdf_attachment_id
        self._refused("DELETE FROM ir_attachment WHERE id = %s", attachment.id)
        self._refused(
            "UPDATE ir_attachment SET checksum = 'x' WHERE id = %s", attachment.id
        )

    def test_database_keeps_a_decree_in_force(self):
        decree = self._in_force()
        self.env.flush_all()
        update = "UPDATE khbs_decree SET {} WHERE id = %s"
        for change in (
            "number = '2'",
            "state = 'frozen'",
            "state = 'revoked', number = '2'",
            "scan_sha256 = pdf_sha256",
        ):
            self._refused(update.format(change), decree.id)

    def test_signatory_of_a_decree_is_not_rewritten(self):
        decree = self._draft()
        with self.assertRaises(UserError):
            decree.signatory_id.sudo().name = "LAIN"
        decree.signatory_id.sudo().valid_to = "2026-12-31"

    def test_areas(self):
        elsewhere = self._role_user(
            "bkk_proposer", areas=self._area("62.06"), login="elsewhere"
        )
        decree = self._draft()
        found = self.env["khbs.decree"].with_user(elsewhere).search([])
        self.assertNotIn(decree, found)
