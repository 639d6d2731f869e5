# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import time
from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from odoo.addons.khbs_cards.protocol import keys

from .common import CardsCase, Chip


class TestPinOrder(CardsCase):
    """A PIN is set anew at a station, on an order of the office (DOMAIN 12.22)."""

    def setUp(self):
        super().setUp()
        self.card = self._allocated(profile="pin")
        self.chip = self._personalise(self.card)
        self.card._transition("printed", "PRINTED")
        self.card._transition("shipped", "SHIPPED")
        self.card._activate("OFFICE")
        self.officer = self._role_user("card_officer")
        self.orders = self.env["khbs.card.pin.order"]

    def _order(self, card=None, **values):
        return self.orders.with_user(self.officer).create(
            {
                "card_id": (card or self.card).id,
                "reason": "blocked",
                "identified_by": "ktp",
                **values,
            }
        )

    def _begin(self, device="S0001", chip=None, card=None):
        proof = (chip or self.chip).auth((card or self.card).card_no, tid=device)
        return self.orders._station_begin(device, {"proof": proof})

    def _done(self, begun, device="S0001", **changes):
        proofs = self.chip.prove(
            begun["order"], begun["nonce"], begun["card_no"], **changes
        )
        params = {"order": begun["order"], "proof": proofs[1]}
        return self.orders._station_done(device, params)

    def _acts(self, order):
        events = self.env["khbs.audit.event"].search(
            [("model", "=", order._name), ("res_id", "=", order.id)]
        )
        return sorted(events.mapped("act"))

    def test_case_12_22_a_blocked_pin_is_set_anew_on_an_office_order(self):
        self.assert_protocol_error(1504, self._begin)
        order = self._order()
        begun = self._begin()
        self.assertEqual(begun["card_no"], self.card.card_no)
        self.assertEqual(begun["puk"], keys.puk(self.keys.master(), self.card.guid))
        self.assertRegex(begun["pin"], r"^[0-9]{6}$")
        for _time in range(2):
            self.assertEqual(self._done(begun), {"state": "DONE"})
        self.assertEqual(order.state, "done")
        self.assertEqual(order.device_code, "S0001")
        self.assertEqual(order.ordered_by_id, self.officer)
        self.assertEqual(
            self._acts(order),
            [f"card.pin.order.{verb}" for verb in ("done", "order", "start")],
        )
        # The card itself was never out of use.
        self.assertEqual(self.card.state, "active")
        self.assertNotIn("suspended", self.card.event_ids.mapped("to_state"))
        # Done is done: the next time the office orders anew.
        self.assert_protocol_error(1504, self._begin)

    def test_neither_pin_nor_puk_stands_anywhere(self):
        self._order()
        begun = self._begin()
        self._done(begun)
        self.env.flush_all()
        for table in ("khbs_card_pin_order", "khbs_audit_event", "khbs_card_event"):
            self.env.cr.execute(f"SELECT string_agg(t::text, '|') FROM {table} t")
            text = self.env.cr.fetchone()[0]
            self.assertNotIn(f'"{begun["pin"]}"', text)
            self.assertNotIn(f",{begun['pin']},", text)
            self.assertNotIn(begun["puk"], text)

    def test_asked_again_the_station_gets_another_nonce_and_the_old_proof_is_void(self):
        self._order()
        first = self._begin()
        second = self._begin("S0002")
        self.assertEqual(first["order"], second["order"])
        self.assertNotEqual(first["nonce"], second["nonce"])
        self.assert_protocol_error(1504, self._done, first)
        self.assert_protocol_error(1503, self._done, first, "S0002")
        self.assertEqual(self._done(second, "S0002"), {"state": "DONE"})

    def test_only_the_pin_key_of_this_card_proves_it(self):
        order = self._order()
        begun = self._begin()
        nonce, number = begun["nonce"], begun["card_no"]
        for proof in (
            self.chip.prove(begun["order"], nonce, number)[0],
            Chip(("9E", "9C")).prove(begun["order"], nonce, number)[1],
            self.chip.prove(begun["order"], "x", number)[1],
            self.chip.prove("P9999999", nonce, number)[1],
            "x",
        ):
            self.assert_protocol_error(
                1503,
                self.orders._station_done,
                "S0001",
                {"order": begun["order"], "proof": proof},
            )
        for name in (None, 7, "P0000000", "J0000001", "x"):
            self.assert_protocol_error(
                1504, self.orders._station_done, "S0001", {"order": name, "proof": "x"}
            )
        self.assertEqual(order.state, "open")

    def test_a_card_that_cannot_take_a_pin_ends_the_order(self):
        order = self._order()
        begun = self._begin()
        params = {"order": begun["order"], "why": "PUK blocked"}
        self.assert_protocol_error(1504, self.orders._station_fail, "S0002", params)
        for _time in range(2):
            self.assertEqual(
                self.orders._station_fail("S0001", params), {"state": "FAILED"}
            )
        self.assertEqual((order.state, order.last_why), ("failed", "PUK blocked"))
        self.assert_protocol_error(1504, self._done, begun)
        self.assertTrue(self._order())

    def test_one_open_order_a_card_and_it_ends_in_time(self):
        first = self._order()
        with self.assertRaises(UserError):
            self._order()
        later = fields.Datetime.now() + timedelta(days=8)
        with freeze_time(later):
            proof = self.chip.auth(self.card.card_no, iat=int(time.time()))
            self.assert_protocol_error(
                1504, self.orders._station_begin, "S0001", {"proof": proof}
            )
            second = self._order()
        self.assertEqual(first.state, "expired")
        self.assertEqual(second.state, "open")

    def test_overdue_orders_are_closed_by_themselves(self):
        other = self._allocated(profile="pin")
        chip = self._personalise(other)
        other._transition("printed", "PRINTED")
        other._transition("shipped", "SHIPPED")
        orders = self._order() + self._order(other)
        self._begin(chip=chip, card=other)
        with freeze_time(fields.Datetime.now() + timedelta(days=8)):
            self.orders._cron_expire()
        self.assertEqual(orders.mapped("state"), ["expired", "expired"])

    def test_the_office_takes_orders_back(self):
        order = self._order()
        order.action_cancel()
        self.assertEqual(order.state, "cancelled")
        self.assert_protocol_error(1504, self._begin)
        self._order()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError):
            order.sudo().state = "open"
            order.flush_recordset()
        with self.assertRaises(UserError):
            order.action_cancel()

    def test_an_order_that_ends_while_the_station_works_is_done_all_the_same(self):
        cancelled = self._order()
        begun = self._begin()
        cancelled.action_cancel()
        # A second order does not hide that the card took the first PIN.
        second = self._order()
        self.assertEqual(self._done(begun), {"state": "DONE"})
        self.assertEqual(cancelled.state, "done")
        self.assertEqual(second.state, "open")
        done = self.env["khbs.audit.event"].search(
            [("act", "=", "card.pin.order.done"), ("res_id", "=", cancelled.id)]
        )
        self.assertEqual(done.data["was"], "cancelled")
        self.assert_protocol_error(1504, self._end_late, second, 61)
        self.assertEqual(self._end_late(second, 59), {"state": "DONE"})
        self.assertEqual(second.state, "done")

    def _end_late(self, order, minutes):
        """Begin just before the order runs out, and say so many minutes later: done."""
        end = order.expires_at
        with freeze_time(end - timedelta(minutes=1)):
            begun = self._begin()
        with freeze_time(end + timedelta(minutes=minutes - 1)):
            self.orders._cron_expire()
            return self._done(begun)

    def test_only_cards_with_a_pin_that_are_out_of_the_house(self):
        plain = self._allocated()
        with self.assertRaises(UserError, msg="no PIN key"):
            self._order(plain)
        self._personalise(plain)
        with self.assertRaises(UserError, msg="no PIN key"):
            self._order(plain)
        self.card._transition("revoked", "lost")
        with self.assertRaises(UserError, msg="revoked"):
            self._order()

    def test_a_card_revoked_after_the_order_gets_no_pin(self):
        self._order()
        self.card._transition("revoked", "lost")
        error = self.assert_protocol_error(1302, self._begin)
        self.assertEqual(error.data, {"state": "REVOKED"})

    def test_who_may_order(self):
        for role in ("field_officer", "terminal_officer", "registry_operator"):
            user = self._role_user(role)
            with self._refused(AccessError):
                self.orders.with_user(user).create(
                    {
                        "card_id": self.card.id,
                        "reason": "forgotten",
                        "identified_by": "ktp",
                    }
                )
        elsewhere = self._role_user(
            "card_officer", areas=self._area("62.01"), login="elsewhere"
        )
        with self.assertRaises(AccessError):
            self.orders.with_user(elsewhere).create(
                {
                    "card_id": self.card.id,
                    "reason": "forgotten",
                    "identified_by": "ktp",
                }
            )
        order = self._order()
        with self.assertRaises(AccessError):
            order.write({"state": "done"})
        with self.assertRaises(AccessError):
            order.with_user(elsewhere).action_cancel()

    def test_the_default_of_a_dialog_is_checked_like_a_value(self):
        plain = self._allocated()
        orders = self.orders.with_user(self.officer)
        with self.assertRaises(UserError):
            orders.with_context(default_card_id=plain.id).create(
                {"reason": "forgotten", "identified_by": "ktp"}
            )
