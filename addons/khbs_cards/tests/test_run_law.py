# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import random

from odoo.tools import SQL

from odoo.addons.khbs_cards.models.khbs_card_count import PLACES, place_of

from .run_common import RunCase
from .test_hand_over_session import SCAN

STEPS = 60


class TestRunLaw(RunCase):
    """Ordered + replaced = the sum of all places, whatever happens to the cards."""

    villages = RunCase.villages * 6

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.witness = cls._role_user("administrator")

    def _pick(self, *states):
        """Return some of the run's cards in one of *states*, at least one if any."""
        cards = self.run.card_ids.sudo().filtered(lambda card: card.state in states)
        count = min(len(cards), self.walk.choice((1, 1, 2, 5)))
        return cards.browse(self.walk.sample(cards.ids, count))

    def _step(self):
        """Do one thing that changes the run; return what it was, None at the end."""
        names = [name for name in dir(self) if name.startswith("do_")]
        self.walk.shuffle(names)
        before = self._seen()
        for name in names:
            getattr(self, name)()
            if self._seen() != before:
                return name
        return None

    def _seen(self):
        """Return what a step may change: the cards, their boxes and files."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT card.id, card.state, card.print_id, card.shipment_id,
                       box.state, box.packed_at, part.sha256
                  FROM khbs_card card
                  LEFT JOIN khbs_card_shipment box ON box.id = card.shipment_id
                  LEFT JOIN khbs_card_print part ON part.id = card.print_id
                 WHERE card.run_id = %s ORDER BY card.id
                """,
                self.run.id,
            )
        )

    def do_personalise(self):
        if cards := self._pick("allocated"):
            self._make(cards)

    def do_tear(self):
        if cards := self._pick("allocated"):
            cards._transition("keyed", "KEYS_MADE")
            cards._transition("certified", "CERTIFIED")
            cards._spoil("spoiled", device_code="S0001")

    def _parts(self):
        """Return the print files of the run, to be read anew."""
        self.run.print_ids.invalidate_recordset()
        return self.run.print_ids

    def do_draw(self):
        if self.run.to_draw_count:
            self.run.action_print_files()

    def do_draw_anew(self):
        for part in self._parts():
            if part.gone_count and part.card_ids - part._gone():
                part.action_redraw()

    def do_print(self):
        if self.run.to_print_count:
            self.run.action_print()

    def do_print_a_file(self):
        for part in self._parts():
            if part.to_print_count:
                part.action_printed()

    def do_spoil(self):
        cards = self._pick("locked", "printed")
        if cards:
            cards.with_user(self.officer).action_spoil()

    def do_pack(self):
        if self.run.to_pack_count:
            self.run.action_pack()

    def do_repack(self):
        self.run.shipment_ids.filtered(
            lambda box: box.state == "packed"
        ).action_repack()

    def do_ship(self):
        for box in self.run.shipment_ids.filtered(lambda box: box.state == "packed"):
            if not box.sudo()._unpackable():
                box._ship_at_once()

    def do_hand_over(self):
        for card in self._pick("shipped"):
            card._activate("OFFICE")

    def do_return(self):
        if cards := self._pick("shipped"):
            cards._transition("returned", "undeliverable")

    def do_ship_again(self):
        if cards := self._in_no_open_box(self._pick("returned")):
            cards.with_user(self.officer).action_ship()

    def do_pack_returned(self):
        returned = self.env["khbs.card"].sudo().search(self.run._returned_domain())
        if self._in_no_open_box(returned):
            self.run.action_pack_returned()

    def _in_no_open_box(self, cards):
        return cards.filtered(
            lambda card: card.shipment_id.state not in ("packed", "shipped")
        )

    def do_receive(self):
        boxes = self.run.shipment_ids.filtered(lambda box: box.state == "shipped")
        if boxes:
            box = self.walk.choice(boxes)
            here = box.sudo().item_ids.card_id.filtered(
                lambda card: card.state == "shipped" and card.shipment_id == box.sudo()
            )
            self._received(box, missing=here[: self.walk.choice((0, 0, 1))])

    def do_minutes(self):
        """Cards come back by minutes, are destroyed, or blocked and replaced."""
        cards = self._pick("printed", "shipped", "returned", "active", "suspended")
        if not cards:
            return
        actions = ("return", "destroy", "destroy", "replace", "ship_again")
        lines = [
            (
                0,
                0,
                {
                    "card_id": card.id,
                    "reason": self.walk.choice(("damaged", "undeliverable")),
                    "action": self.walk.choice(actions),
                },
            )
            for card in cards
        ]
        minutes = self.env["khbs.card.return"].with_user(self.field)
        minutes = minutes.create(
            {
                "area_id": self.run.area_id.id,
                "place": "Balai desa",
                "scan": SCAN,
                "line_ids": lines,
            }
        )
        minutes.action_sign()
        if minutes.destroy_count:
            self.reading(minutes, self.witness).action_witness()
        self.reading(minutes, self.officer).action_confirm()
        self.assertEqual(minutes.state, "done")

    def do_block_and_replace(self):
        if cards := self._pick("active"):
            cards.with_user(self.officer)._act("replace", "lost")

    def do_undo_a_wrong_block(self):
        if cards := self._pick("suspended"):
            cards.with_user(self.officer)._act("lift", "mistake")

    def do_revoke(self):
        if cards := self._pick("printed", "shipped", "returned", "active"):
            cards.with_user(self.officer).action_revoke("other")

    def do_cancel(self):
        if self.run.waiting_count and self.walk.random() < 0.1:
            self.run.action_cancel()

    def _recount(self):
        """Return {place: cards} from the cards themselves."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT %s, count(*)::int FROM khbs_card card WHERE run_id = %s "
                "GROUP BY 1",
                SQL(place_of("card")),
                self.run.id,
            )
        )
        return dict(rows)

    def _go(self, seed, run=None):
        """Walk from an order, or from *run*, on; the law holds after each step.

        :return: the steps that were taken
        """
        self.walk = random.Random(seed)
        self.run = run or self._ordered()
        self._hold("order")
        taken = []
        while self.run.state == "ordered" and len(taken) < STEPS:
            if not (done := self._step()):
                break
            taken.append(done)
            self._hold(done)
            if self.walk.random() < 0.2:
                self.env["khbs.card.count"]._cron_fold()
                self._hold("fold")
        return taken

    def test_the_sum_holds_on_the_first_walk(self):
        self._go(1)

    def test_the_sum_holds_on_the_second_walk(self):
        self._go(2)

    def test_the_sum_holds_on_the_third_walk(self):
        self._go(3)

    def test_the_sum_holds_on_the_fourth_walk(self):
        self._go(4)

    def _go_back(self, seed):
        """Walk from boxes that were sent on, with some cards in use."""
        run, boxes = self._shipped()
        for card in boxes.sudo().item_ids.card_id[::2]:
            card._activate("OFFICE")
        taken = self._go(seed, run)
        self.assertLessEqual({"do_minutes", "do_undo_a_wrong_block"}, {*taken})

    def test_the_sum_holds_where_cards_come_back(self):
        self._go_back(7)

    def test_the_sum_holds_where_cards_come_back_again(self):
        self._go_back(8)

    def _hold(self, done):
        run = self.run
        run.invalidate_recordset()
        counted = {place: run[f"{place}_count"] for place, _label in PLACES}
        real = {**dict.fromkeys(counted, 0), **self._recount()}
        self.assertEqual(counted, real, done)
        self.assertEqual(sum(counted.values()), run.card_count, done)
        self.assertEqual(run.ordered_count + run.replaced_count, run.card_count, done)
        paper = list(run._counts_document().rows())
        self.assertEqual(sum(row["cards"] for row in paper), run.card_count, done)

    def test_an_upgrade_counts_anew(self):
        self.run = self._ordered()
        self._make(self.run.card_ids[:3])
        before = {place: self.run[f"{place}_count"] for place, _label in PLACES}
        self.env.cr.execute("DELETE FROM khbs_card_count")
        self.env["khbs.card.count"]._rebuild()
        self.run.invalidate_recordset()
        after = {place: self.run[f"{place}_count"] for place, _label in PLACES}
        self.assertEqual(after, before)
        self.assertEqual(after["personalised"], 3)

    def test_differences_are_folded_into_one_row_a_place(self):
        run = self._printed()
        before = {place: run[f"{place}_count"] for place, _label in PLACES}
        counts = self.env["khbs.card.count"].search([("run_id", "=", run.id)])
        self.assertGreater(len(counts), 1)
        self.env["khbs.card.count"]._cron_fold()
        counts = self.env["khbs.card.count"].search([("run_id", "=", run.id)])
        self.assertEqual(counts.mapped("place"), ["printed"])
        run.invalidate_recordset()
        after = {place: run[f"{place}_count"] for place, _label in PLACES}
        self.assertEqual(after, before)
