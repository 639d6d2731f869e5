# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import random

from odoo.tools import SQL

from odoo.addons.khbs_cards.models.khbs_card_count import PLACES, place_of

from .run_common import RunCase

STEPS = 60


class TestRunLaw(RunCase):
    """Ordered + replaced = the sum of all places, whatever happens to the cards."""

    villages = RunCase.villages * 2

    def _pick(self, *states):
        """Return some of the run's cards in one of *states*, at least one if any."""
        cards = self.run.card_ids.sudo().filtered(lambda card: card.state in states)
        count = min(len(cards), self.walk.choice((1, 1, 2, 5)))
        return cards.browse(self.walk.sample(cards.ids, count))

    def _step(self):
        """Do one thing that may happen to the run; return what it was."""
        name = self.walk.choice([name for name in dir(self) if name.startswith("do_")])
        getattr(self, name)()
        return name

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
        cards = self._pick("returned")
        cards = cards.filtered(lambda card: card.shipment_id.state != "packed")
        if cards:
            cards.with_user(self.officer).action_ship()

    def do_pack_returned(self):
        if self.env["khbs.card"].sudo().search(self.run._returned_domain()):
            self.run.action_pack_returned()

    def do_revoke(self):
        if cards := self._pick("printed", "shipped", "returned", "active"):
            cards.with_user(self.officer).action_revoke("other")

    def do_cancel(self):
        if self.run.waiting_count and self.walk.random() < 0.2:
            self.run.action_cancel()

    def do_fold(self):
        self.env["khbs.card.count"]._cron_fold()

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

    def _go(self, seed):
        """Walk from an order on, holding the law after each step."""
        self.walk = random.Random(seed)
        self.run = self._ordered()
        self._hold("order")
        for _number in range(STEPS):
            done = self._step()
            self._hold(done)
            if self.run.state != "ordered":
                break

    def test_the_sum_holds_on_the_first_walk(self):
        self._go(1)

    def test_the_sum_holds_on_the_second_walk(self):
        self._go(2)

    def test_the_sum_holds_on_the_third_walk(self):
        self._go(3)

    def test_the_sum_holds_on_the_fourth_walk(self):
        self._go(4)

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
