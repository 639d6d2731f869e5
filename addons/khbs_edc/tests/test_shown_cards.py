# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import time

from odoo.addons.khbs_cards.protocol import card_number, status_list
from odoo.addons.khbs_cards.tests.common import Chip

from .common import EdcHttpCase

SCANS = "edc.card.info"


class TestShownCards(EdcHttpCase):
    """Cards that were shown and do not count: refused each for its reason, and seen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card_officer = cls._role_user("card_officer")
        cls.alerts = cls.env["khbs.card.alert"]

    def setUp(self):
        super().setUp()
        self.terminal, self.device = self._terminal()
        [(self.card, self.chip, self.entitlement)] = self._families(1)

    def _info(self, chip=None, card_no=None, **changes):
        chip, card_no = chip or self.chip, card_no or self.card.card_no
        proof = self.device.proof(chip, card_no, **changes)
        return self._call(self.device, SCANS, {"proof": proof})

    def _authorise(self, chip=None, card_no=None):
        claim = self.device.signed_claim(
            chip or self.chip,
            card_no or self.card.card_no,
            [self._item(self.entitlement)],
        )
        return self._call(self.device, "edc.claim.authorize", {"claim": claim})

    def _alerts(self):
        """Return {(what, source): times} of this terminal."""
        self.env.invalidate_all()
        return {
            (alert.what, alert.source): alert.taps
            for alert in self.alerts.search(
                [("device_code", "=", self.terminal.code), ("state", "=", "new")]
            )
        }

    def test_a_good_card_raises_no_alert(self):
        self.assertEqual(self._info()["result"]["state"], "ACTIVE")
        self.assertIn("auth", self._authorise()["result"])
        self.assertEqual(self._alerts(), {})

    def test_a_revoked_suspended_and_expired_card(self):
        cases = [("suspended", "lost"), ("expired", "EXPIRED"), ("revoked", "stolen")]
        for state, reason in cases:
            card, chip, _entitlement = self._family()
            card._transition(state, reason)
            answer = self._info(chip, card.card_no)["result"]
            self.assertEqual(answer, {"card_no": card.card_no, "state": state.upper()})
            error = self._authorise(chip, card.card_no)["error"]
            self.assertEqual(
                (error["code"], error["data"]["state"]), (1302, state.upper())
            )
            [alert] = card.alert_ids
            self.assertEqual((alert.what, alert.taps), ("blocked", 2))
            self.assertEqual(alert.area_id, self.terminal.area_id)
            self.assertEqual(alert.point_id, self.point)

    def _family(self):
        household = self._household()
        card, chip = self._active(household)
        return card, chip, None

    def test_a_card_that_was_not_handed_over(self):
        card, chip = self._shipped()
        self.assertEqual(self._info(chip, card.card_no)["result"]["state"], "SHIPPED")
        self.assertEqual(self._authorise(chip, card.card_no)["error"]["code"], 1302)
        self.assertEqual(self._alerts(), {("not_handed_over", "online"): 2})

    def test_a_copied_card_file_and_a_certificate_of_another_card(self):
        """The stored key decides: another chip cannot sign for this number."""
        copy = Chip()
        for answer in (self._info(copy), self._authorise(copy)):
            self.assertEqual(self._code(answer), 1303)
        other, other_chip, _none = self._family()
        self.assertEqual(self._code(self._info(other_chip)), 1303)
        self.assertEqual(self._alerts(), {("wrong_key", "online"): 3})
        self.assertEqual(self.card.alert_ids.taps, 3)
        self.assertFalse(other.alert_ids)

    def test_a_forged_card_in_production_has_no_key_to_answer_with(self):
        waiting = self._allocated()
        self.assertEqual(self._code(self._info(Chip(), waiting.card_no)), 1303)

    def test_case_12_19_a_number_that_is_not_of_the_programme(self):
        unknown = card_number.make("01", 9_999_999)
        for answer in (self._info(Chip(), unknown), self._authorise(Chip(), unknown)):
            self.assertEqual(self._code(answer), 1301)
        self.assertEqual(self._alerts(), {("unknown", "online"): 2})
        [alert] = self.alerts.search([("card_no", "=", unknown)])
        self.assertFalse(alert.card_id)
        # What is no number at all leaves no text of a stranger behind.
        self.assertEqual(self._code(self._info(Chip(), "KARTU KAMPANYE <b>")), 1303)
        self.assertEqual(self._alerts(), {("unknown", "online"): 2})

    def test_a_wrong_clock_or_another_terminal_is_no_copied_card(self):
        """The card's own key signed it: it is refused, and there is no alert."""
        hour_ago = int(time.time()) - 3600
        shipped, chip = self._shipped()
        activations = [
            chip.activate(shipped.card_no, tid=self.device.tid, iat=hour_ago),
            chip.activate(shipped.card_no, tid="T999999"),
        ]
        for activation in activations:
            answer = self._call(
                self.device, "edc.card.activate", {"jws": activation, "op": "OP1"}
            )
            self.assertEqual(self._code(answer), 1303)
        for changes in ({"iat": hour_ago}, {"tid": "T999999"}, {"prg": "KHBS-lain"}):
            self.assertEqual(self._code(self._info(**changes)), 1303)
        claim = self.device.signed_claim(
            self.chip, self.card.card_no, [self._item(self.entitlement)], tid="T999999"
        )
        answer = self._call(self.device, "edc.claim.authorize", {"claim": claim})
        self.assertEqual(self._code(answer), 1303)
        waiting = self._allocated()
        self.assertEqual(self._code(self._info(Chip(), waiting.card_no)), 1303)
        self.assertEqual(self._alerts(), {})
        # The same with a foreign key is what the alert is for.
        copy = Chip().activate(shipped.card_no, tid=self.device.tid)
        self._call(self.device, "edc.card.activate", {"jws": copy, "op": "OP1"})
        self.assertEqual(self._alerts(), {("wrong_key", "online"): 1})

    def test_a_hand_over_of_a_card_that_does_not_count(self):
        self.card._suspend("lost")
        activation = self.chip.activate(self.card.card_no, tid=self.device.tid)
        answer = self._call(
            self.device, "edc.card.activate", {"jws": activation, "op": "OP1"}
        )
        self.assertEqual(self._code(answer), 1302)
        self.assertEqual(self._alerts(), {("blocked", "online"): 1})

    def test_what_is_no_card_at_all_is_no_alert(self):
        for params in ({"proof": "x"}, {"proof": "a.b.c"}, {"proof": None}, {}):
            self._call(self.device, SCANS, params)
        self.assertEqual(self._alerts(), {})

    def test_case_12_20_lost_replaced_found_by_another(self):
        """The old number is blocked at once, the place is kept, a tap is an alert."""
        household = self.card.household_id
        self._equip(self.device)
        self.card.with_user(self.card_officer).action_replace("lost")
        self.assertEqual(self.card.state, "suspended")
        # At once, online: whatever list the terminal holds.
        self.assertEqual(self._info()["result"]["state"], "SUSPENDED")
        new = self.card.next_id
        new_chip = self._personalise(new)
        new._transition("printed", "PRINTED")
        new._transition("shipped", "SHIPPED")
        new._activate("OFFICE")
        self.assertEqual((self.card.state, new.state), ("revoked", "active"))
        # The enrolment is the household's: state and entitlement are as they were.
        self.assertEqual((household.state, new.household_id), ("active", household))
        self.assertEqual(self.entitlement.state, "open")
        # Another finds the old card and holds it to the terminal: refused, and told.
        self.assertEqual(self._info()["result"]["state"], "REVOKED")
        self.assertEqual(self._code(self._authorise()), 1302)
        [alert] = self.card.alert_ids
        self.assertEqual((alert.what, alert.taps, alert.state), ("blocked", 3, "new"))
        self.assertEqual(alert.device_code, self.device.tid)
        alert.with_user(self.card_officer).action_seen()
        self.assertEqual(alert.seen_by_id, self.card_officer)
        # The family takes its aid with the new card, once.
        info = self._info(new_chip, new.card_no)["result"]
        self.assertEqual([e["e"] for e in info["ents"]], [self.entitlement.number])
        answer = self._authorise(new_chip, new.card_no)
        self.assertIn("auth", answer["result"])

    def test_case_12_20_found_again_by_the_family(self):
        self.card.with_user(self.card_officer).action_suspend("lost")
        self.assertEqual(self._info()["result"]["state"], "SUSPENDED")
        self.card.with_user(self.card_officer).action_lift("found")
        self.assertEqual(self._info()["result"]["state"], "ACTIVE")

    def test_what_a_terminal_refused_without_a_network(self):
        self._equip(self.device)
        number = self.card.card_no
        for why in ("SUSPENDED", "COPIED_CARD", "WRONG_KEY", "FORGED", "NOT_IN_LEASE"):
            self.device.append("deny", {"card_no": number, "why": why})
        # It was noted when the server refused it.
        self.device.append("deny", {"card_no": number, "why": "1302 REVOKED"})
        # Made since the list that the terminal holds: not unknown here.
        self.device.append("deny", {"card_no": number, "why": "UNKNOWN_CARD"})
        unknown = card_number.make("09", 5)
        self.device.append("deny", {"card_no": unknown, "why": "UNKNOWN_CARD"})
        self._push(self.device)
        expected = {
            ("blocked", "offline"): 1,
            ("wrong_key", "offline"): 2,
            ("forged", "offline"): 1,
            ("unknown", "offline"): 1,
        }
        self.assertEqual(self._alerts(), expected)
        # Pushed twice is noted once.
        self._push(self.device)
        self.assertEqual(self._alerts(), expected)

    def test_a_claim_with_a_card_that_the_terminal_knew_to_be_blocked(self):
        lease = self._equip(self.device)
        self.assertTrue(lease["rows"])
        number = self.card.card_no
        self.device.append("block", {"card_no": number, "why": "found", "op": "OP1"})
        self.device.claim(self.chip, number, [self._item(self.entitlement)])
        self._push(self.device)
        self.assertEqual(self._codes()[self.entitlement.number], ["BLOCKED_KNOWN"])
        self.assertEqual(self._alerts(), {("blocked", "offline"): 1})

    def test_old_versions_go_unless_something_names_them(self):
        versions = self.env["khbs.card.list.version"]
        card_list = self.env.ref("khbs_cards.list_01")
        first = versions._current().version
        old = int(time.time()) - 61 * 86400
        for version in range(first + 1, first + 5):
            versions._publish(card_list, version, 4, b"\x00", old)
        # One is held by a journal, one is the newest.
        self.device.lst = first + 2
        self.device.append("open", {"op": "OP1"})
        self._push(self.device)
        versions._cron_retain()
        left = versions.search([("list_id", "=", card_list.id)]).mapped("version")
        self.assertEqual(sorted(left), [first, first + 2, first + 4])
        kept = versions.search([("version", "=", first + 2)])
        self.assertEqual(base64.b64decode(kept.states), status_list.pack([0] * 4))

    def test_the_screen_tells_which_terminals_hold_a_version(self):
        version = self.env["khbs.card.list.version"]._current()
        self.assertEqual(version.holder_count, 0)
        self._equip(self.device)
        self._push(self.device)
        version.invalidate_recordset()
        held = version.with_user(self.officer)
        self.assertEqual(held.holder_count, 1)
        action = held.action_view_holders()
        found = self.env["khbs.terminal"].search(action["domain"])
        self.assertEqual(found, self.terminal)
