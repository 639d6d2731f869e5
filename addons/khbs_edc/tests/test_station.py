# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.addons.khbs_cards.tests.common import Chip

from .settlement_common import SettlementCase


class TestStation(SettlementCase):
    """What a card station asks through the endpoint."""

    def setUp(self):
        super().setUp()
        _record, self.station = self._terminal("station")

    def _pin_family(self):
        """Return (card, chip, entitlement) of a family whose card has a PIN."""
        household = self._household()
        card = self._allocated(household, "pin")
        chip = self._personalise(card, self.station.tid)
        proof = chip.auth(card.card_no, tid=self.station.tid)
        params = {"card_no": card.card_no, "proof": proof}
        answer = self._result(self.station, "station.card.check", params)
        self.assertEqual(answer, {"state": "PRINTED"})
        card._transition("shipped", "SHIPPED")
        card._activate("OFFICE")
        entitlement = self._entitle(household, "E-0001")
        self.round.sudo().state = "open"
        return card, chip, entitlement

    def _begin(self, card, chip):
        proof = chip.auth(card.card_no, tid=self.station.tid)
        return self._call(self.station, "station.pin.begin", {"proof": proof})

    def _claim(self, card, chip, entitlement):
        claim = self.device.signed_claim(chip, card.card_no, [self._item(entitlement)])
        return self._call(self.device, "edc.claim.authorize", {"claim": claim})

    def test_case_12_22_a_blocked_pin_blocks_no_entitlement(self):
        card, chip, entitlement = self._pin_family()
        before = entitlement.read()[0]
        self.assertEqual(self._code(self._begin(card, chip)), 1504)
        order = (
            self.env["khbs.card.pin.order"]
            .with_user(self._role_user("card_officer"))
            .create(
                {"card_id": card.id, "reason": "blocked", "identified_by": "member"}
            )
        )
        begun = self._begin(card, chip)["result"]
        # The order is under way, the PIN is not yet set: the family is paid by 9E.
        self.assertEqual(entitlement.read()[0], before)
        self.assertEqual(card.state, "active")
        self.assertTrue(self._claim(card, chip, entitlement)["result"]["auth"])
        proof = chip.prove(begun["order"], begun["nonce"], card.card_no)[1]
        params = {"order": begun["order"], "proof": proof}
        answer = self._result(self.station, "station.pin.done", params)
        self.assertEqual(answer, {"state": "DONE"})
        self.assertEqual(order.state, "done")
        self.assertEqual(card.state, "active")

    def test_case_12_22_a_failed_reset_leaves_card_and_aid_as_they_were(self):
        card, chip, entitlement = self._pin_family()
        self.env["khbs.card.pin.order"].with_user(
            self._role_user("card_officer")
        ).create({"card_id": card.id, "reason": "blocked", "identified_by": "ktp"})
        begun = self._begin(card, chip)["result"]
        params = {"order": begun["order"], "why": "PUK terblokir"}
        answer = self._result(self.station, "station.pin.fail", params)
        self.assertEqual(answer, {"state": "FAILED"})
        self.assertEqual(card.state, "active")
        self.assertTrue(self._claim(card, chip, entitlement)["result"]["auth"])

    def test_terminals_reset_no_pins_and_check_no_prints(self):
        for method in (
            "station.card.check",
            "station.pin.begin",
            "station.pin.done",
            "station.pin.fail",
        ):
            self.assertEqual(self._code(self._call(self.device, method)), -32601)

    def test_params_that_no_method_knows_are_refused(self):
        for method in (
            "station.job.next",
            "station.job.certify",
            "station.job.done",
            "station.job.fail",
            "station.blank.aside",
            "station.card.check",
            "station.pin.begin",
            "station.pin.done",
            "station.pin.fail",
        ):
            answer = self._call(self.station, method, {"more": 1})
            self.assertEqual(self._code(answer), -32602, method)

    def test_a_blank_that_is_set_aside_is_reported(self):
        self._allocated()
        job = self._result(self.station, "station.job.next")["job"]
        report = {
            "report": "01JE0000000000000000000001",
            "job": job,
            "step": 3,
            "why": "kunci transpor ditolak",
            "atr": "3BF8",
        }
        self.assertEqual(
            self._result(self.station, "station.blank.aside", report),
            {"state": "SET_ASIDE"},
        )
        row = self.env["khbs.card.spoiled"].search([("kind", "=", "set_aside")])
        self.assertEqual(row.device_code, self.station.tid)
        answer = self._call(self.device, "station.blank.aside", report)
        self.assertEqual(self._code(answer), -32601, "no terminal reports blanks")

    def test_a_card_that_asks_for_ever_new_keys_is_refused_and_the_office_told(self):
        card = self._allocated()
        job = self._result(self.station, "station.job.next")
        answers = [self._certify_new(job) for _chip in range(7)]
        self.assertEqual(
            ["result" in answer for answer in answers], [True] * 5 + [False] * 2
        )
        error = answers[5]["error"]
        self.assertEqual(error["code"], 1503)
        self.assertEqual(error["data"], {"certified": 5, "card_no": card.card_no})
        self.assertIn("write the card off", error["message"])
        alert = self.env["khbs.card.alert"].search([("card_id", "=", card.id)])
        self.assertEqual(
            (alert.what, alert.device_code, alert.taps),
            ("certified_often", self.station.tid, 2),
        )
        keys = self.env["khbs.card.key"].search_count([("card_id", "=", card.id)])
        self.assertEqual(keys, 5, "no certificate more")

    def _certify_new(self, job):
        chip = Chip()
        params = {
            "job": job["job"],
            "spki": chip.spki,
            "perso": chip.prove(job["job"], job["nonce"], job["card_no"]),
        }
        return self._call(self.station, "station.job.certify", params)

    def test_another_number_tells_both_numbers(self):
        card = self._allocated()
        chip = self._personalise(card, self.station.tid)
        proof = chip.auth(card.card_no, tid=self.station.tid)
        params = {"card_no": "KH01012345642", "proof": proof}
        error = self._call(self.station, "station.card.check", params)["error"]
        self.assertEqual(error["code"], 1505)
        self.assertEqual(
            error["data"], {"chip": card.card_no, "printed": "KH01012345642"}
        )
