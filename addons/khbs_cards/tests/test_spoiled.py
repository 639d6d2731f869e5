# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from .common import CardsCase


class TestSpoiled(CardsCase):
    """Blanks that came are cards, spoiled plastic and what is left: nothing else."""

    def _rows(self, card):
        """Return (kind, why, step) of each row of lost plastic of *card*."""
        rows = self.env["khbs.card.spoiled"].search([("card_id", "=", card.id)])
        return [(row.kind, row.why, row.step) for row in rows]

    def _made(self, state="locked"):
        card = self._allocated()
        self._personalise(card)
        if state == "printed":
            card._transition("printed", "PRINTED")
        return card

    def test_a_family_that_leaves(self):
        made, waiting = self._made(), self._allocated()
        for card in (made, waiting):
            card.household_id._has_left({})
            self.assertEqual(card.state, "destroyed")
        self.assertEqual(self._rows(made), [("misprint", "other", 0)])
        # Nothing was made of it: no plastic is lost.
        self.assertEqual(self._rows(waiting), [])

    def test_a_replacement_that_is_stopped(self):
        old, _chip = self._active()
        officer = self._role_user("card_officer")
        old.with_user(officer).action_replace("lost")
        new = old.household_id.card_ids - old
        self._personalise(new)
        old.with_user(officer).action_lift("mistake")
        self.assertEqual(new.state, "destroyed")
        self.assertEqual(self._rows(new), [("misprint", "mistake", 0)])

    def test_every_way_to_be_destroyed_enters_the_plastic_once(self):
        first, second, third = self._made(), self._made("printed"), self._made()
        (first + second)._transition("destroyed", "misprint")
        third._spoil("misprint", "S0001", 10, "wrong number")
        for card in (first, second):
            self.assertEqual(self._rows(card), [("misprint", "misprint", 0)])
        self.assertEqual(self._rows(third), [("misprint", "wrong number", 10)])

    def test_who_wrote_cards_off_and_whose_job_they_were(self):
        made, blank = self._made(), self._allocated()
        officer = self._role_user("card_officer")
        (made + blank).with_user(officer).sudo()._transition("destroyed", "misprint")
        row = self.env["khbs.card.spoiled"].search([("card_id", "=", made.id)])
        self.assertEqual((row.user_id, row.job_id), (officer, made.job_ids))
        self.assertEqual((row.run_id, row.device_code), (made.run_id, False))
        # No plastic is lost with a number that no station has begun.
        self.assertEqual(self._rows(blank), [])


class TestSetAside(CardsCase):
    """A blank that is put away at a station is counted with what is lost."""

    ATR = "3BF81300008131FE454A434F5076323431B7"

    def setUp(self):
        super().setUp()
        self.spoiled = self.env["khbs.card.spoiled"]
        self._allocated()
        self.job = self.jobs._station_next("S0001")

    def _aside(self, number, device="S0001", **params):
        report = {
            "report": f"01JE{number:022d}",
            "job": self.job["job"],
            "step": 3,
            "why": "kunci transpor ditolak",
            "atr": self.ATR.lower(),
        }
        return self.spoiled._station_set_aside(device, report | params)

    def _rows(self):
        return self.spoiled.search([("kind", "=", "set_aside")], order="id")

    def test_it_stands_with_what_is_lost_and_in_the_monitor(self):
        for _time in range(2):
            self.assertEqual(self._aside(1), {"state": "SET_ASIDE"})
        row = self._rows()
        self.assertEqual(
            (row.device_code, row.step, row.why, row.atr, row.card_id.card_no),
            ("S0001", 3, "kunci transpor ditolak", self.ATR, self.job["card_no"]),
        )
        self._aside(2)
        self.assertEqual(len(self._rows()), 2, "two blanks, not one twice")
        # The job waits for another blank; its number is not spoiled.
        self.assertEqual(self.jobs._station_next("S0001")["job"], self.job["job"])
        self.env.flush_all()
        self.env.invalidate_all()
        figures = (
            self.env["khbs.card.monitor"]
            .with_user(self._role_user("card_officer"))
            .figures()
        )
        self.assertEqual(figures["total"]["spoiled_today"], 2)
        self.assertEqual(figures["rejects"][0]["why"], "kunci transpor ditolak")

    def test_a_chip_that_bears_a_guid_is_counted_once(self):
        foreign = "0b5c2f0e-7a55-4c0e-9a53-2f3c8f0d1c11"
        self._aside(1, guid=foreign)
        self._aside(2, guid=foreign.upper(), device="S0002")
        self.assertEqual(self._rows().guid, foreign)

    def test_plastic_of_our_own_cards_is_counted_as_its_card(self):
        other = self._allocated()
        self._aside(1, guid=other.guid)
        self.assertFalse(self._rows())

    def test_what_is_no_report_is_refused(self):
        for code, params in [
            (-32602, {"report": "1"}),
            (-32602, {"report": None}),
            (-32602, {"step": 11}),
            (-32602, {"step": True}),
            (-32602, {"why": ""}),
            (-32602, {"atr": "zz"}),
            (-32602, {"guid": "x"}),
            (-32602, {"guid": 7}),
            (-32602, {"job": None}),
            (1501, {"job": "J9999999"}),
            (1501, {"job": "x"}),
        ]:
            with self.subTest(params):
                self.assert_protocol_error(
                    code, lambda changed=params: self._aside(1, **changed)
                )
        self.assertFalse(self._rows())
