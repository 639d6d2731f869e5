# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io

import openpyxl
import psycopg2
from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from odoo.addons.khbs_cards import life_cycle, return_plan
from odoo.addons.khbs_cards.artwork.layout import grouped

from .common import CardsCase
from .test_hand_over_session import SCAN


class TestReturns(CardsCase):
    def setUp(self):
        super().setUp()
        self.field = self._role_user("field_officer")
        self.office = self._role_user("card_officer")
        self.second = self._role_user("administrator")

    def _minutes(self, *lines):
        """Return draft minutes of (card, reason, action) by the field officer."""
        return (
            self.env["khbs.card.return"]
            .with_user(self.field)
            .create(
                {
                    "area_id": self.village.id,
                    "place": "Balai desa",
                    "line_ids": [
                        (0, 0, {"card_id": card.id, "reason": reason, "action": action})
                        for card, reason, action in lines
                    ],
                }
            )
        )

    def _signed(self, *lines):
        minutes = self._minutes(*lines)
        minutes.write({"scan": SCAN})
        minutes.action_sign()
        return minutes

    def _carried_out(self, *lines):
        minutes = self._signed(*lines)
        if minutes.destroy_count:
            self.reading(minutes, self.second).action_witness()
        self.reading(minutes, self.office).action_confirm()
        return minutes

    def test_minutes_move_cards_by_the_table(self):
        back, again, gone, lost = (self._shipped()[0] for _number in range(4))
        again._transition("returned", "undeliverable")
        damaged, _chip = self._active()
        minutes = self._carried_out(
            (back, "undeliverable", "return"),
            (again, "found", "ship_again"),
            (gone, "damaged", "destroy"),
            (lost, "missing", "replace"),
            (damaged, "damaged", "replace"),
        )
        self.assertEqual(
            [card.state for card in (back, again, gone, lost, damaged)],
            ["returned", "returned", "destroyed", "revoked", "suspended"],
        )
        self.assertEqual(set(minutes.line_ids.mapped("result")), {"moved"})
        self.assertEqual(minutes.state, "done")
        self.assertEqual(again.shipment_id.state, "packed", "in a box, with its list")
        for card in (lost, damaged):
            new = card.household_id.card_ids - card
            self.assertEqual(new.state, "allocated")
        event = gone.event_ids[0]
        self.assertEqual(event.data, {"minutes": minutes.name})
        self.assertEqual(event.user_id, self.office)
        [one, two] = [
            event.to_state for event in gone.event_ids.sorted("id", reverse=True)[:2]
        ]
        self.assertEqual((two, one), ("returned", "destroyed"))

    def test_a_card_in_a_packed_box_does_not_stop_the_others(self):
        packed, again, back, early = (self._shipped()[0] for _number in range(4))
        for card in (packed, again, early):
            card._transition("returned", "undeliverable")
        # Sent in a box of which nobody entered the reception, and back already.
        early.with_user(self.office).action_ship()
        early._transition("returned", "undeliverable")
        box = self.env["khbs.card.shipment"]._make(packed.sudo())
        minutes = self._carried_out(
            (packed, "found", "ship_again"),
            (again, "found", "ship_again"),
            (back, "undeliverable", "return"),
            (early, "found", "ship_again"),
        )
        self.assertEqual(
            minutes.line_ids.mapped("result"),
            ["not_possible", "moved", "moved", "not_possible"],
        )
        self.assertEqual(
            (early.state, early.shipment_id.state), ("returned", "shipped")
        )
        self.assertEqual((packed.shipment_id, box.state), (box, "packed"))
        self.assertEqual(again.shipment_id.state, "packed")
        self.assertEqual(back.state, "returned")

    def test_each_way_of_the_plan_is_a_way_of_the_life_cycle(self):
        states = dict(life_cycle.STATES)
        for reason, _label in return_plan.REASONS:
            for action, _label in return_plan.ACTIONS:
                for state in states:
                    steps = return_plan.steps(reason, action, state) or ()
                    for source, target in zip((state, *steps), steps, strict=False):
                        movers = life_cycle.movers(source, target)
                        self.assertTrue(
                            movers & {life_cycle.CARD_OFFICER, life_cycle.SYSTEM}
                        )

    def test_case_12_06_the_card_of_a_deceased_one_person_family(self):
        card, _chip = self._active()
        household = card.household_id
        household.reason_code = "DECEASED"
        household._set_state("exited", "DECEASED")
        household._has_left({})
        self.assertEqual(card.state, "revoked")
        minutes = self._carried_out((card, "deceased", "destroy"))
        self.assertEqual(card.state, "revoked", "revoked is final")
        self.assertEqual(minutes.line_ids.result, "kept")
        self.assertEqual(minutes.witnessed_by_id, self.second)
        self.assertEqual(card.return_count, 1)
        self.assertEqual(household.card_ids, card, "nobody gets a new one")

    def test_a_card_handed_over_meanwhile_stays_in_use_and_is_reported(self):
        card, _chip = self._shipped()
        other, _chip = self._shipped()
        minutes = self._signed(
            (card, "undeliverable", "return"), (other, "undeliverable", "return")
        )
        card._activate("T000001")
        self.reading(minutes, self.office).action_confirm()
        self.assertEqual((card.state, other.state), ("active", "returned"))
        self.assertEqual(minutes.line_ids.mapped("result"), ["not_possible", "moved"])
        self.assertEqual((minutes.moved_count, minutes.refused_count), (1, 1))

    def test_destruction_takes_two_persons_and_the_signer_is_neither(self):
        card, _chip = self._shipped()
        minutes = self._signed((card, "damaged", "destroy"))
        with self._refused():
            self.reading(minutes, self.office).action_confirm()
        self.assertEqual(card.state, "shipped")
        self.env.cr.execute("SELECT 1")
        fresh = self._signed((self._shipped()[0], "damaged", "destroy"))
        self.reading(fresh, self.office).action_witness()
        with self._refused():
            self.reading(fresh, self.office).action_confirm()
        self.assertEqual(fresh.state, "signed")
        with self._refused(AccessError):
            self.reading(fresh, self.field).action_confirm()

    def test_a_returned_card_is_destroyed_by_witnessed_minutes_alone(self):
        cards = [self._shipped()[0] for _number in range(2)]
        self._carried_out(*[(card, "undeliverable", "return") for card in cards])
        both = cards[0] + cards[1]
        with self._refused():
            both.with_user(self.office).action_spoil("undeliverable")
        minutes = self._signed(*[(card, "damaged", "destroy") for card in cards])
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error) as refusal:
            with self.env.cr.savepoint():
                both._transition("destroyed", "damaged")
                self.env.flush_all()
        self.assertIn("witness", str(refusal.exception))
        self.env.invalidate_all()
        self.reading(minutes, self.second).action_witness()
        self.reading(minutes, self.office).action_confirm()
        self.assertEqual(set(both.mapped("state")), {"destroyed"})

    def test_the_family_of_a_damaged_card_gets_a_new_one(self):
        shipped, _chip = self._shipped()
        active, _chip = self._active()
        served, _chip = self._active()
        other = served.household_id
        served.with_user(self.office).action_replace("lost")
        spare = other.card_ids - served
        self._personalise(spare)
        spare._transition("printed", "PRINTED")
        spare._transition("shipped", "SHIPPED")
        served.with_user(self.office).action_lift("cleared")
        gone, _chip = self._shipped()
        gone.household_id._set_state("exited", "DECEASED")
        lines = [
            (card, "damaged", "destroy") for card in (shipped, active, spare, gone)
        ]
        self._carried_out(*lines)
        for card in (shipped, active):
            new = card.household_id.card_ids - card
            self.assertEqual(new.mapped("state"), ["allocated"])
        self.assertEqual(other.card_ids, served + spare, "it has a card in use")
        self.assertEqual(gone.household_id.card_ids, gone)

    def test_a_family_whose_card_was_destroyed_can_get_a_new_one(self):
        card, _chip = self._shipped()
        self._carried_out((card, "undeliverable", "destroy"))
        self.assertEqual(card.household_id.card_ids, card)
        officer = card.with_user(self.office)
        officer.action_replace("other")
        new = card.household_id.card_ids - card
        self.assertEqual((card.state, new.state), ("destroyed", "allocated"))
        with self.assertRaisesRegex(UserError, "on its way already"):
            officer.action_replace("other")

    def test_a_family_with_a_card_in_use_gets_none_for_a_destroyed_one(self):
        old, _chip = self._active()
        old.with_user(self.office).action_replace("stolen")
        spare = old.next_id
        old.with_user(self.office).action_lift("mistake")
        self.assertEqual((old.state, spare.state), ("active", "destroyed"))
        with self.assertRaisesRegex(UserError, "has another card"):
            spare.with_user(self.office).action_replace("other")

    def test_a_card_that_nobody_has_is_blocked_or_replaced(self):
        card, _chip = self._shipped()
        for action in ("return", "destroy", "ship_again"):
            with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
                with self.env.cr.savepoint():
                    self._minutes((card, "lost", action))

    def test_signed_minutes_stay_as_they_are(self):
        card, _chip = self._shipped()
        minutes = self._minutes((card, "undeliverable", "return"))
        with self.assertRaisesRegex(UserError, "scan"):
            minutes.action_sign()
        minutes.write({"scan": SCAN})
        minutes.action_sign()
        with self._refused():
            minutes.line_ids.reason = "damaged"
        with self._refused():
            minutes.line_ids.unlink()
        with self._refused():
            minutes.place = "lain"
        with self._refused():
            self.env["khbs.card.return.line"].with_user(self.field).create(
                {
                    "return_id": minutes.id,
                    "card_id": self._shipped()[0].id,
                    "reason": "damaged",
                }
            )
        with self._refused(AccessError):
            minutes.write({"state": "done"})

    def test_the_database_keeps_signed_lines(self):
        card, _chip = self._shipped()
        minutes = self._signed((card, "undeliverable", "return"))
        self.env.flush_all()
        for statement in (
            "UPDATE khbs_card_return_line SET action = 'destroy' WHERE return_id = %s",
            "DELETE FROM khbs_card_return_line WHERE return_id = %s",
            "INSERT INTO khbs_card_return_line (return_id, card_id, reason, open)"
            " SELECT %s, id, 'damaged', false FROM khbs_card LIMIT 1",
        ):
            with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error) as got:
                with self.env.cr.savepoint():
                    self.env.cr.execute(statement, [minutes.id])
            self.assertIn("signed", str(got.exception))

    def test_the_database_asks_for_the_witness_of_a_destruction(self):
        active, _chip = self._active()
        back, _chip = self._shipped()
        minutes = self._signed((active, "damaged", "destroy"))
        other = self._signed((back, "undeliverable", "return"))
        self.env.flush_all()
        done = "UPDATE khbs_card_return SET state = 'done'"
        named = f"{done}, witnessed_by_id = {self.second.id}"
        confirmed = f", confirmed_by_id = {self.office.id}"
        for statement, document, missing in (
            (done, minutes, "witnessed"),
            (named, minutes, "witnessed"),
            (named + confirmed, minutes, "witnessed"),
            (done, other, "confirmed"),
            (done + confirmed, other, "confirmed"),
        ):
            self._refused_by_database(statement, document, missing)
        self.reading(minutes, self.second).action_witness()
        self._refused_by_database(named + confirmed, minutes, "confirmed")
        for document in (minutes, other):
            self.reading(document, self.office).action_confirm()
            self.env.flush_all()
            for change in ("state = 'signed'", "witnessed_by_id = NULL"):
                if document == other and "witnessed" in change:
                    continue
                statement = f"UPDATE khbs_card_return SET {change}"
                self._refused_by_database(statement, document, "done")
        self.assertEqual((active.state, back.state), ("revoked", "returned"))

    def test_the_database_destroys_no_card_on_the_mere_name_of_a_witness(self):
        card, _chip = self._shipped()
        minutes = self._signed((card, "damaged", "destroy"))
        card._transition("returned", "RETURNED")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE khbs_card_return SET witnessed_by_id = %s WHERE id = %s",
            [self.second.id, minutes.id],
        )
        destroyed = "UPDATE khbs_card SET state = 'destroyed'"
        self._refused_by_database(destroyed, card, "a witness")
        self.env.invalidate_all()
        self.reading(minutes, self.second).action_witness()
        self.reading(minutes, self.office).action_confirm()
        self.assertEqual(card.state, "destroyed")

    def test_the_database_takes_no_minutes_that_begin_as_done(self):
        card, _chip = self._shipped()
        minutes = self._signed((card, "damaged", "destroy"))
        self.env.flush_all()
        statement = (
            "INSERT INTO khbs_card_return (name, area_id, date, place, scan_sha256,"
            " witnessed_by_id, confirmed_by_id, state) SELECT name, area_id, date,"
            f" place, scan_sha256, {self.second.id}, {self.office.id}, 'done'"
            " FROM khbs_card_return"
        )
        self._refused_by_database(statement, minutes, "when they are made")

    def _refused_by_database(self, statement, minutes, told):
        with self.subTest(statement=statement), mute_logger("odoo.sql_db"):
            with self.assertRaises(psycopg2.errors.RestrictViolation) as got:
                with self.env.cr.savepoint():
                    self.env.cr.execute(statement + " WHERE id = %s", [minutes.id])
            self.assertIn(told, str(got.exception))

    def test_other_lines_than_were_signed_are_not_carried_out(self):
        card, _chip = self._shipped()
        minutes = self._signed((card, "undeliverable", "return"))
        self.env.flush_all()
        guard = "khbs_card_return_line %s TRIGGER khbs_card_return_line_guard"
        self.env.cr.execute("ALTER TABLE " + guard.replace("%s", "DISABLE"))
        minutes.sudo().line_ids.action = "destroy"
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE " + guard.replace("%s", "ENABLE"))
        with self.assertRaisesRegex(UserError, "not those that were signed"):
            self.reading(minutes, self.second).action_witness()
        with self.assertRaisesRegex(UserError, "not those that were signed"):
            self.reading(minutes, self.office).action_confirm()

    def test_a_card_is_in_one_open_minutes(self):
        card, _chip = self._shipped()
        first = self._minutes((card, "undeliverable", "return"))
        told = f"Card {card.card_no} is in the minutes {first.name}"
        with self.assertRaisesRegex(UserError, told):
            self._minutes((card, "damaged", "destroy"))
        other = self._minutes((self._shipped()[0], "damaged", "destroy"))
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            with self.env.cr.savepoint():
                self.env.cr.execute(
                    "UPDATE khbs_card_return_line SET card_id = %s WHERE id = %s",
                    [card.id, other.line_ids.id],
                )
        first.action_cancel()
        self.env.flush_all()
        self._carried_out((card, "damaged", "destroy"))
        self.assertEqual(card.state, "destroyed")
        spoiled = self.env["khbs.card.spoiled"].search([("card_id", "=", card.id)])
        self.assertEqual(spoiled.mapped("kind"), ["misprint"])

    def test_results_and_cards_of_others_are_not_entered(self):
        card, _chip = self._shipped()
        minutes = self._minutes()
        line = self.env["khbs.card.return.line"].with_user(self.field)
        made = line.create(
            {
                "return_id": minutes.id,
                "card_id": card.id,
                "reason": "damaged",
                "result": "moved",
                "new_state": "destroyed",
            }
        )
        self.assertFalse(made.result or made.new_state)
        with self._refused():
            made.result = "moved"
        elsewhere = self.env["khbs.area"].search(
            [("level", "=", "village"), ("id", "not in", self.village.ids)], limit=1
        )
        foreign, _chip = self._shipped(
            self._household(village=elsewhere, state="decided")
        )
        with self.assertRaisesRegex(UserError, "not in the"):
            line.create(
                {
                    "return_id": minutes.id,
                    "card_id": foreign.id,
                    "reason": "damaged",
                }
            )

    def test_a_card_of_another_area_is_not_named_by_who_holds_it(self):
        card, _chip = self._shipped()
        self._minutes((card, "undeliverable", "return"))
        away = self._area("62.06.01.2001")
        officer = self._role_user("field_officer", areas=away, login="away")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation) as refusal,
            self.env.cr.savepoint(),
        ):
            self.env["khbs.card.return"].with_user(officer).create(
                {
                    "area_id": away.id,
                    "place": "Balai desa",
                    "line_ids": [(0, 0, {"card_id": card.id, "reason": "damaged"})],
                }
            )
        self.assertNotIn(card.card_no, str(refusal.exception))

    def test_screen_workbook_and_paper_have_the_same_figures(self):
        cards = [self._shipped()[0] for _number in range(3)]
        minutes = self._carried_out(
            (cards[0], "damaged", "destroy"),
            (cards[1], "damaged", "return"),
            (cards[2], "lost", "replace"),
        )
        minutes.with_user(self.office).action_print()
        paper = self.env["khbs.paper"].search(
            [("model", "=", minutes._name), ("res_id", "=", minutes.id)]
        )
        pages = PdfReader(io.BytesIO(paper.sudo()._file("pdf"))).pages
        text = " ".join(" ".join(page.extract_text().split()) for page in pages)
        book = openpyxl.load_workbook(io.BytesIO(paper.sudo()._file("xlsx")))
        cells = [str(cell.value or "") for row in book.active for cell in row]
        for card in cards:
            self.assertEqual(text.count(grouped(card.card_no)), 1)
            self.assertEqual(cells.count(grouped(card.card_no)), 1)
        self.assertEqual((cells.count("Rusak"), cells.count("Hilang")), (2, 1))
        self.assertEqual(cells.count("Dimusnahkan"), minutes.destroy_count)
        self.assertIn("Jumlah kartu: 3 (tiga)", text)
        self.assertIn("rusak 2 (dua); hilang 1 (satu)", text)
        self.assertIn("dimusnahkan 1 (satu)", text)
        self.assertEqual((paper.row_count, minutes.line_count), (3, 3))
