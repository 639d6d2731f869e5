# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import io

import openpyxl
from psycopg2.errors import RestrictViolation
from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import KhbsCase
from .papers_common import a_document


class TestPaper(KhbsCase):
    def test_issue_keeps_both_files_with_the_same_figures(self):
        paper = self.env["khbs.paper"]._issue("test", a_document())
        self.assertEqual(paper.totals, {"members": 9, "amount": 900000})
        self.assertEqual(paper.row_count, 3)
        content = paper._file("pdf")
        self.assertEqual(hashlib.sha256(content).hexdigest(), paper.pdf_sha256)
        text = PdfReader(io.BytesIO(content)).pages[0].extract_text()
        self.assertIn(paper.printed_code, text)
        self.assertIn("900.000", text)
        book = openpyxl.load_workbook(io.BytesIO(paper._file("xlsx")), read_only=True)
        last = list(book["Data"].values)[-1]
        self.assertEqual(last, ("JUMLAH TOTAL", None, 9, 900000))

    def test_paper_is_append_only(self):
        paper = self.env["khbs.paper"]._issue("test", a_document())
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(RestrictViolation),
            self.env.cr.savepoint(),
        ):
            paper.name = "x"
            paper.flush_recordset()

    def test_changed_file_is_not_handed_out(self):
        paper = self.env["khbs.paper"]._issue("test", a_document())
        self.env.cr.execute("ALTER TABLE ir_attachment DISABLE TRIGGER USER")
        paper.pdf_attachment_id.raw = b"%PDF- other"
        self.env.flush_all()
        with self.assertRaises(UserError):
            paper._file("pdf")

    def test_paper_of_a_record_is_read_by_the_readers_of_the_record(self):
        user = self._role_user("field_officer", areas=self._area("62.06"))
        papers = self.env["khbs.paper"]
        paper = papers._issue("test", a_document(), record=self._household())
        with self.assertRaises(AccessError):
            paper.with_user(user)._file("pdf")
        with self.assertRaises(AccessError):
            paper.pdf_attachment_id.with_user(user).read(["raw"])

    def test_a_file_leaves_by_its_paper_alone(self):
        reader = self._role_user("pii_reader")
        paper = self.env["khbs.paper"]._issue(
            "test", a_document(), record=self._household(), personal=True
        )
        mine = paper.with_user(reader)
        self.assertTrue(mine._file("pdf").startswith(b"%PDF"))
        self.assertTrue(mine._file("xlsx"))
        files = mine.pdf_attachment_id | mine.xlsx_attachment_id
        for names in (["raw"], ["datas"], ["name"]):
            with self.assertRaises(AccessError):
                files.read(names)
        model = ("res_model", "=", "khbs.paper")
        for domain in (
            [model],
            [model, ("res_id", "=", paper.id)],
            [("id", "in", files.ids)],
            [("mimetype", "=", "application/pdf")],
        ):
            self.assertFalse(files.search(domain) & files)
            found = files.search_read(domain, ["raw"])
            self.assertFalse({one["id"] for one in found} & set(files.ids))
        with self.assertRaises(AccessError):
            files.copy()

    def test_letterhead_is_as_set_up(self):
        self.env.ref("khbs_registry.letterhead_opd").lines = "SATU\nDINAS CONTOH"
        paper = self.env["khbs.paper"]._issue("test", a_document())
        text = PdfReader(io.BytesIO(paper._file("pdf"))).pages[0].extract_text()
        self.assertIn("DINAS CONTOH", text)


@tagged("post_install", "-at_install")
class TestVerificationPage(HttpCase):
    def test_anybody_checks_a_code_without_seeing_a_person(self):
        paper = self.env["khbs.paper"]._issue("test", a_document())
        for code in (paper.code, paper.printed_code.lower()):
            answer = self.url_open(f"/khbs/verify/{code}")
            self.assertEqual(answer.status_code, 200)
            self.assertIn("DAFTAR PENERIMA KHBS", answer.text)
            self.assertIn(paper.totals_sha256, answer.text)
            self.assertNotIn("WARGA", answer.text)

    def test_unknown_code(self):
        answer = self.url_open("/khbs/verify/<script>")
        self.assertEqual(answer.status_code, 404)
        self.assertNotIn("<script>", answer.text)
        for code in ("%00", "%20", "-" * 5000):
            answer = self.url_open(f"/khbs/verify?code={code}")
            self.assertEqual(answer.status_code, 404)

    def test_download_needs_a_user(self):
        paper = self.env["khbs.paper"]._issue("test", a_document())
        answer = self.url_open(f"/khbs/paper/{paper.id}/pdf", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.authenticate("admin", "admin")
        answer = self.url_open(f"/khbs/paper/{paper.id}/xlsx")
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(answer.content.startswith(b"PK"))
