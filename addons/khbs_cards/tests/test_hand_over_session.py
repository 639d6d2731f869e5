# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import io

import openpyxl
import psycopg2
from pypdf import PdfReader

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from odoo.addons.khbs_cards import hand_over_papers as papers
from odoo.addons.khbs_cards.artwork.layout import grouped

from .test_hand_over_rows import REPRESENTED, HandOverCase

SCAN = base64.b64encode(b"%PDF-1.7 daftar bertanda tangan")


class TestHandOverSession(HandOverCase):
    def setUp(self):
        super().setUp()
        self.sessions = self.env["khbs.card.hand.over.session"].with_user(self.officer)

    def _session(self, **vals):
        return self.sessions.create(
            {
                "area_id": self.village.id,
                "place": "Balai desa",
                "officer_ids": [(4, self.officer.id)],
                **vals,
            }
        )

    def _papers(self, record):
        return self.env["khbs.paper"].search(
            [("model", "=", record._name), ("res_id", "=", record.id)]
        )

    def test_a_village_receives_its_cards(self):
        shipped = [self._shipped() for _number in range(4)]
        self._allocated()  # not in the village yet
        session = self._session()
        session.action_list()
        cards = self.cards.union(*[card for card, _chip in shipped])
        self.assertEqual(session.line_ids.card_id, cards)
        self.assertEqual(session.line_ids.mapped("number"), [1, 2, 3, 4])
        session.action_print()
        blank = self._papers(session)
        for one in shipped[:2]:
            done = self._hand_over(shipped=one)
            self.assertEqual(done.session_id, session.sudo())
        self._hand_over(REPRESENTED, shipped=shipped[2])
        self.env.invalidate_all()
        self.assertEqual(
            (session.handed_over_count, session.represented_count, session.left_count),
            (3, 1, 1),
        )
        session.action_print()
        filled = self._papers(session) - blank
        self.assertEqual((blank.row_count, filled.row_count), (4, 4))
        self.assertNotEqual(blank.content_sha256, filled.content_sha256)
        with self.assertRaisesRegex(UserError, "scan"):
            session.action_close()
        with self.assertRaisesRegex(UserError, "PDF"):
            session.write({"scan": base64.b64encode(b"<html>")})
        session.write({"scan": SCAN})
        session.action_close()
        minutes = session.return_id
        self.assertEqual(minutes.line_ids.card_id, shipped[3][0])
        self.assertEqual(minutes.line_ids.reason, "undeliverable")
        self.assertEqual(minutes.state, "draft")
        with self._refused():
            session.place = "Kantor camat"

    def test_what_was_shipped_later_comes_on_the_list_once(self):
        self._shipped()
        session = self._session()
        session.action_list()
        card, _chip = self._shipped()
        session.action_list()
        session.action_list()
        self.assertEqual(session.line_count, 2)
        self.assertEqual(session.line_ids[-1].card_id, card)

    def test_a_card_is_on_one_open_list(self):
        self._shipped()
        first, second = self._session(), self._session()
        first.action_list()
        with self.assertRaisesRegex(UserError, "No card lies"):
            second.action_list()
        first.action_cancel()
        second.action_list()
        self.assertEqual(second.line_count, 1)
        line = self.env["khbs.card.hand.over.line"].search(
            [("session_id", "=", first.id)]
        )
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            with self.env.cr.savepoint():
                line.open = True
                self.env.flush_all()

    def test_case_12_23_who_took_a_card_at_a_terminal_signs_the_list(self):
        listed, _chip = self._shipped()
        early, _chip = self._shipped()
        by_phone = self._shipped()
        older, _chip = self._shipped()
        early._activate("T000001")
        self._hand_over(shipped=by_phone)
        day_before = fields.Datetime.subtract(fields.Datetime.now(), days=2)
        older._activate("T000001", mode="offline", at=day_before)
        session = self._session()
        session.action_list()
        listed._activate("T000001")
        self.env.invalidate_all()
        self.assertEqual(session.line_ids.card_id, listed + early)
        self.assertEqual(session.handed_over_count, 2)
        signs = [row["sign"] for row in session.sudo()._list_rows()]
        self.assertEqual(signs, [papers.ROOM] * 2)
        session.write({"scan": SCAN})
        session.action_close()
        self.assertFalse(session.return_id)
        signs = [row["sign"] for row in session.sudo()._list_rows()]
        self.assertEqual(signs, ["-", "-"])
        self.env.flush_all()
        again = self._session()
        with self.assertRaisesRegex(UserError, "No card lies"):
            again.action_list()

    def _sent(self):
        """Return (card, box) of a card that is in a box on its way."""
        card = self._allocated()
        self._personalise(card)
        card._transition("printed", "PRINTED")
        card.with_user(self._role_user("card_officer")).action_ship()
        return card, card.shipment_id

    def _received(self, box):
        box.write(
            {
                "received_on": box.shipped_on,
                "receiver_name": "Camat Contoh",
                "receiver_office": "Camat",
            }
        )
        for line in box.line_ids:
            line.received_count = line.packed_count
        district = self._role_user("field_officer", areas=box.area_id, login="camat")
        box.with_user(district).action_receive()

    def test_cards_on_the_way_come_on_no_list_and_in_no_minutes(self):
        card, box = self._sent()
        session = self._session()
        self.assertEqual(session.on_the_way_count, 1)
        with self.assertRaisesRegex(UserError, "1 cards for .* still on the way"):
            session.action_list()
        here, _chip = self._shipped()
        session.action_list()
        self.assertEqual(session.line_ids.card_id, here)
        self._received(box)
        session.invalidate_recordset()
        self.assertEqual(session.on_the_way_count, 0)
        session.action_list()
        self.assertEqual(session.line_ids.card_id, here + card)

    def test_a_card_of_an_old_list_whose_box_did_not_arrive_stays_in_it(self):
        card, _box = self._sent()
        session = self._session()
        here, _chip = self._shipped()
        session.action_list()
        self.env["khbs.card.hand.over.line"].sudo().create(
            {"session_id": session.id, "card_id": card.id, "number": 2}
        )
        session.write({"scan": SCAN})
        session.action_close()
        self.assertEqual(session.return_id.line_ids.card_id, here)

    def test_a_card_that_minutes_name_already_does_not_stop_the_day(self):
        damaged, left = (self._shipped()[0] for _number in range(2))
        session = self._session()
        session.action_list()
        minutes = (
            self.env["khbs.card.return"]
            .with_user(self.officer)
            .create(
                {
                    "area_id": self.village.id,
                    "place": "Balai desa",
                    "line_ids": [(0, 0, {"card_id": damaged.id, "reason": "damaged"})],
                }
            )
        )
        session.invalidate_recordset()
        self.assertEqual(session.elsewhere, f"{damaged.card_no} ({minutes.name})")
        session.write({"scan": SCAN})
        session.action_close()
        self.assertEqual(session.return_id.line_ids.card_id, left)
        event = self.env["khbs.audit.event"].search(
            [("act", "=", "card.session.close")], limit=1
        )
        self.assertIn(damaged.card_no, event.data["elsewhere"])
        self.assertEqual(session.left_elsewhere, f"{damaged.card_no} ({minutes.name})")

    def test_its_course_is_set_by_its_steps(self):
        session = self._session()
        for vals in ({"state": "closed"}, {"return_id": 1}, {"name": "X"}):
            with self._refused(AccessError):
                session.write(vals)
        session.write({"scan": SCAN, "scan_sha256": "0" * 64})
        self.assertNotEqual(session.scan_sha256, "0" * 64)
        with self._refused(AccessError):
            session.with_user(self._role_user("auditor")).action_list()

    def test_the_list_has_the_same_figures_everywhere(self):
        shipped = [self._shipped() for _number in range(3)]
        session = self._session()
        session.action_list()
        self._hand_over(shipped=shipped[0])
        self.env.invalidate_all()
        session.action_print()
        paper = self._papers(session)
        book = openpyxl.load_workbook(io.BytesIO(paper.sudo()._file("xlsx")))
        cells = [str(cell.value or "") for row in book.active for cell in row]
        for card, _chip in shipped:
            self.assertEqual(sum(grouped(card.card_no) in cell for cell in cells), 1)
        self.assertEqual(sum("tanda tangan" in cell for cell in cells), 1)
        pages = PdfReader(io.BytesIO(paper.sudo()._file("pdf"))).pages
        text = " ".join(" ".join(page.extract_text().split()) for page in pages)
        self.assertIn("Kartu dalam daftar: 3 (tiga); diserahkan: 1 (satu)", text)
        self.assertIn("tidak terserahkan: 2 (dua)", text)
        self.assertEqual(
            (paper.row_count, session.line_count, session.left_count), (3, 3, 2)
        )
