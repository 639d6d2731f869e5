# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import hashlib
import json

from odoo.exceptions import AccessError
from odoo.modules.migration import load_script
from odoo.tests import HttpCase, tagged
from odoo.tools import file_path

from .common import KhbsCase
from .papers_common import a_document

CONTENT = b"nik;no_kk;program\n6271010101800001;;PKH\n"


@tagged("post_install", "-at_install")
class TestHeldFile(KhbsCase, HttpCase):
    """A file full of NIK leaves on record or not at all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = cls._role_user("registry_operator", login="operator-berkas")
        cls.operator.password = "operator-berkas"
        cls.operator.group_ids += cls.env.ref("khbs_registry.group_exporter")
        cls.aid_list = (
            cls.env["khbs.aid.list"]
            .with_user(cls.operator)
            .create(
                {
                    "source": "Dinas Sosial",
                    "letter_number": "1",
                    "letter_date": "2026-01-01",
                    "date_from": "2026-01-01",
                    "file": base64.b64encode(CONTENT),
                }
            )
        )
        cls.aid_list.action_load()

    def _downloads(self):
        return self.env["khbs.audit.event"].search(
            [
                ("act", "=", "file.download"),
                ("model", "=", "khbs.aid.list"),
                ("res_id", "=", self.aid_list.id),
            ]
        )

    def _attachment(self):
        return (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", "khbs.aid.list"), ("res_field", "=", "file")])
            .filtered(lambda one: one.res_id == self.aid_list.id)
            .with_user(self.operator)
        )

    def test_a_download_is_recorded_with_hash_and_rows(self):
        self.authenticate("operator-berkas", "operator-berkas")
        answer = self.url_open(f"/web/content/khbs.aid.list/{self.aid_list.id}/file")
        self.assertEqual(answer.content, CONTENT)
        [event] = self._downloads()
        self.assertEqual(event.user_id, self.operator)
        self.assertEqual(
            event.data,
            {
                "field": "file",
                "rows": 1,
                "sha256": hashlib.sha256(CONTENT).hexdigest(),
            },
        )

    def test_no_reading_gives_the_content(self):
        mine, numbers = self.aid_list, "6271010101800001"
        coded = base64.b64encode(CONTENT).decode()
        for bin_size in (False, True):
            mine = mine.with_context(bin_size=bin_size, bin_size_file=bin_size)
            mine.invalidate_recordset()
            answers = [
                mine.read(["file"]),
                mine.web_read({"file": {}}),
                mine.search_read([("id", "=", mine.id)], ["file"]),
                mine.export_data(["id", "file"]),
                mine.onchange({}, [], {"file": {}}),
                mine.copy_data(),
            ]
            text = json.dumps(answers, default=str)
            self.assertNotIn(coded, text)
            self.assertNotIn(numbers, text)
        self.assertFalse(self._downloads())

    def test_the_attachment_is_nobodys_to_read(self):
        attachment = self._attachment()
        for names in (["datas"], ["raw"], ["index_content"], ["name"]):
            with self.assertRaises(AccessError):
                attachment.read(names)
        held = [("res_field", "=", "file"), ("id", "in", attachment.ids)]
        self.assertFalse(attachment.search(held))
        self.assertFalse(attachment._read_group(held, ["name"], ["__count"]))
        self.assertFalse(
            attachment.search_count([*held, ("index_content", "like", "6271")])
        )
        model = ("res_model", "=", "khbs.aid.list")
        for domain in ([model], [model, ("res_field", "=", "file")], [model, *held]):
            for context in ({}, {"skip_res_field_check": True}):
                seen = attachment.with_context(**context)
                self.assertFalse(seen.search_read(domain, ["datas", "index_content"]))
                self.assertFalse(seen.search_count(domain))
                self.assertFalse(seen._read_group(domain, ["name"], ["__count"]))
        with self.assertRaises(AccessError):
            attachment.copy()
        with self.assertRaises(AccessError):
            attachment.write({"res_field": False})
        admin = attachment.with_user(self.env.ref("base.user_admin"))
        with self.assertRaises(AccessError):
            admin.read(["raw"])
        self.authenticate("operator-berkas", "operator-berkas")
        for path in ("content", "image"):
            answer = self.url_open(f"/web/{path}/{attachment.id}")
            self.assertNotIn(b"6271010101800001", answer.content)

    def test_an_upgrade_forgets_the_words_of_files(self):
        paper = self.env["khbs.paper"]._issue("test", a_document())
        files = self._attachment().sudo() | paper.pdf_attachment_id
        logo = self.env["ir.attachment"].create({"name": "logo", "raw": b"logo"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET index_content = '6271010101800001'"
            " WHERE id = ANY(%s)",
            [(files | logo).ids],
        )
        script = file_path("khbs_registry/migrations/19.0.1.1.0/post-privacy.py")
        load_script(script, "post_privacy").migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual(files.mapped("index_content"), [False, False])
        self.assertTrue(logo.index_content)
        self.assertTrue(paper._file("pdf"))
