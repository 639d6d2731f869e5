# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError
from odoo.tests import Form

from .run_common import OTHER_VILLAGE, RunCase


class TestShipmentMoved(RunCase):
    """Cards that go elsewhere than their box did, and who enters what of a box."""

    villages = RunCase.villages * 2

    def test_a_card_that_came_back_is_sent_anew_after_its_box_is_received(self):
        run, boxes = self._shipped()
        first, other = boxes.sudo().item_ids.card_id[:2]
        (first + other)._transition("returned", "undeliverable")
        told = f"{boxes[0].name}, and the reception"
        with self.assertRaisesRegex(UserError, f"{first.card_no}.*{told}"):
            first.with_user(self.officer).action_ship()
        with self.assertRaisesRegex(UserError, told):
            run.action_pack_returned()
        self.assertEqual(run.shipment_ids, boxes)
        box = self._received(boxes[0])
        self.assertEqual((box.received_count, box.missing_count), (6, 0))
        first.with_user(self.officer).action_ship()
        self.assertEqual((first.state, first.shipment_id in boxes), ("shipped", False))
        # The one of another box does not hold it up.
        late = boxes[1].sudo().item_ids.card_id[0]
        late._transition("returned", "undeliverable")
        run.action_pack_returned()
        self.assertEqual(other.shipment_id.state, "packed")
        self.assertEqual(late.shipment_id, boxes[1])

    def test_a_card_of_a_family_that_moved_does_not_go_with_the_old_box(self):
        run = self._printed()
        self.assertFalse(run.moved_cards)
        run.action_pack()
        boxes = run.shipment_ids.sorted("id")
        moved, gone = boxes[0].sudo().item_ids.card_id[:2]
        moved.household_id.area_id = self._area("62.71.02.1001")
        gone.household_id.area_id = self._area("62.06.01.2001")
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(boxes.mapped("gone_count"), [2, 0])
        new = moved.area_id.parent_id._full_title()
        self.assertIn(
            f"{moved.card_no} (its family moved to {new})", boxes[0].gone_cards
        )
        self.assertIs(boxes[1].gone_cards, False, "no text of an empty recordset")
        self.assertIn("2 cards not packed", run.moved_cards)
        self.assertIn(f"{new} (1)", run.moved_cards)
        with self.assertRaisesRegex(UserError, "its family moved to"):
            run.action_ship()
        boxes[0].action_repack()
        self.env.invalidate_all()
        self.assertEqual((boxes[0].packed_count, boxes[0].gone_count), (4, 0))
        # The one within the run's area is an ordinary printed card again.
        far = gone.area_id.parent_id._full_title()
        self.assertEqual(
            run.moved_cards, f"1 cards not packed: families moved to {far} (1)."
        )
        run.action_pack()
        self.env.invalidate_all()
        self.assertEqual(
            (moved + gone).shipment_id.area_id, (moved + gone).area_id.parent_id
        )
        self.assertFalse(run.moved_cards)
        run.action_ship()
        self.assertEqual(set(run.card_ids.mapped("state")), {"shipped"})

    def test_each_enters_his_part_of_the_form(self):
        run = self._printed()
        run.action_pack()
        box = run.shipment_ids.sorted("id")[0]
        village = self._role_user(
            "field_officer", areas=self._area(OTHER_VILLAGE), login="village"
        )
        reader = self._role_user("auditor", login="reader")
        for user, sends, receives in (
            (self.officer, True, False),
            (self.field, False, True),
            (village, False, False),
            (reader, False, False),
        ):
            form = Form(box.with_user(user))
            self.assertEqual((form.may_send, form.may_receive), (sends, receives))
        with Form(box.with_user(self.officer)) as form:
            form.carrier = "Kelotok"
        with self.assertRaisesRegex(AssertionError, "readonly"):
            Form(box.with_user(self.field)).carrier = "Truk"
        run.action_ship()
        with self.assertRaisesRegex(AssertionError, "readonly"):
            Form(box.with_user(self.officer)).receiver_name = "Saya"
        with self.assertRaisesRegex(AssertionError, "not editable"):
            with Form(box.with_user(self.officer)).line_ids.edit(0) as line:
                line.received_count = 1
        with Form(box.with_user(self.field)) as form:
            form.receiver_name = "Camat Contoh"
            with form.line_ids.edit(0) as line:
                line.received_count = 1
