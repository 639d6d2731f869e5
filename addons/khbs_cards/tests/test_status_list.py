# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import random
from datetime import UTC, datetime, timedelta

from odoo.tests import freeze_time

from odoo.addons.khbs_cards.protocol import card_number, jws, status_list

from .common import CardsCase

# Tomorrow: what the tests do to cards happens now, before any list that they ask for.
START = datetime.now(UTC).replace(tzinfo=None, microsecond=0) + timedelta(days=1)


class TestStatusList(CardsCase):
    def setUp(self):
        super().setUp()
        self.card, _chip = self._active()

    def _at(self, seconds, have=None):
        """Return what a terminal gets that asks *seconds* after the start."""
        with freeze_time(START + timedelta(seconds=seconds)):
            return self.cards._status_list(have)

    def _payload(self, answer):
        _kid, key = self.keys.signer("list")
        parsed = jws.verify(jws.parse(answer["jws"]), key.public_key())
        self.assertEqual(parsed.kid, "L01")
        return parsed.payload

    def _packed(self, answer):
        payload = self._payload(answer)
        return status_list.inflate(payload["status_list"]["lst"], payload["n"])

    def test_the_first_answer_is_the_full_list(self):
        answer = self._at(0)
        payload = self._payload(answer)
        self.assertEqual(answer["kind"], "full")
        self.assertEqual(payload["ver"], answer["version"])
        self.assertEqual(payload["sub"], "urn:khbs:list:01")
        self.assertEqual(payload["exp"] - payload["iat"], 15 * 86400)
        packed = self._packed(answer)
        self.assertEqual(status_list.state_at(packed, self.card.card_index), 0)

    def test_days_offline_that_are_no_days_are_the_usual_ones(self):
        versions = self.env["khbs.card.list.version"]
        for entered, days in (("7", 7), ("banyak", 14), ("0", 14), ("99999999", 14)):
            self.env["ir.config_parameter"].set_param("khbs.offline_days", entered)
            self.assertEqual(versions._offline_days(), days)

    def test_the_four_states(self):
        index = self.card.card_index
        shipped, _chip = self._shipped()
        waiting = self._allocated()
        packed = self._packed(self._at(0))
        self.assertEqual(status_list.state_at(packed, index), 0)
        self.assertEqual(status_list.state_at(packed, shipped.card_index), 3)
        self.assertEqual(status_list.state_at(packed, waiting.card_index), 1)
        self.card._suspend("lost")
        packed = self._packed(self._at(100))
        self.assertEqual(status_list.state_at(packed, index), 2)
        self.card._transition("revoked", "stolen")
        packed = self._packed(self._at(200))
        self.assertEqual(status_list.state_at(packed, index), 1)

    def test_nothing_new_is_none(self):
        first = self._at(0)
        for seconds in (10, 100, 3600):
            answer = self._at(seconds, first["version"])
            self.assertEqual(
                answer, {"version": first["version"], "kind": "none", "jws": None}
            )

    def test_a_delta_leads_from_a_held_version_to_the_newest(self):
        versions = self.env["khbs.card.list.version"]
        card_list = self.env.ref("khbs_cards.list_01")
        chance = random.Random(7)
        states = [chance.randrange(4) for _i in range(4000)]
        old = status_list.pack(states)
        first = versions._publish(card_list, 101, 4000, old, 1_800_000_000)
        states[7] = 2 if states[7] != 2 else 0
        new = status_list.pack([*states, 3])
        second = versions._publish(card_list, 102, 4001, new, 1_800_000_100)
        answer = second._answer(101)
        self.assertEqual((answer["version"], answer["kind"]), (102, "delta"))
        delta = self._payload(answer)
        self.assertEqual((delta["from"], delta["ver"]), (101, 102))
        self.assertEqual(delta["set"], {str(states[7]): [7], "3": [4000]})
        self.assertEqual(status_list.apply(old, 4000, delta), new)
        self.assertEqual(second._answer(102)["kind"], "none")
        self.assertEqual(first._state_at(7), status_list.state_at(old, 7))
        self.assertIsNone(first._state_at(4000))

    def test_a_small_list_comes_whole_where_a_delta_would_be_longer(self):
        first = self._at(0)
        self.card._suspend("lost")
        self.assertEqual(self._at(100, first["version"])["kind"], "full")

    def test_an_unknown_or_later_version_gets_the_full_list(self):
        first = self._at(0)
        for have in (0, -1, first["version"] + 7, "1", None):
            self.assertEqual(self._at(1, have)["kind"], "full")

    def test_at_most_one_version_a_minute(self):
        first = self._at(0)
        self.card._suspend("lost")
        self.assertEqual(self._at(59)["version"], first["version"])
        self.assertEqual(self._at(60)["version"], first["version"] + 1)

    def test_a_list_is_signed_anew_each_day(self):
        first = self._at(0)
        self.assertEqual(self._at(86399)["version"], first["version"])
        later = self._at(86410, first["version"])
        self.assertEqual(later["version"], first["version"] + 1)
        self.assertIn(later["kind"], ("delta", "full"))
        self.assertGreater(self._payload(later)["exp"], self._payload(first)["exp"])

    def test_versions_grow_whatever_key_signs(self):
        first = self._at(0)
        newest = self.env["khbs.card.list.version"]._current()
        newest.kid = "L00"
        self.card._suspend("lost")
        answer = self._at(100, first["version"])
        self.assertEqual(answer["version"], first["version"] + 1)
        self.assertEqual(answer["kind"], "full")

    def test_there_is_no_other_list(self):
        self.assertIsNone(self.cards._status_list(None, "02"))
        self.assertEqual(self.cards._current_list_version("02"), 0)

    def test_the_screen_tells_states_and_size(self):
        self._shipped()
        card, _chip = self._active()
        card._suspend("lost")
        waiting = self._allocated()
        self._at(0)
        version = self.env["khbs.card.list.version"]._current()
        counts = (
            version.valid_count,
            version.invalid_count,
            version.suspended_count,
            version.shipped_count,
        )
        self.assertEqual(sum(counts), version.card_count)
        self.assertEqual(version.size, len(version.jws))
        states = self.env["khbs.card"]._read_group(
            [("list_id", "=", version.list_id.id)], ["state"], ["__count"]
        )
        by_state = dict(states)
        self.assertEqual(counts[0], by_state["active"])
        self.assertEqual(counts[2], by_state["suspended"])
        self.assertEqual(counts[3], by_state["shipped"])
        self.assertEqual(waiting.state, "allocated")

    def test_a_list_is_signed_anew_although_nobody_asks(self):
        versions = self.env["khbs.card.list.version"]
        first = self._at(0)
        for hours, version in ((1, 0), (23, 0), (25, 1), (26, 1), (50, 2)):
            with freeze_time(START + timedelta(hours=hours)):
                versions._cron_renew()
                newest = versions.search(
                    [("list_id.code", "=", "01")], order="version desc", limit=1
                )
            with self.subTest(hours=hours):
                self.assertEqual(newest.version, first["version"] + version)

    def test_the_next_list_begins_where_the_first_has_no_room(self):
        lists = self.env["khbs.card.list"]
        first = self.env.ref("khbs_cards.list_01")
        first.next_index = card_number.MAX_INDEX - 1
        # Two places are left: two cards fill it to the end, three begin the next one.
        two = self.cards._allocate(self._household() + self._household(), "card")
        self.assertEqual(set(two.mapped("list_no")), {"01"})
        self.assertEqual(max(two.mapped("card_index")), card_number.MAX_INDEX)
        more = self.cards._allocate(self._household() + self._household(), "card")
        self.assertEqual(set(more.mapped("list_no")), {"02"})
        self.assertEqual(sorted(more.mapped("card_index")), [0, 1])
        self.assertEqual(card_number.parse(more[0].card_no)[0], "02")
        self.assertEqual(self.cards._by_number(more[0].card_no), more[0])
        self.assertEqual(lists._with_room(1).code, "02")
        payload = self._payload(self._second(0))
        self.assertEqual((payload["sub"], payload["n"]), ("urn:khbs:list:02", 2))
        self.assertEqual(self._second(1)["version"], 1)

    def _second(self, seconds):
        with freeze_time(START + timedelta(seconds=seconds)):
            return self.cards._status_list(None, "02")

    def test_a_delta_comes_from_each_version_of_sixty_days(self):
        versions = self.env["khbs.card.list.version"]
        card_list = self.env.ref("khbs_cards.list_01")
        chance = random.Random(9)
        states = [chance.randrange(4) for _place in range(4000)]
        now = int(datetime.now(UTC).timestamp())
        ages = {200: 61, 201: 59, 202: 30, 203: 1, 204: 0}
        held = {}
        for version, days in ages.items():
            states[version] = (states[version] + 1) % 4
            held[version] = status_list.pack(states)
            versions._publish(
                card_list, version, 4000, held[version], now - days * 86400
            )
        versions._cron_retain()
        newest = versions.search([("version", "=", 204)])
        self.assertEqual(newest._answer(200)["kind"], "full")
        for version in (201, 202, 203):
            answer = newest._answer(version)
            self.assertEqual(answer["kind"], "delta")
            delta = self._payload(answer)
            self.assertEqual(status_list.apply(held[version], 4000, delta), held[204])
