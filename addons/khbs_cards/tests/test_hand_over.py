# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import time

from odoo import fields
from odoo.exceptions import AccessError, UserError

from odoo.addons.khbs_cards import province_day
from odoo.addons.khbs_cards.exceptions import ProtocolError
from odoo.addons.khbs_cards.protocol import jws

from .common import RECEIPT, CardsCase, Chip


class TestHandOver(CardsCase):
    def setUp(self):
        super().setUp()
        self.officer = self._role_user("field_officer")
        self.card, self.chip = self._shipped()

    def assert_refused(self, code, text, tid="OFFICE"):
        with self.assertRaises(ProtocolError) as caught:
            self.cards._hand_over(text, tid)
        self.assertEqual(caught.exception.code, code)

    def test_a_card_whose_validity_ended_is_not_handed_over(self):
        card, _chip = self._shipped()
        yesterday = fields.Date.subtract(fields.Date.context_today(card), days=1)
        card.valid_until = yesterday
        self.assert_protocol_error(1302, card._activate, "T000001")
        self.assertEqual(card.state, "shipped")
        self.assertIn("validity", card._hand_over_refusal())
        # Handed over while it was valid; the journal came later.
        then = fields.Datetime.subtract(fields.Datetime.now(), days=3)
        card._activate("T000001", mode="offline", at=then)
        self.assertEqual(card.state, "active")

    def test_a_card_ends_with_the_day_of_the_province(self):
        day = province_day.day_of()
        over, _chip = self._shipped()
        over.valid_until = fields.Date.subtract(day, days=1)
        self.card.valid_until = day
        # Of two zones 25 hours apart, one has another date than the province.
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            self.officer.tz = zone
            with self.subTest(zone=zone):
                cards = (self.card + over).with_user(self.officer)
                self.assertEqual([card._is_over() for card in cards], [False, True])

    def test_a_card_that_signs_becomes_active_and_so_does_its_family(self):
        text = self.chip.activate(self.card.card_no)
        geotag = [-2200000, 113900000, 12]
        self.cards.with_user(self.officer).action_hand_over(text, geotag, RECEIPT)
        self.assertEqual(self.card.state, "active")
        self.assertEqual(self.card.household_id.state, "active")
        self.assertTrue(self.card.handed_over_at)
        event = self.card.event_ids[0]
        self.assertEqual(event.user_id, self.officer)
        self.assertEqual(event.data["gps"], geotag)
        self.assertEqual(event.data["jws"], text)

    def test_handing_over_twice_changes_nothing(self):
        text = self.chip.activate(self.card.card_no, tid="T000001")
        for _time in range(2):
            card = self.cards._hand_over(text, "T000001", operator="01")
            self.assertEqual(card, self.card)
        active = self.card.event_ids.filtered(lambda e: e.to_state == "active")
        self.assertEqual(len(active), 1)
        self.assertEqual(active.device_code, "T000001")

    def test_the_older_card_is_revoked_with_it(self):
        self.card._activate("OFFICE")
        new, chip = self._shipped(self.card.household_id)
        self.cards._hand_over(chip.activate(new.card_no), "OFFICE")
        self.assertEqual((self.card.state, new.state), ("revoked", "active"))
        self.assertEqual(self.card.event_ids[0].reason_code, "replaced")

    def test_a_suspended_older_card_is_revoked_too(self):
        self.card._activate("OFFICE")
        self.card._suspend("lost")
        new, chip = self._shipped(self.card.household_id)
        self.cards._hand_over(chip.activate(new.card_no), "OFFICE")
        self.assertEqual((self.card.state, new.state), ("revoked", "active"))

    def test_what_is_no_proof_of_this_card_at_this_moment_is_refused(self):
        number = self.card.card_no
        now = int(time.time())
        self.assert_refused(1303, Chip().activate(number))
        self.assert_refused(1303, self.chip.activate(number, tid="T000001"))
        self.assert_refused(1303, self.chip.activate(number, iat=now - 3600))
        self.assert_refused(1303, self.chip.activate(number, iat=now + 3600))
        self.assert_refused(1303, self.chip.activate(number, iat=None, prg="KHBS"))
        self.assert_refused(1303, self.chip.activate(number, jti=None))
        self.assert_refused(1303, "x")
        self.assert_refused(1301, self.chip.activate("KH01012345642"))
        auth = jws.sign(self.chip.keys["9E"], number, "khbs-auth+jwt", {})
        self.assert_refused(1303, auth)
        self.assertEqual(self.card.state, "shipped")

    def test_only_a_shipped_card_of_an_entitled_family_is_handed_over(self):
        text = self.chip.activate(self.card.card_no)
        self.card._transition("returned", "undeliverable")
        self.assert_refused(1302, text)
        self.card._transition("shipped", "SHIPPED")
        self.card.household_id.state = "exited"
        self.assert_refused(1302, text)

    def test_a_card_without_a_key_is_refused(self):
        card = self._allocated()
        self.assert_refused(1303, Chip().activate(card.card_no))

    def test_only_a_field_officer_of_the_village_hands_over(self):
        text = self.chip.activate(self.card.card_no)
        for role in ("card_officer", "auditor", "administrator"):
            with self.assertRaises(AccessError):
                user = self._role_user(role)
                self.cards.with_user(user).action_hand_over(text, None, RECEIPT)
        elsewhere = self._role_user(
            "field_officer", areas=self._area("62.01"), login="elsewhere"
        )
        with self.assertRaises(AccessError):
            self.cards.with_user(elsewhere).action_hand_over(text, None, RECEIPT)
        self.assertEqual(self.card.state, "shipped")

    def test_the_officer_reads_what_to_do(self):
        user = self.cards.with_user(self.officer)
        with self.assertRaisesRegex(UserError, "did not prove itself.*once more.$"):
            user.action_hand_over("x")
        with self.assertRaisesRegex(UserError, "GPS"):
            user.action_hand_over(self.chip.activate(self.card.card_no), [1.5])
