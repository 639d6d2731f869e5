# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import time

from .common import CardsCase, Chip


class TestCardCheck(CardsCase):
    """The printed card is read back by a second reader (EDC_PROTOCOL 3, step 10)."""

    def setUp(self):
        super().setUp()
        self.card = self._allocated()
        self.chip = self._personalise(self.card)

    def _check(self, printed=None, chip=None, device="S0001", **params):
        chip = chip or self.chip
        proof = chip.auth(self.card.card_no, tid=device)
        return self.cards._station_check(
            device,
            {"card_no": printed or self.card.card_no, "proof": proof, **params},
        )

    def _new_cards(self):
        family = [("household_id", "=", self.card.household_id.id)]
        return self.cards.search(family) - self.card

    def test_the_number_on_the_chip_stands_on_the_plastic(self):
        for _time in range(2):
            self.assertEqual(self._check(), {"state": "PRINTED"})
        event = self.card.event_ids.sorted("id")[-1]
        self.assertEqual(
            (event.to_state, event.reason_code, event.device_code),
            ("printed", "PRINTED", "S0001"),
        )
        self.assertEqual(len(self.card.event_ids), 5)

    def test_a_card_further_on_is_left_as_it_is(self):
        self._check()
        self.card._transition("shipped", "SHIPPED")
        self.assertEqual(self._check(), {"state": "SHIPPED"})

    def test_another_number_is_an_error_until_somebody_spoils_the_card(self):
        other = self._allocated().card_no
        error = self.assert_protocol_error(1505, self._check, other)
        self.assertEqual(error.data, {"chip": self.card.card_no, "printed": other})
        self.assertEqual(self.card.state, "locked")
        for _time in range(2):
            answer = self._check(other, spoil=True)
            self.assertEqual(answer, {"state": "DESTROYED"})
        new = self._new_cards()
        self.assertEqual(new.state, "allocated")
        self.assertEqual(new.job_ids.state, "waiting")
        spoiled = self.env["khbs.card.spoiled"].search([("card_id", "=", self.card.id)])
        self.assertEqual(
            (spoiled.kind, spoiled.step, spoiled.device_code, spoiled.why),
            ("misprint", 10, "S0001", f"misprint: {other}"),
        )

    def test_a_print_that_nobody_can_read_is_a_misprint_once_somebody_says_so(self):
        self._check()
        for params in ({}, {"spoil": False}):
            self.assert_protocol_error(-32602, lambda p=params: self._unread(**p))
        self.assertEqual(self.card.state, "printed")
        for _time in range(2):
            self.assertEqual(self._unread(spoil=True), {"state": "DESTROYED"})
        self.assertEqual(self._new_cards().state, "allocated")
        spoiled = self.env["khbs.card.spoiled"].search([("card_id", "=", self.card.id)])
        self.assertEqual(
            (spoiled.kind, spoiled.why), ("misprint", "misprint: unreadable")
        )

    def _unread(self, **params):
        proof = self.chip.auth(self.card.card_no)
        return self.cards._station_check(
            "S0001", {"card_no": None, "proof": proof, **params}
        )

    def test_a_printed_card_is_spoiled_but_never_one_that_left(self):
        self._check()
        self.card._transition("shipped", "SHIPPED")
        error = self.assert_protocol_error(
            1302, lambda: self._check("KH00000000000", spoil=True)
        )
        self.assertEqual(error.data, {"state": "SHIPPED"})
        self.assertEqual(self.card.state, "shipped")

    def test_a_card_that_is_not_finished_is_not_printed(self):
        self._allocated()
        job = self.jobs._station_next("S0001")
        chip = Chip()
        self._certify(job, chip)
        proof = chip.auth(job["card_no"])
        error = self.assert_protocol_error(
            1302,
            self.cards._station_check,
            "S0001",
            {"card_no": job["card_no"], "proof": proof},
        )
        self.assertEqual(error.data, {"state": "CERTIFIED"})

    def test_only_the_chip_itself_speaks_for_the_card(self):
        number = self.card.card_no
        old = int(time.time()) - 301
        for code, proof in (
            (1303, Chip().auth(number)),
            (1303, self.chip.auth(number, tid="S0002")),
            (1303, self.chip.auth(number, iat=old)),
            (1303, self.chip.auth(number, iat=None, prg="KHBS")),
            (1303, self.chip.activate(number, tid="S0001")),
            (1303, self.chip.auth(number, jti=None)),
            (1303, self.chip.auth(number, jti="1")),
            (1303, "x"),
            (-32602, None),
            (1301, self.chip.auth("KH01999999902")),
        ):
            self.assert_protocol_error(
                code,
                self.cards._station_check,
                "S0001",
                {"card_no": number, "proof": proof},
            )
        for changed in ({"card_no": 7}, {"card_no": "\0"}, {"spoil": 1}):
            self.assert_protocol_error(
                -32602,
                self.cards._station_check,
                "S0001",
                {"card_no": number, "proof": self.chip.auth(number), **changed},
            )
        self.assertEqual(self.card.state, "locked")

    def test_a_proof_serves_one_request_which_may_be_repeated(self):
        number, other = self.card.card_no, "KH01012345642"
        proof = self.chip.auth(number)
        check = self.cards._station_check
        for _time in range(2):
            answer = check("S0001", {"card_no": number, "proof": proof})
            self.assertEqual(answer, {"state": "PRINTED"})
        self.assert_protocol_error(
            1303, check, "S0001", {"card_no": other, "proof": proof, "spoil": True}
        )
        self.assert_protocol_error(
            1303,
            self.env["khbs.card.pin.order"]._station_begin,
            "S0001",
            {"proof": proof},
        )
        self.assertEqual(self.card.state, "printed")
        self.assertEqual(self._check(other, spoil=True), {"state": "DESTROYED"})

    def test_proofs_are_forgotten_when_they_are_good_no_more(self):
        self._check()
        self.env.cr.execute(
            "UPDATE khbs_card_seen_proof SET at = at - interval '2 hours'"
        )
        self._check()
        self.env["khbs.card.seen.proof"]._gc_seen_proofs()
        self.env.cr.execute("SELECT count(*) FROM khbs_card_seen_proof")
        self.assertEqual(self.env.cr.fetchone(), (1,))
