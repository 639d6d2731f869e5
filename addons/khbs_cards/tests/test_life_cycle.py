# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from odoo.addons.khbs_cards import life_cycle
from odoo.addons.khbs_cards.protocol import card_number

from .common import CardsCase

STATES = [state for state, _label in life_cycle.STATES]


class TestLifeCycle(CardsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._role_user("card_officer")
        cls.field_officer = cls._role_user("field_officer")
        cls.terminal_officer = cls._role_user("terminal_officer")
        cls.auditor = cls._role_user("auditor")
        cls.elsewhere = cls._role_user(
            "field_officer", areas=cls._area("62.01"), login="elsewhere"
        )

    def _force(self, card, state):
        """Put *card* into *state* past the guard."""
        self.env.flush_all()
        cr = self.env.cr
        cr.execute("ALTER TABLE khbs_card DISABLE TRIGGER khbs_card_guard")
        cr.execute("UPDATE khbs_card SET state = %s WHERE id = %s", (state, card.id))
        cr.execute("ALTER TABLE khbs_card ENABLE TRIGGER khbs_card_guard")
        card.invalidate_recordset()

    def test_the_database_and_the_method_keep_one_table_of_transitions(self):
        card = self._allocated()
        self._witnessed(card)
        for start in STATES:
            for end in STATES:
                if start == end:
                    continue
                self._force(card, start)
                allowed = (start, end) in life_cycle.TRANSITIONS
                with self.subTest(start=start, end=end, allowed=allowed):
                    try:
                        with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                            self.env.cr.execute(
                                "UPDATE khbs_card SET state = %s WHERE id = %s",
                                (end, card.id),
                            )
                        done = True
                    except psycopg2.errors.RestrictViolation:
                        done = False
                    self.assertEqual(done, allowed)
                    self._force(card, start)
                    if allowed:
                        card._transition(end, "other")
                        self.assertEqual(card.state, end)
                    else:
                        with self.assertRaises(UserError):
                            card._transition(end, "other")

    def test_numbers_come_dense_and_with_their_check_digits(self):
        households = self._household() + self._household() + self._household()
        cards = self.cards._allocate(households, "card")
        first = min(cards.mapped("card_index"))
        self.assertEqual(
            sorted(cards.mapped("card_index")), [first, first + 1, first + 2]
        )
        for card in cards:
            self.assertEqual(card_number.parse(card.card_no), ("01", card.card_index))
        self.assertEqual(self.cards._by_number(card.card_no), card)
        for number in ("KH01000000042", "x", None, 7, "' OR 1=1"):
            self.assertFalse(self.cards._by_number(number))

    def test_identity_and_existence_of_a_card_are_fixed(self):
        card = self._allocated()
        for change in (
            "UPDATE khbs_card SET card_no = 'KH01012345642'",
            "UPDATE khbs_card SET card_index = 7",
            "UPDATE khbs_card SET household_id = household_id + 1",
            "DELETE FROM khbs_card",
            "UPDATE khbs_card_event SET reason_code = 'x'",
            "DELETE FROM khbs_card_key",
            "TRUNCATE khbs_card_key",
        ):
            self.env.flush_all()
            with (
                self.subTest(change=change),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env["khbs.card.key"].create(
                    {"card_id": card.id, "slot": "9E", "sha256": "0" * 64}
                )
                self.env.flush_all()
                self.env.cr.execute(change)

    def test_a_household_has_one_card_in_production_and_one_in_use(self):
        card, _chip = self._active()
        household = card.household_id
        new = self._allocated(household)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self._allocated(household)
        self.assertEqual((card.state, new.state), ("active", "allocated"))
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self._force(new, "active")

    def test_who_suspends_lifts_and_revokes(self):
        card, _chip = self._active()
        for user in (self.field_officer, self.terminal_officer, self.officer):
            card.with_user(user).action_suspend("lost")
            self.assertEqual(card.state, "suspended")
            card.with_user(self.officer).action_lift("mistake")
            self.assertEqual(card.state, "active")
        for user in (self.auditor, self.elsewhere):
            with self.assertRaises(AccessError):
                card.with_user(user).action_suspend("lost")
        card._suspend("complaint", device_code="T000001")
        for user in (self.field_officer, self.terminal_officer, self.auditor):
            with self.assertRaises(AccessError):
                card.with_user(user).action_lift("mistake")
            with self.assertRaises(AccessError):
                card.with_user(user).action_revoke("stolen")
        card.with_user(self.officer).action_revoke("stolen")
        self.assertEqual(card.state, "revoked")
        with self.assertRaises(UserError):
            card.with_user(self.officer).action_lift("mistake")
        story = card.event_ids.filtered(lambda e: e.to_state == "suspended")
        self.assertEqual(
            set(story.mapped("user_id")),
            {self.field_officer, self.terminal_officer, self.officer, self.env.user},
        )

    def test_a_refused_attempt_leaves_its_trace(self):
        card, _chip = self._active()
        trace = self._refusal_of(
            "card.revoked", card.with_user(self.auditor).action_revoke, "stolen"
        )
        self.assertEqual(trace.user_id, self.auditor)
        self.assertEqual(trace.res_id, card.id)

    def test_nobody_writes_a_card_by_hand(self):
        card = self._allocated()
        for user in (self.officer, self.field_officer, self.terminal_officer):
            with self.assertRaises(AccessError):
                card.with_user(user).write({"state": "active"})
            with self.assertRaises(AccessError):
                self.cards.with_user(user).create({})
            with self.assertRaises(AccessError):
                card.with_user(user).unlink()

    def test_an_officer_sees_the_cards_of_own_areas(self):
        card = self._allocated()
        self.assertIn(card, self.cards.with_user(self.field_officer).search([]))
        mine = self.cards.with_user(self.elsewhere)
        self.assertNotIn(card, mine.search([]))
        self.assertFalse(
            self.env["khbs.card.event"]
            .with_user(self.elsewhere)
            .search([("card_id", "=", card.id)])
        )

    def test_unknown_reasons_are_refused(self):
        card, _chip = self._active()
        with self.assertRaises(UserError):
            card.with_user(self.officer).action_suspend("because")

    def test_a_lost_card_is_replaced_once(self):
        card, _chip = self._active()
        card.with_user(self.officer).action_replace("lost")
        self.assertEqual(card.state, "suspended")
        new = card.household_id.card_ids - card
        self.assertEqual(new.state, "allocated")
        with self.assertRaises(UserError):
            card.with_user(self.officer).action_replace("lost")
        with self.assertRaises(AccessError):
            card.with_user(self.field_officer).action_replace("lost")

    def test_a_misprint_is_written_off_and_made_anew(self):
        card = self._allocated()
        self._personalise(card)
        card.with_user(self.officer).action_spoil("misprint")
        self.assertEqual(card.state, "destroyed")
        new = card.household_id.card_ids - card
        self.assertEqual(new.state, "allocated")

    def test_actions_take_several_cards_and_none(self):
        cards = self._active()[0] + self._active()[0]
        cards.with_user(self.officer).action_suspend("fraud")
        self.assertEqual(set(cards.mapped("state")), {"suspended"})
        self.cards.with_user(self.officer).action_suspend("fraud")
        self.cards.with_user(self.officer).action_print()

    def test_a_card_moves_with_its_family_even_in_bulk(self):
        card = self._allocated()
        other = self._area("62.06.01.2001")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE khbs_household SET area_id = %s WHERE id = %s",
            (other.id, card.household_id.id),
        )
        card.invalidate_recordset()
        self.assertEqual(card.area_id, other)

    def test_a_card_written_off_before_its_turn_leaves_no_job(self):
        card = self._allocated()
        card.household_id.state = "exited"
        card.with_user(self.officer).action_spoil("other")
        self.assertEqual(card.state, "destroyed")
        self.assertEqual(card.job_ids.state, "failed")
        self.assertEqual(card.household_id.card_ids, card)
        self.assertEqual(self.jobs._station_next("S0001"), {"job": None})
