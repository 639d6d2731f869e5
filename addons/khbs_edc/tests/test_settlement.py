# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
import random
import time

from odoo import fields
from odoo.exceptions import AccessError, UserError

from odoo.addons.khbs_cards.protocol import jws

from .common import Device, ulid
from .settlement_common import SettlementCase


class TestSettlement(SettlementCase):
    """Leases, claims made offline and online, and what becomes of them."""

    def test_offline_claims_are_paid_and_posted(self):
        families = self._families(3)
        lease = self._equip(self.device)
        self.assertEqual(len(lease["rows"]), 3)
        self.assertEqual(lease["lim"]["claims"], 3)
        self.assertEqual(
            families[0][2]._held(), families[0][2], "a terminal holds it now"
        )
        self._serve(self.device, families[:2])
        answer = self._push(self.device)
        self.assertEqual(answer["acked_seq"], len(self.device.entries))
        self.assertEqual(answer["head"], self.device.head)
        self.assertEqual(answer["missing"], [])
        ack = jws.parse(answer["ack"]).payload
        self.assertEqual(
            (ack["seq"], ack["head"]), (answer["acked_seq"], self.device.head)
        )
        lines = [line for result in answer["results"] for line in result["lines"]]
        self.assertEqual(
            lines,
            [{"e": "E-0001", "code": "ACCEPTED"}, {"e": "E-0002", "code": "ACCEPTED"}],
        )
        self.assertEqual(self._states(families), ["consumed", "consumed", "open"])
        self.assertFalse(families[0][2]._held())
        self.assertTrue(families[2][2]._held())
        self.assertGreater(self.terminal.posted_below, 1)
        postings = self.env["khbs.claim.posting"].search([])
        self.assertEqual(sum(postings.mapped("amount")), 2 * self.benefit.amount)
        [counter] = self.env["khbs.claim.counter"].search([])
        self.assertEqual(
            (counter.lines, counter.paid_lines, counter.paid_amount),
            (2, 2, 2 * self.benefit.amount),
        )

    def test_a_repeated_push_changes_nothing(self):
        families = self._families(2)
        self._equip(self.device)
        self._serve(self.device, families)
        first = self._push(self.device)
        again = self._push(self.device)
        self.assertEqual({r["status"] for r in again["results"]}, {"duplicate"})
        self.assertEqual(
            [r["lines"] for r in again["results"]],
            [r["lines"] for r in first["results"]],
        )
        self.assertEqual(again["acked_seq"], first["acked_seq"])
        self.assertEqual(
            self._codes(), {"E-0001": ["ACCEPTED"], "E-0002": ["ACCEPTED"]}
        )
        outcomes = self.env["khbs.claim.outcome"].search([])
        self.assertEqual(outcomes.mapped("version"), [1, 1])

    def test_a_sync_touches_nothing_that_it_does_not_change(self):
        families = self._families(2)
        self._equip(self.device)
        self._serve(self.device, families)
        *claims, sync = self.device.entries
        self._push(self.device, claims)
        outcomes = self.env["khbs.claim.outcome"].search([]).ids
        rows = self._entitlement_rows()
        self._push(self.device, [sync])
        self.assertEqual(self._entitlement_rows(), rows)
        self.assertEqual(self.env["khbs.claim.outcome"].search([]).ids, outcomes)
        self.assertEqual(self.env["khbs.claim.posting"].search_count([]), 2)

    def _entitlement_rows(self):
        """Return where each row stands: an update of any kind moves it."""
        self.env.cr.execute("SELECT id, ctid::text FROM khbs_entitlement ORDER BY id")
        return self.env.cr.fetchall()

    def test_any_order_and_split_ends_the_same(self):
        families = self._families(5)
        self._equip(self.device)
        card, _chip, blocked = families[3]
        self._serve(self.device, families[:3])
        self.device.append(
            "block", {"card_no": card.card_no, "why": "lost", "op": "OP1"}
        )
        self._serve(self.device, [families[3], families[0]])
        entries = list(self.device.entries)
        generator = random.Random(7)
        pieces = [entries[i : i + 3] for i in range(0, len(entries), 3)]
        generator.shuffle(pieces)
        for piece in [*pieces, pieces[0]]:
            generator.shuffle(piece)
            answer = self._push(self.device, piece)
        self.assertEqual(answer["acked_seq"], len(entries))
        self.assertEqual(answer["missing"], [])
        self.assertEqual(
            self._codes(),
            {
                "E-0001": ["ACCEPTED", "DOUBLE_SAME_TERMINAL"],
                "E-0002": ["ACCEPTED"],
                "E-0003": ["ACCEPTED"],
                "E-0004": ["BLOCKED_KNOWN"],
            },
        )
        self.assertEqual(blocked.state, "open")
        self.assertEqual(card.state, "suspended")
        self.assertEqual(self.env["khbs.claim.posting"].search_count([]), 3)

    def test_no_entry_blocks_those_beside_it(self):
        """Whatever well-signed nonsense stands in it."""
        families = self._families(1)
        self._equip(self.device)
        device = self.device
        device.append("open", {"op": "OP1", "jti": {"a": 1}, "card_no": ["x"]})
        device.append("deny", {"card_no": families[0][0].card_no, "why": "x", "op": 5})
        device.append("lists", {"sub": "urn:khbs:list:01", "ver": 2**53 - 1})
        device.append("cfg", {"ver": 2**53 - 1})
        self._sync(device)
        card, chip, entitlement = families[0]
        device.claim(chip, card.card_no, [self._item(entitlement)])
        device.append("intent", {}, mono=2**53 - 1, at=2**53 - 1)
        odd = {"jti": ulid(), "card_no": card.card_no, "e": ["E-0001"], "op": []}
        device.append("intent", odd)
        details = {**self._claim_details(chip, card, entitlement), "jti": 7}
        device.append("claim", details, mono=2**53 - 1)
        self._sync(device)
        answer = self._push(device)
        self.assertEqual(answer["acked_seq"], len(device.entries))
        # Both lines are stored in one statement, in no order.
        codes = sorted(self._codes()["E-0001"])
        self.assertEqual(codes, ["ACCEPTED", "CLOCK_UNTRUSTED"], answer["results"])

    def _claim_details(self, chip, card, entitlement):
        item = self._item(entitlement)
        return {
            "jws": self.device.signed_claim(chip, card.card_no, [item]),
            "mode": "off",
            "auth": None,
            "cvm": "none",
            "gps": None,
            "op": "OP1",
            "rc": "R",
        }

    def test_a_fork_reaches_no_claim_of_another_terminal(self):
        [(card, chip, entitlement), (mine, own_chip, second)] = self._families(2)
        other, victim = self._terminal()
        self.terminal.lease_families = 1
        self._equip(victim)
        self._serve(victim, [(card, chip, entitlement)])
        claim = jws.parse(victim.entries[-3]).payload["d"]["jws"]
        jti = jws.parse(claim).payload["jti"]
        self._push(victim)
        self.device.append("open", {"op": "OP1"})
        clone = Device(self.device.tid)
        clone.key, clone.head = self.device.key, self.device.head
        self._push(self.device)
        clone.entries = [self.device.entries[0]]
        clone.append("open", {"op": "OP2"}, seq=1)
        for granted in (entitlement, second):
            clone.claim(own_chip, mine.card_no, [self._item(granted)], jti=jti)
        self._push(self.device, clone.entries[1:])
        self.assertEqual(self._codes(), {"E-0001": ["ACCEPTED"]})

    def test_a_list_that_was_never_issued_hides_no_block(self):
        families = self._families(1)
        self._equip(self.device)
        families[0][0]._transition("suspended", "lost")
        self.env["khbs.card.list.version"].search([]).write({"iat": 0, "looked_at": 0})
        newer = self._result(
            self.device, "edc.blocklist.get", {"list": "01", "have": None}
        )
        self._result(
            self.device,
            "edc.blocklist.get",
            {"list": "01", "have": newer["version"]},
        )
        facts = self.env["khbs.server.fact"]
        self.assertEqual(facts._list_reported(self.terminal), newer["version"])
        for lie in (newer["version"] + 1, 2**31 - 1):
            self._result(self.device, "edc.blocklist.get", {"list": "01", "have": lie})
        self.assertEqual(facts._list_reported(self.terminal), newer["version"])

    def test_a_batch_that_forks_gets_no_lease(self):
        self._families(1)
        self.device.append("open", {"op": "OP1"})
        self._push(self.device)
        self.device.entries.clear()
        self.device.append("open", {"op": "OP2"})
        push = {
            "method": "edc.journal.push",
            "params": {"entries": self.device.entries},
        }
        lease = {"method": "edc.lease.get", "params": {"have": None}}
        calls = [{"jsonrpc": "2.0", "id": 1, **call} for call in (push, lease)]
        body = json.dumps(calls).encode()
        pushed, leased = self._post(body, self.device.authorisation(body)).json()
        self.assertEqual(pushed["result"]["results"][0]["status"], "fork")
        self.assertEqual(leased["error"]["code"], 1007)

    def test_a_gap_is_named_and_its_entries_wait(self):
        families = self._families(1)
        self._equip(self.device)
        self._serve(self.device, families)
        entries = self.device.entries
        answer = self._push(self.device, [entries[0], *entries[3:]])
        self.assertEqual((answer["acked_seq"], answer["missing"]), (1, [[2, 3]]))
        codes = [line for r in answer["results"] for line in r["lines"]]
        self.assertEqual(codes, [{"e": None, "code": "HELD_GAP"}])
        self.assertFalse(self._codes())
        self._push(self.device, entries[1:3])
        self.assertEqual(self._codes(), {"E-0001": ["ACCEPTED"]})
        status = self._result(self.device, "edc.journal.status", {"from": 1, "to": 99})
        self.assertEqual({r["status"] for r in status["results"]}, {"stored"})

    def test_a_fork_holds_both_branches_and_suspends(self):
        families = self._families(2)
        self._equip(self.device)
        clone = Device(self.device.tid)
        clone.key = self.device.key
        clone.entries, clone.head = list(self.device.entries), self.device.head
        clone.lease, clone.lst = self.device.lease, self.device.lst
        self._serve(self.device, families[:1])
        self._serve(clone, families[1:])
        self._push(self.device)
        answer = self._push(clone)
        self.assertIn("fork", {r["status"] for r in answer["results"]})
        self.assertEqual(self.terminal.state, "suspended")
        self.assertEqual(self._codes(), {"E-0001": ["FORK"], "E-0002": ["FORK"]})
        # The first was booked already: nothing is reversed, a person looks.
        self.assertEqual(self._states(families), ["consumed", "reserved"])
        kinds = self.env["khbs.case"].search([]).mapped("kind")
        self.assertIn("POSTED_NOT_PAYABLE", kinds)
        held = [("kind", "=", "FORK"), ("entitlement_id", "=", families[1][2].id)]
        self._decide(held, "no")
        self.assertEqual(self._codes()["E-0002"], ["REVIEW_NO"])

    def test_rejected_entries_do_not_block_the_others(self):
        good = self.device.append("open", {"op": "OP1"})
        stranger = Device(self.device.tid)
        forged = stranger.append("open", {"op": "OP1"})
        answer = self._push(self.device, ["wreck", forged, good])
        self.assertEqual(
            [(r["seq"], r["status"]) for r in answer["results"]],
            [(None, "rejected"), (1, "rejected"), (1, "stored")],
        )
        self.assertEqual(self.env["khbs.journal.reject"].search_count([]), 2)

    def test_unknown_events_are_stored_as_malformed(self):
        entry = self.device.append("dance", {})
        [result] = self._push(self.device, [entry])["results"]
        self.assertEqual(result["lines"], [{"e": None, "code": "MALFORMED"}])
        self.assertEqual(self.terminal.acked_seq, 1)

    def test_a_claim_that_its_card_did_not_sign(self):
        [(card, _chip, entitlement), (_card, other, _e)] = self._families(2)
        self._equip(self.device)
        self.device.claim(other, card.card_no, [self._item(entitlement)])
        answer = self._push(self.device)
        self.assertEqual(
            answer["results"][-1]["lines"], [{"e": None, "code": "BAD_CARD_SIG"}]
        )
        self.assertFalse(self.env["khbs.claim"].search([]))
        case = self.env["khbs.case"].search([("kind", "=", "BAD_CARD_SIG")])
        self.assertEqual(case.terminal_code, self.terminal.code)

    def test_two_terminals_for_one_family(self):
        families = self._families(1)
        card, chip, entitlement = families[0]
        _other, second = self._terminal()
        self._equip(self.device)
        answer = self._result(second, "edc.lease.get", {"have": None})
        self.assertIsNone(answer["lease"], "everything is held by the first")
        claim = second.signed_claim(chip, card.card_no, [self._item(entitlement)])
        refused = self._call(second, "edc.claim.authorize", {"claim": claim})
        self.assertEqual(self._code(refused), 1305)
        self.assertEqual(refused["error"]["data"]["e"], "E-0001")
        second.claim(chip, card.card_no, [self._item(entitlement)])
        self._push(second)
        self.assertEqual(self._codes(), {"E-0001": ["NO_LEASE"]})
        self.assertEqual(self._states(families), ["reserved"])
        self._serve(self.device, families)
        self._push(self.device)
        self.assertEqual(self._codes(), {"E-0001": ["NO_LEASE", "ACCEPTED"]})
        self.assertEqual(self._states(families), ["consumed"])
        self._decide([("kind", "=", "NO_LEASE")], "pay")
        self.assertEqual(self._codes(), {"E-0001": ["DOUBLE_GOOD_FAITH", "ACCEPTED"]})

    def _decide(self, domain, decision):
        [case] = self.env["khbs.case"].search(domain)
        approver = self._role_user("approver")
        case = case.with_user(approver)
        case.write({"decision": decision, "note": "diperiksa"})
        self.reading(case).action_decide()
        self.env.invalidate_all()

    def test_a_held_line_that_is_refused(self):
        families = self._families(1)
        card, chip, entitlement = families[0]
        self.device.claim(chip, card.card_no, [self._item(entitlement)])
        self._push(self.device)
        self._decide([("kind", "=", "NO_LEASE")], "no")
        self.assertEqual(self._codes(), {"E-0001": ["REVIEW_NO"]})
        self.assertEqual(self._states(families), ["open"])

    def test_a_lease_in_use_is_not_taken_away(self):
        [(_card, _chip, entitlement)] = self._families(1)
        self._equip(self.device)
        hold = self.env["khbs.lease.hold"].search([]).with_user(self.officer)
        with self.assertRaises(UserError):
            hold.action_release("silent")
        self.terminal.with_user(self.officer).action_suspend()
        hold.action_release("silent")
        self.env.invalidate_all()
        self.assertFalse(entitlement._held())

    def test_blocked_at_the_server_while_the_terminal_was_offline(self):
        families = self._families(1)
        self._equip(self.device)
        families[0][0]._transition("suspended", "lost")
        self._serve(self.device, families)
        self._push(self.device)
        self.assertEqual(self._codes(), {"E-0001": ["BLOCKED_UNKNOWN"]})
        self.assertEqual(self._states(families), ["consumed"])

    def test_hand_over_offline(self):
        household = self._household(state="decided")
        card, chip = self._shipped(household)
        entitlement = self._entitle(household, "E-0001")
        self.round.sudo().state = "open"
        lease = self._equip(self.device)
        self.assertEqual(lease["rows"][0][4], 1, "the terminal may hand it over")
        self.device.append(
            "activate",
            {
                "jws": chip.activate(card.card_no, self.device.tid),
                "op": "OP1",
                "gps": [-2_047_000, 113_468_000, 15],
                "rep": {"name": "WAKIL CONTOH", "rel": "Pak RT Contoh", "doc": "123"},
            },
        )
        self.device.claim(chip, card.card_no, [self._item(entitlement)])
        self._push(self.device)
        self.assertEqual(card.state, "active")
        self.assertEqual(self._codes(), {"E-0001": ["ACCEPTED"]})
        done = card.hand_over_ids
        self.assertEqual((done.mode, done.device_code), ("offline", self.device.tid))
        self.assertEqual((done.operator_code, done.latitude), ("OP1", -2.047))
        # What a terminal writes of a relation may name somebody: a code stays.
        self.assertEqual((done.received_by, done.relation), ("representative", "other"))
        self.assertEqual(done.people_ids.representative_name, "WAKIL CONTOH")
        self.assertLessEqual(done.at, done.recorded_at)
        self._signed_text_is_for_the_auditor()

    def _signed_text_is_for_the_auditor(self):
        entry = self.env["khbs.journal.entry"].search([("ev", "=", "activate")])
        signed = jws.parse(entry.jws)
        self.assertEqual(signed.payload["d"]["rep"]["name"], "WAKIL CONTOH")
        for role in ("terminal_officer", "validator", "approver", "auditor"):
            seen = entry.with_user(self._role_user(role, login=f"reads-{role}"))
            with self.subTest(role):
                form = seen.get_view(view_type="form")["arch"]
                self.assertIn('name="identity"', form)
                self.assertEqual(seen.read(["card_no"])[0]["card_no"], seen.card_no)
                if role == "auditor":
                    self.assertIn('name="jws"', form)
                    self.assertEqual(seen.jws, entry.jws)
                    continue
                self.assertNotIn('name="jws"', form)
                self.assertNotIn("jws", seen.read()[0])
                with self.assertRaises(AccessError):
                    seen.read(["jws"])
                with self.assertRaises(AccessError):
                    seen.search([("jws", "like", "ey")])

    def test_a_lost_terminal(self):
        families = self._families(2)
        self._equip(self.device)
        self._serve(self.device, families[:1])
        self._push(self.device)
        self._lose(lost_at=0)
        self._serve(self.device, families[1:])
        self._push(self.device)
        self.assertEqual(
            self._codes(), {"E-0001": ["ACCEPTED"], "E-0002": ["TERMINAL_LOST"]}
        )
        self.assertEqual(self._states(families), ["consumed", "open"])

    def test_claims_of_a_lost_terminal_from_before_the_loss_wait(self):
        families = self._families(1)
        self._equip(self.device)
        self._lose(lost_at=int(time.time()) + 60)
        self._serve(self.device, families)
        self._push(self.device)
        self.assertEqual(self._codes(), {"E-0001": ["TERMINAL_REVIEW"]})
        self.terminal.with_user(self.officer).action_withdraw_loss()
        self.assertEqual(self._codes(), {"E-0001": ["ACCEPTED"]})
        self.assertEqual(self._states(families), ["consumed"])
        self.assertEqual(self.env["khbs.claim.posting"].search_count([]), 1)

    def _lose(self, lost_at):
        """Report the terminal lost, as of a minute ago."""
        self.terminal.sudo().state = "lost"
        self.env["khbs.server.fact"].create(
            {
                "terminal_id": self.terminal.id,
                "kind": "lost",
                "number": lost_at,
                "at": fields.Datetime.subtract(fields.Datetime.now(), minutes=1),
            }
        )

    def test_lease_is_the_same_until_something_changes(self):
        families = self._families(2)
        first = self._result(self.device, "edc.lease.get", {"have": None})["lease"]
        again = self._result(self.device, "edc.lease.get", {"have": None})["lease"]
        self.assertEqual(first, again)
        payload = jws.parse(first).payload
        answer = self._result(self.device, "edc.lease.get", {"have": payload["id"]})
        self.assertEqual(answer, {"lease": None})
        families[0][0]._transition("suspended", "lost")
        successor = self._result(self.device, "edc.lease.get", {"have": payload["id"]})[
            "lease"
        ]
        successor = jws.parse(successor).payload
        self.assertEqual(successor["prev"], payload["id"])
        self.assertEqual(len(successor["rows"]), 1)
        held = families[0][2]
        self.assertTrue(held._held(), "until the terminal adopts the successor")
        self.device.append("lease", {"id": payload["id"], "prev": None})
        self.device.lease = successor["id"]
        self.device.append("lease", {"id": successor["id"], "prev": payload["id"]})
        self._push(self.device)
        self.env.invalidate_all()
        self.assertFalse(held._held())
        self.assertTrue(families[1][2]._held())
