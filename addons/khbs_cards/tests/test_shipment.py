# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io

import psycopg2
from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, mute_logger

from odoo.addons.khbs_cards.artwork.layout import grouped
from odoo.addons.khbs_cards.models import khbs_card_shipment_card
from odoo.addons.khbs_registry.papers.words import terbilang

from .run_common import OTHER_VILLAGE, RunCase


class TestShipment(RunCase):
    villages = RunCase.villages * 2

    def _text(self, paper):
        content = paper.sudo().pdf_attachment_id.raw
        pages = PdfReader(io.BytesIO(content)).pages
        return "\n".join(page.extract_text() for page in pages)

    def test_printed_cards_are_packed_by_district(self):
        run = self._printed()
        run.action_pack()
        boxes = run.shipment_ids.sorted("id")
        self.assertEqual(boxes.area_id.mapped("code"), ["62.71.01", "62.71.02"])
        self.assertEqual(boxes.mapped("packed_count"), [6, 2])
        self.assertEqual(boxes.item_ids.card_id, run.card_ids)
        for box in boxes:
            self.assertEqual(sum(box.line_ids.mapped("packed_count")), box.packed_count)
        self.assertEqual((run.shipment_count, run.to_pack_count), (2, 0))
        self.assertEqual(run.printed_count, 8)
        with self._refused():
            run.action_pack()

    def test_a_large_run_is_packed_some_districts_at_a_time(self):
        run = self._printed()
        self.patch(khbs_card_shipment_card, "CARDS_AT_ONCE", 1)
        run.action_pack()
        self.assertEqual(run.shipment_ids.packed_count, 6)
        self.assertEqual(run.to_pack_count, 2)
        run.action_pack()
        self.assertEqual((run.shipment_count, run.to_pack_count), (2, 0))

    def test_a_large_run_is_sent_some_boxes_at_a_time(self):
        run = self._printed()
        run.action_pack()
        self.patch(khbs_card_shipment_card, "CARDS_AT_ONCE", 1)
        run.action_ship()
        boxes = run.shipment_ids.sorted("id")
        self.assertEqual(boxes.mapped("state"), ["shipped", "packed"])
        self.assertEqual((run.shipped_count, run.printed_count), (6, 2))
        self.assertIn("2", run.next_step)
        run.action_ship()
        self.assertEqual(set(boxes.mapped("state")), {"shipped"})
        self.assertEqual((run.shipped_count, run.printed_count), (8, 0))

    def test_the_packing_list_agrees_with_the_database(self):
        run = self._printed()
        run.action_pack()
        box = run.shipment_ids.sorted("id")[0]
        paper = box.paper_id
        self.assertEqual(paper.row_count, 6)
        self.assertEqual(paper.totals, {"cards": 6})
        text = self._text(paper)
        for item in box.item_ids:
            self.assertIn(grouped(item.card_id.card_no), text)
            self.assertIn(item.card_id.household_id.head_id.name, text)
        for line in box.line_ids:
            title = line.area_id._title()
            self.assertIn(f"Jumlah {title}", text)
        self.assertTrue(paper.xlsx_attachment_id)
        for person in box.item_ids.card_id.household_id.person_ids.sudo():
            self.assertNotIn(person.nik, text)

    def test_a_box_goes_with_a_courier_and_a_day(self):
        run = self._printed()
        run.action_pack()
        boxes = run.shipment_ids
        with self._refused():
            boxes.action_ship()
        boxes.write({"carrier": "Kelotok", "courier_name": "Pembawa Contoh"})
        boxes.shipped_on = "2999-01-01"
        with self._refused():
            boxes.action_ship()
        boxes.shipped_on = boxes[0].create_date.date()
        boxes.action_ship()
        self.assertEqual(set(run.card_ids.mapped("state")), {"shipped"})
        self.assertEqual(set(boxes.mapped("state")), {"shipped"})
        with self._refused():
            boxes[0].carrier = "Truk"
        with self._refused():
            boxes.action_ship()

    def test_a_card_that_was_spoiled_meanwhile_does_not_go(self):
        run = self._printed()
        run.action_pack()
        boxes = run.shipment_ids.sorted("id")
        spoiled = boxes[0].item_ids.card_id[0]
        spoiled.with_user(self.officer).action_spoil()
        self.env.invalidate_all()
        # The box and its paper still say six: the page tells that one is gone.
        self.assertEqual(boxes.mapped("packed_count"), [6, 2])
        self.assertEqual(boxes.with_user(self.officer).mapped("gone_count"), [1, 0])
        with self.assertRaises(UserError) as refusal:
            run.action_ship()
        self.assertIn(spoiled.card_no, str(refusal.exception))
        self.assertNotIn("shipped", run.card_ids.mapped("state"))
        boxes[0].action_repack()
        self.env.invalidate_all()
        self.assertEqual((boxes[0].packed_count, boxes[0].gone_count), (5, 0))
        self.assertNotIn(grouped(spoiled.card_no), self._text(boxes[0].paper_id))
        run.action_ship()
        self.assertEqual(run.shipped_count, 7)
        self.assertEqual((run.spoiled_count, run.replaced_count), (1, 1))
        # The one made for it goes in a box of its own.
        self._make(run.card_ids.filtered(lambda card: card.state == "allocated"))
        run.action_print()
        run.action_ship()
        self.assertEqual((run.shipped_count, run.shipment_count), (8, 3))

    def test_packing_anew_takes_what_was_printed_meanwhile(self):
        run = self._ordered(code="62.71.01")
        first = run.card_ids.sorted("card_index")[0]
        self._make(first)
        run.action_print()
        run.action_pack()
        self._make(run.card_ids - first)
        run.action_print()
        run.shipment_ids.action_repack()
        self.assertEqual(run.shipment_ids.packed_count, 6)
        run.shipment_ids.action_unpack()
        self.assertEqual(run.shipment_ids.state, "cancelled")
        self.assertEqual((run.shipment_count, run.to_pack_count), (0, 6))

    def test_a_single_card_goes_in_a_shipment_too(self):
        card = self._allocated()
        self._make(card)
        card.with_user(self.officer).action_print()
        card.with_user(self.officer).action_ship()
        self.assertEqual(card.state, "shipped")
        self.assertEqual(card.shipment_id.state, "shipped")
        first = card.shipment_id
        self._received(first)
        card._transition("returned", "undeliverable")
        card.with_user(self.officer).action_ship()
        self.assertNotEqual(card.shipment_id, first)
        self.assertEqual(first.item_ids.card_id, card)
        with self._refused():
            card.with_user(self.officer).action_ship()

    def test_a_returned_card_is_in_one_box(self):
        card = self._allocated()
        self._make(card)
        officer = card.with_user(self.officer)
        officer.action_print()
        officer.action_ship()
        card._transition("returned", "undeliverable")
        box = self.env["khbs.card.shipment"]._make(card.sudo())
        with self._refused():
            officer.action_ship()
        box.with_user(self.officer).action_unpack()
        self.assertFalse(card.shipment_id)
        officer.action_ship()
        self.assertEqual((card.state, card.shipment_id == box), ("shipped", False))

    def test_a_packed_card_goes_with_its_box_only(self):
        run = self._printed()
        run.action_pack()
        with self._refused():
            run.card_ids[0].with_user(self.officer).action_ship()

    def test_reception_with_all_cards(self):
        run, boxes = self._shipped()
        box = self._received(boxes[0])
        self.assertEqual((box.state, box.received_count), ("received", 6))
        self.assertEqual(box.received_by_id, self.field)
        text = " ".join(self._text(box.bast_id).split())
        self.assertIn(f"6 ({terbilang(6)})", text)
        self.assertIn(f"{box.name}/BAST", text)
        self.assertEqual(box.bast_id.totals, {"packed": 6, "received": 6, "missing": 0})
        self.assertEqual(run.shipped_count, 8)
        with self._refused():
            box.action_receive()

    def test_missing_cards_are_revoked_and_made_anew(self):
        run, boxes = self._shipped()
        missing = boxes[0].item_ids.card_id[1]
        box = self._received(boxes[0], missing)
        self.assertEqual((box.received_count, box.missing_count), (5, 1))
        self.assertEqual(missing.state, "revoked")
        self.assertEqual(missing.sudo().event_ids[0].reason_code, "MISSING")
        self.assertEqual(box.item_ids.filtered("missing").card_id, missing)
        anew = missing.household_id.sudo().card_ids - missing
        self.assertEqual((anew.state, anew.run_id.id), ("allocated", False))
        self.assertIn(grouped(missing.card_no), self._text(box.bast_id))
        self.assertEqual(run.withdrawn_count, 1)
        # A replacement run gathers it, and it goes the same way.
        second = self._run(kind="replacement", recipient_list_id=False)
        second.action_order()
        self.assertEqual((second.card_ids, second.ordered_count), (anew, 1))
        self.assertEqual(anew.sudo().job_ids.run_id, second)
        self.assertEqual(anew.template_id, second.template_id)
        self._make(anew)
        second.action_print()
        second.action_ship()
        self.assertEqual(second.shipped_count, 1)
        with self._refused():
            self._run(kind="replacement", recipient_list_id=False).action_order()

    def test_what_was_counted_must_add_up(self):
        _run, boxes = self._shipped()
        box = boxes[0].with_user(self.field)
        box.write(
            {
                "received_on": box.shipped_on,
                "receiver_name": "Camat Contoh",
                "receiver_office": "Camat",
            }
        )
        line = box.line_ids[0]
        line.received_count = line.packed_count - 1
        with self._refused():
            box.action_receive()
        line.missing_item_ids = box.item_ids.filtered(
            lambda item: item.area_id == line.area_id
        )[0]
        handed = line.missing_item_ids.card_id.sudo()
        handed._activate("OFFICE")
        with self.assertRaises(UserError) as refusal:
            box.action_receive()
        self.assertIn(handed.card_no, str(refusal.exception))
        self.assertEqual(handed.state, "active")
        other = box.item_ids.filtered(lambda item: item.area_id != line.area_id)[0]
        with self.assertRaises(UserError):
            line.missing_item_ids = other
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
            self.env.cr.savepoint(),
        ):
            line.received_count = line.packed_count + 1
            self.env.flush_all()

    def test_nothing_is_counted_for_the_receiver(self):
        _run, boxes = self._shipped()
        box = boxes[0].with_user(self.field)
        box.write(
            {
                "received_on": box.shipped_on,
                "receiver_name": "Camat Contoh",
                "receiver_office": "Camat",
            }
        )
        self.assertEqual(set(box.line_ids.mapped("received_count")), {0})
        with self._refused():
            box.action_receive()

    def test_who_sent_a_box_does_not_enter_its_arrival(self):
        _run, boxes = self._shipped()
        box = boxes[0].with_user(self.officer)
        for change in (
            {"receiver_name": "Saya"},
            {"receiver_office": "Camat"},
            {"received_on": box.shipped_on},
            {"line_ids": [(1, box.line_ids[0].id, {"received_count": 1})]},
        ):
            with self.subTest(change), self.assertRaises(AccessError):
                box.write(change)
        with self.assertRaises(AccessError):
            box.line_ids[0].missing_item_ids = box.item_ids[:1]

    def test_a_village_sees_its_cards_and_the_district_receives(self):
        _run, boxes = self._shipped()
        box = boxes[0]
        village = self._role_user(
            "field_officer", areas=self._area(OTHER_VILLAGE), login="village"
        )
        self.env.flush_all()
        self.env.invalidate_all()
        mine = self.env["khbs.card.shipment"].with_user(village).search([])
        self.assertEqual(mine, box)
        for model in ("khbs.card.shipment.line", "khbs.card.shipment.item"):
            seen = self.env[model].with_user(village).search([])
            self.assertEqual(seen.area_id.code, OTHER_VILLAGE)
        self.assertFalse(mine.is_whole)
        self.assertTrue(box.with_user(self.field).is_whole)
        self.assertIn(self.field.name, mine.receivers)
        with self.assertRaises(AccessError):
            box.line_ids.with_user(village).write({"received_count": 1})
        with self.assertRaises(AccessError):
            mine.action_receive()
        self.field.sudo().active = False
        box.invalidate_recordset()
        self.assertNotIn(self.field.name, box.receivers)

    def test_a_card_of_a_family_that_moved_can_be_missing(self):
        _run, boxes = self._shipped()
        card = boxes[0].sudo().item_ids.card_id[0]
        card.household_id.area_id = self._area("62.06.01.2001")
        self.env.flush_all()
        self.env.invalidate_all()
        items = self.env["khbs.card.shipment.item"].with_user(self.field)
        [(item_id, name)] = items.name_search(card.card_no)
        self.assertEqual(name, card.card_no)
        box = boxes[0].with_user(self.field)
        box.write(
            {
                "received_on": box.shipped_on,
                "receiver_name": "Camat Contoh",
                "receiver_office": "Camat",
            }
        )
        for line in box.line_ids:
            missing = items.browse(item_id).filtered(
                lambda item, line=line: item.area_id == line.area_id
            )
            line.write(
                {
                    "received_count": line.packed_count - len(missing),
                    "missing_item_ids": [(6, 0, missing.ids)],
                }
            )
        box.action_receive()
        self.assertEqual((card.state, box.missing_count), ("revoked", 1))

    def test_a_card_on_its_way_in_another_box_is_not_missing_from_this_one(self):
        _run, boxes = self._shipped()
        card = boxes[0].sudo().item_ids.card_id[0]
        card.sudo()._transition("returned", "undeliverable")
        # As it could be done before.
        again = self.env["khbs.card.shipment"]._make(card.sudo())
        again.with_user(self.officer)._ship_at_once()
        with self.assertRaises(UserError) as refusal:
            self._received(boxes[0], missing=card)
        self.assertIn(card.shipment_id.name, str(refusal.exception))
        self.assertEqual(card.state, "shipped")

    def test_returned_cards_of_a_run_are_packed_by_district(self):
        run, boxes = self._shipped()
        for box in boxes:
            self._received(box)
        cards = boxes.sudo().item_ids.card_id
        with self._refused():
            run.action_pack_returned()
        cards.sudo()._transition("returned", "undeliverable")
        self.assertIn("8", run.next_step)
        run.action_pack_returned()
        again = run.shipment_ids - boxes
        self.assertEqual(sorted(again.mapped("packed_count")), [2, 6])
        self.assertEqual(cards.shipment_id, again)
        with self._refused():
            run.action_pack_returned()
        with self._refused(AccessError):
            run.with_user(self.field).action_pack_returned()

    def test_reception_needs_a_receiver(self):
        _run, boxes = self._shipped()
        with self._refused():
            boxes[0].with_user(self.field).action_receive()
        boxes[0].with_user(self.field).write(
            {"receiver_name": "X", "receiver_office": "Camat"}
        )
        boxes[0].with_user(self.field).received_on = "2020-01-01"
        with self._refused():
            boxes[0].with_user(self.field).action_receive()

    def test_roles_and_areas(self):
        run, boxes = self._shipped()
        elsewhere = self._role_user(
            "field_officer", areas=self._area("62.06"), login="elsewhere"
        )
        with self._refused(AccessError):
            boxes[0].with_user(elsewhere).action_receive()
        self.assertFalse(self.env["khbs.card.shipment"].with_user(elsewhere).search([]))
        with self._refused(AccessError):
            boxes[0].with_user(self.officer).action_receive()
        for action in ("action_ship", "action_repack", "action_unpack"):
            with self.subTest(action=action), self._refused(AccessError):
                getattr(boxes[0].with_user(self.field), action)()
        for action in ("action_pack", "action_ship"):
            with self.subTest(action=action), self._refused(AccessError):
                getattr(run.with_user(self.field), action)()
        with self.assertRaises(AccessError):
            boxes[0].with_user(self.field).write({"state": "received"})
        with self.assertRaises(AccessError):
            boxes[0].line_ids[0].with_user(self.field).write({"packed_count": 0})
        with self.assertRaises(UserError):
            self.env["khbs.card.shipment"].with_user(self.officer).create(
                {"area_id": self._area("62.71.01").id}
            )

    def test_a_field_officer_does_not_change_a_packed_box(self):
        run = self._printed()
        run.action_pack()
        with self.assertRaises(AccessError):
            run.shipment_ids[0].with_user(self.field).write({"courier_name": "Saya"})

    def test_a_reception_adds_up_in_the_database(self):
        _run, boxes = self._shipped()
        box = self._received(boxes[0]).sudo()
        self.env.flush_all()
        for error, statement in (
            (
                psycopg2.errors.CheckViolation,
                "UPDATE khbs_card_shipment SET received_count = 5 WHERE id = %s",
            ),
            (
                psycopg2.errors.RestrictViolation,
                "UPDATE khbs_card_shipment_line SET received_count = 0 "
                "WHERE shipment_id = %s",
            ),
        ):
            with (
                self.subTest(statement),
                mute_logger("odoo.sql_db"),
                self.assertRaises(error),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(SQL(statement, box.id))

    def test_what_was_sent_is_not_changed_in_the_database(self):
        _run, boxes = self._shipped()
        for statement in (
            "DELETE FROM khbs_card_shipment_line WHERE shipment_id = %s",
            "UPDATE khbs_card_shipment_line SET packed_count = 9 "
            "WHERE shipment_id = %s",
            "DELETE FROM khbs_card_shipment_item WHERE shipment_id = %s",
            "UPDATE khbs_card_shipment_item SET area_id = area_id + 1 "
            "WHERE shipment_id = %s",
        ):
            with (
                self.subTest(statement),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(SQL(statement, boxes[0].id))
