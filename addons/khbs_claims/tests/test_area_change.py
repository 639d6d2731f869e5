# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io

from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import ClaimsCase

VILLAGE = "62.06.01.2003"


class TestAreaChange(ClaimsCase):
    """A village that is divided, renamed or given another code."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.former = cls._area(VILLAGE)
        cls.local = cls._role_user("field_officer", areas=cls.former)
        cls.one = cls._household(cls.former, rt="1", state="active")
        cls.other = cls._household(cls.former, rt="002", state="active")
        cls.left = cls._household(cls.former, rt="002", state="exited")

    def _change(self, *lines, **vals):
        change = self.env["khbs.area.change"].with_user(self.operator)
        return change.create(
            {
                "legal_basis": "Perda Kabupaten Katingan 3/2026",
                "valid_from": "2026-04-01",
                "area_id": self.former.id,
                "line_ids": [Command.create(line) for line in lines],
                **vals,
            }
        )

    def _decided(self, *lines):
        change = self._change(*lines)
        change.action_propose()
        self.reading(change, self.approver).action_decide()
        self.env.invalidate_all()
        return change.sudo()

    def test_case_12_47_a_village_is_divided(self):
        recipients = self._recipient_list(self.one | self.other)
        name, parent = self.former.name, self.former.parent_id
        point = self.env["khbs.point"].create(
            {
                "code": "T-47",
                "name": "Titik",
                "area_id": parent.id,
                "village_ids": [Command.set(self.former.ids)],
            }
        )
        change = self._decided(
            {"code": "62.06.01.2903", "name": "Induk Baru"},
            {"code": "62.06.01.2904", "name": "Pemekaran", "rt_list": "RT 2, 003"},
        )
        new, split = change.line_ids.new_area_id.sorted("code")
        self.assertEqual((self.one.area_id, self.other.area_id), (new, split))
        self.assertEqual(self.one.regency_id.code, "62.06")
        self.assertEqual(change.moved_count, 2)
        # What was decided, and who has left, keeps the former village and its name.
        self.assertEqual(recipients.line_ids.area_id, self.former)
        self.assertEqual(self.left.area_id, self.former)
        self.assertEqual((self.former.name, self.former.code), (name, VILLAGE))
        self.assertFalse(self.former.active)
        self.assertEqual(self.former.successor_ids, new | split)
        # A paper of what was decided is printed today with the former name.
        action = recipients.with_user(self.operator).action_print_recipients()
        paper = self.env["khbs.paper"].browse(action["res_id"])
        pages = PdfReader(io.BytesIO(paper._file("pdf"))).pages
        text = " ".join(" ".join(page.extract_text() for page in pages).split())
        self.assertIn(f"Desa {name}", text)
        for later in ("Induk Baru", "Pemekaran"):
            self.assertNotIn(later, text)
        # Who worked there works in both, and still reads what was decided.
        seen = self.env["khbs.household"].with_user(self.local)
        self.assertEqual(
            seen.search([("id", "in", (self.one | self.other | self.left).ids)]),
            (self.one | self.other | self.left).with_user(self.local),
        )
        self.assertEqual(point.village_ids, new | split)
        district = self._role_user("auditor", areas=parent, login="kecamatan")
        lines = self.env["khbs.recipient.line"].with_user(district)
        self.assertEqual(lines.search_count([("list_id", "=", recipients.id)]), 2)

    def test_case_12_47_a_name_alone_changes(self):
        name = self.former.name
        change = self._decided({"code": VILLAGE, "name": "Nama Baru"})
        new = change.line_ids.new_area_id
        self.assertEqual((new.code, new.name), (VILLAGE, "Nama Baru"))
        self.assertEqual((self.one.area_id, self.other.area_id), (new, new))
        self.assertEqual(self.former.name, name)
        self.assertEqual(self.former.code, f"{VILLAGE} s.d. 2026")
        shipped = self.env["ir.model.data"].search(
            [("model", "=", "khbs.area"), ("res_id", "=", self.former.id)]
        )
        self.assertTrue(shipped.noupdate)

    def test_what_does_not_fit_is_refused(self):
        rest = {"code": "62.06.01.2903", "name": "A"}
        for lines in (
            [],
            [rest, {**rest, "code": "62.06.01.2904"}],
            [{**rest, "code": "62.06.01"}],
            [{**rest, "code": "62.06.02.2903"}],
            [{**rest, "code": "62.06.01.2004"}],
            [
                rest,
                {"code": "62.06.01.2904", "name": "B", "rt_list": "1"},
                {"code": "62.06.01.2905", "name": "C", "rt_list": "001"},
            ],
        ):
            with self.assertRaises(UserError):
                self._change(*lines).action_propose()

    def test_what_was_sent_back_is_corrected_and_comes_again(self):
        change = self._change({"code": "62.06.01.2903", "name": "Keliru"})
        change.action_propose()
        with self.assertRaises(AccessError), mute_logger("odoo.addons"):
            change.action_return()
        change.with_user(self.approver).action_return()
        self.assertEqual(change.state, "draft")
        change.line_ids.name = "Benar"
        change.action_propose()
        self.reading(change, self.approver).action_decide()
        self.assertEqual(change.sudo().line_ids.new_area_id.name, "Benar")

    def test_another_person_decides(self):
        change = self._change({"code": "62.06.01.2903", "name": "A"})
        with self.assertRaises(AccessError), mute_logger("odoo.addons"):
            change.with_user(self.local).action_propose()
        change.action_propose()
        with self.assertRaises(UserError):
            change.line_ids.name = "B"
        with self.assertRaises(AccessError), mute_logger("odoo.addons"):
            self.reading(change, self.operator).action_decide()
