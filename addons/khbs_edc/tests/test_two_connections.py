# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import contextlib
import json
import os
import tempfile
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

import psycopg2

from odoo import SUPERUSER_ID, Command, api, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.khbs_cards.protocol import (
    base64url,
    card_number,
    jws,
    keys,
    keystore,
)
from odoo.addons.khbs_cards.tests.common import PRG, Chip
from odoo.addons.khbs_registry.tests.common import reading, today
from odoo.addons.khbs_registry.tests.two_connections import TwoConnectionsCase

from ..rpc import endpoint
from .common import Device


# Odoo's own runner holds the registry's lock while it tests, and threads that need it
# would wait for ever: pytest, which holds no lock, runs these.
@tagged("post_install", "-at_install", "-standard", "threads")
class TestTwoConnections(TwoConnectionsCase):
    """Requests that meet: real connections in real threads, committed."""

    tables = (
        "khbs_case",
        "khbs_claim_posting",
        "khbs_claim_primary",
        "khbs_claim_outcome",
        "khbs_settlement",
        "khbs_claim_line",
        "khbs_claim",
        "khbs_claim_counter",
        "khbs_authorisation",
        "khbs_lease_hold",
        "khbs_lease_row",
        "khbs_lease",
        "khbs_journal_entry",
        "khbs_server_fact",
        "khbs_terminal_key",
        "khbs_enrolment_code",
        "khbs_terminal",
        "khbs_entitlement",
        "khbs_round",
        "khbs_point",
        "khbs_card_list_version",
        "khbs_card_event",
        "khbs_card",
        "khbs_household",
        "khbs_audit_event",
    )

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "keys"
        keystore.create(path, PRG)
        environment = patch.dict(os.environ, KHBS_KEYS=str(path))
        environment.start()
        self.addCleanup(environment.stop)
        with self._committed() as env:
            parameters = env["ir.config_parameter"]
            before = parameters.get_param("khbs.prg")
            parameters.set_param("khbs.prg", PRG)
        self.addCleanup(self._restore, before)
        with self._committed() as env:
            self._commit_world(env)

    def _restore(self, before):
        with self._committed() as env:
            env["ir.config_parameter"].set_param("khbs.prg", before)

    def _commit_world(self, env):
        """Commit one family with a card and two terminals at its point."""
        village = env["khbs.area"].search([("code", "=", "62.71.01.1001")])
        household = env["khbs.household"].create(
            {"area_id": village.id, "state": "active"}
        )
        self.chip = Chip()
        self.card_no = self._card(env, household).card_no
        benefit = env.ref("khbs_claims.benefit_food")
        day = today()
        period = env["khbs.round"].create(
            {
                "code": "P-DUA",
                "name": "P-DUA",
                "benefit_ids": [Command.set(benefit.ids)],
                "area_ids": [Command.set(village.ids)],
                "date_from": fields.Date.subtract(day, days=1),
                "date_to": fields.Date.add(day, days=60),
                "ceiling": 10**9,
                "state": "generated",
            }
        )
        entitlement = env["khbs.entitlement"].create(
            {
                "number": "DUA-1",
                "round_id": period.id,
                "benefit_id": benefit.id,
                "household_id": household.id,
                "area_id": village.id,
                "regency_id": household.regency_id.id,
                "amount": benefit.amount,
                "channel": "goods",
            }
        )
        period.state = "open"
        self.entitlement_id = entitlement.id
        self.item = {"e": "DUA-1", "b": "FOOD", "p": "P-DUA", "a": benefit.amount}
        point = env["khbs.point"].create(
            {
                "code": "DUA",
                "name": "Dua",
                "area_id": village.id,
                "village_ids": [Command.set(village.ids)],
            }
        )
        self.devices = [self._device(env, point) for _number in range(2)]

    def _card(self, env, household):
        card_list = env.ref("khbs_cards.list_01")
        index = card_list._take(1)
        spki = self.chip.spki[0]
        return env["khbs.card"].create(
            {
                "card_no": card_number.make("01", index),
                "list_id": card_list.id,
                "list_no": "01",
                "card_index": index,
                "guid": str(uuid.uuid4()),
                "household_id": household.id,
                "state": "active",
                "spki_9e": spki,
                "spki_9e_sha256": keys.spki_sha256(base64url.decode(spki)).hex(),
                "handed_over_at": "2026-01-01 00:00:00",
            }
        )

    def _device(self, env, point):
        terminal = env["khbs.terminal"].create({"point_id": point.id})
        device = Device(terminal.code)
        fingerprint = keys.fingerprint(terminal.code, device.spki)
        terminal._take_key(device.spki, fingerprint, {})
        reading(terminal).action_approve_key()
        return device

    def _lease(self, env, device):
        """Cut a lease for *device* and let it adopt it."""
        terminal = env["khbs.terminal"].search([("code", "=", device.tid)])
        lease = env["khbs.lease"]._cut(terminal)
        device.adopt(lease.jws, env["khbs.settlement"]._list_version())

    def _call(self, device, method, params, barrier=None):
        """Serve one request on a connection of its own; return the answer."""
        body, header = self._signed(device, method, params)
        with self.registry.cursor() as cr, mute_logger("odoo.sql_db"):
            env = api.Environment(cr, None, {})
            if barrier:
                barrier.wait(timeout=30)
            return endpoint.serve(env, header, body, "127.0.0.1")

    def _signed(self, device, method, params):
        """Return body and Authorization of a request."""
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        body = json.dumps(call).encode()
        return body, device.authorisation(body)

    def _at_once(self, calls):
        """Serve all (device, method, params) at the same moment."""
        barrier = threading.Barrier(len(calls))
        with ThreadPoolExecutor(len(calls)) as pool:
            running = [pool.submit(self._call, *call, barrier) for call in calls]
            return [each.result(timeout=60) for each in running]

    def _until_done(self, device, method, params):
        """Repeat a request as a terminal does that is told to come again."""
        for _turn in range(10):
            answer = self._call(device, method, params)
            if answer.get("error", {}).get("code") != 1602:
                return answer
        return self.fail("busy for ever")

    def test_two_terminals_race_for_one_entitlement(self):
        calls = [
            (
                device,
                "edc.claim.authorize",
                {"claim": device.signed_claim(self.chip, self.card_no, [self.item])},
            )
            for device in [*self.devices, *self.devices]
        ]
        self._at_once(calls)
        final = [self._until_done(*call) for call in calls]
        winners = {
            call[0].tid
            for call, answer in zip(calls, final, strict=True)
            if "result" in answer
        }
        self.assertEqual(len(winners), 1, final)
        refused = {a["error"]["code"] for a in final if "error" in a}
        self.assertEqual(refused, {1305})
        with self._committed() as env:
            holds = env["khbs.lease.hold"].search(
                [("entitlement_id", "=", self.entitlement_id)]
            )
            self.assertEqual(holds.terminal_id.mapped("code"), list(winners))

    def test_two_leases_cut_at_once_never_share_a_family(self):
        calls = [(each, "edc.lease.get", {"have": None}) for each in self.devices]
        self._at_once(calls)
        final = [self._until_done(*call) for call in calls]
        leases = [answer["result"]["lease"] for answer in final]
        self.assertEqual(sum(lease is not None for lease in leases), 1)

    def test_a_code_is_used_up_with_the_enrolment_alone(self):
        with self._committed() as env:
            point = env["khbs.point"].search([("code", "=", "DUA")])
            terminal = env["khbs.terminal"].create({"point_id": point.id})
            tid, sheet = terminal.code, terminal.issue_code()
        new, known = Device(tid), Device(tid)
        known.key = self.devices[0].key
        self.assertEqual(self._enrol(known, sheet)["error"]["code"], 1104)
        with ThreadPoolExecutor(2) as pool:
            running = [
                pool.submit(self._enrol, each, sheet) for each in (new, Device(tid))
            ]
            answers = [each.result(timeout=60) for each in running]
        codes = {each.get("error", {}).get("code") for each in answers}
        self.assertIn(codes, ({None, 1602}, {None, 1102}), answers)
        for _attempt in range(5):
            error = self._enrol(Device(tid), {"code": "WRONGONE"})["error"]
            self.assertEqual(error["code"], 1101)
        error = self._enrol(Device(tid), sheet)["error"]
        self.assertEqual(error["code"], 1106)

    def _enrol(self, device, sheet):
        """Present a code, unsigned, on a connection of its own."""
        params = {"tid": device.tid, "code": sheet["code"], "csr": device.csr()}
        call = {"method": "edc.enroll", "params": {**params, "hw": {}}}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, **call}).encode()
        with self.registry.cursor() as cr, mute_logger("odoo.sql_db"):
            env = api.Environment(cr, None, {})
            return endpoint.serve(env, None, body, "192.0.2.7")

    def test_a_lease_takes_nothing_that_is_claimed_meanwhile(self):
        first, second = self.devices
        claim = first.signed_claim(self.chip, self.card_no, [self.item])
        granted = self._call(first, "edc.claim.authorize", {"claim": claim})
        details = {"card_no": self.card_no, "e": [self.item["e"]]}
        first.append("intent", {"jti": jws.parse(claim).payload["jti"], **details})
        first.append(
            "claim",
            {
                "jws": claim,
                "mode": "on",
                "auth": granted["result"]["auth"],
                "cvm": "id",
                "gps": None,
                "op": "OP1",
                "rc": "1",
            },
        )
        with self.registry.cursor() as cr, mute_logger("odoo.sql_db"):
            env = api.Environment(cr, SUPERUSER_ID, {})
            terminal = env["khbs.terminal"].search([("code", "=", second.tid)])
            # From here on this connection sees the entitlement as open and held.
            self._call(first, "edc.journal.push", {"entries": first.entries})
            household = env["khbs.entitlement"].browse(self.entitlement_id).household_id
            env["khbs.entitlement"].create(
                {
                    "number": "DUA-2",
                    "round_id": self._second_round(env).id,
                    "benefit_id": env.ref("khbs_claims.benefit_food").id,
                    "household_id": household.id,
                    "area_id": household.area_id.id,
                    "regency_id": household.regency_id.id,
                    "amount": self.item["a"],
                    "channel": "goods",
                }
            )
            with contextlib.suppress(psycopg2.errors.SerializationFailure):
                lease = env["khbs.lease"]._cut(terminal)
                self.assertNotIn(self.item["e"], lease.row_ids.mapped("e"))
            cr.rollback()

    def _second_round(self, env):
        first = env["khbs.entitlement"].browse(self.entitlement_id).round_id
        second = first.copy({"code": "P-TIGA", "name": "P-TIGA"})
        second.sudo().state = "open"
        return second

    def test_an_answer_is_lost_and_the_push_comes_again_meanwhile(self):
        device = self._shift()
        call = (device, "edc.journal.push", {"entries": device.entries})
        for answer in self._at_once([call] * 3):
            if "error" in answer:
                self.assertEqual(answer["error"]["code"], 1602)
        answer = self._until_done(*call)
        self.assertEqual(answer["result"]["acked_seq"], len(device.entries))
        self._assert_taken_in_once(device)

    def test_two_parts_of_one_journal_arrive_at_once(self):
        device = self._shift()
        middle = len(device.entries) // 2
        parts = device.entries[:middle], device.entries[middle:], device.entries
        calls = [(device, "edc.journal.push", {"entries": part}) for part in parts]
        for answer in self._at_once(calls):
            if "error" in answer:
                self.assertEqual(answer["error"]["code"], 1602)
        for call in calls:
            self._until_done(*call)
        self._assert_taken_in_once(device)

    def test_a_push_that_dies_is_as_if_it_had_not_come(self):
        device = self._shift()
        call = (device, "edc.journal.push", {"entries": device.entries})
        body, header = self._signed(*call)
        dying = self.registry.cursor()
        env = api.Environment(dying, None, {})
        answer = endpoint._serve(env, header, body, "127.0.0.1")
        self.assertEqual(answer["result"]["acked_seq"], len(device.entries))
        # All is done but the commit: whoever comes meanwhile is told to come again.
        self.assertEqual(self._call(*call)["error"]["code"], 1602)
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT pg_terminate_backend(%s)", [dying.connection.get_backend_pid()]
            )
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            dying.commit()
        with contextlib.suppress(psycopg2.Error):
            dying.close()
        answer = self._until_done(*call)
        statuses = {result["status"] for result in answer["result"]["results"]}
        self.assertEqual(statuses, {"stored"})
        self._assert_taken_in_once(device)

    def _shift(self):
        """Return a device with a claim, a close and a sync in its journal."""
        device = self.devices[0]
        with self._committed() as env:
            self._lease(env, device)
        device.claim(self.chip, self.card_no, [self.item])
        device.close()
        time = self._call(device, "edc.time", {"nonce": device.head})["result"]
        device.append("sync", {"jws": time["jws"], "rtt": 5})
        return device

    def _assert_taken_in_once(self, device):
        with self._committed() as env:
            terminal = env["khbs.terminal"].search([("code", "=", device.tid)])
            self.assertEqual(terminal.acked_seq, len(device.entries))
            self.assertEqual(terminal.state, "active")
            self.assertEqual(terminal.entry_count, len(device.entries))
            postings = [("entitlement_id", "=", self.entitlement_id)]
            self.assertEqual(env["khbs.claim.posting"].search_count(postings), 1)

    def test_two_terminals_settle_one_entitlement_at_once(self):
        for device in self.devices:
            with self._committed() as env:
                # The first fell silent, and its families were free again.
                env["khbs.lease.hold"].search(
                    [("entitlement_id", "=", self.entitlement_id)]
                ).unlink()
                self._lease(env, device)
            device.claim(self.chip, self.card_no, [self.item])
        calls = [
            (device, "edc.journal.push", {"entries": device.entries})
            for device in self.devices
        ]
        self._at_once(calls)
        for call in calls:
            self.assertIn("result", self._until_done(*call))
        with self._committed() as env:
            lines = env["khbs.claim.line"].search(
                [("entitlement_id", "=", self.entitlement_id)]
            )
            self.assertEqual(
                sorted(lines.mapped("outcome_code")), ["ACCEPTED", "DOUBLE_GOOD_FAITH"]
            )
            [primary] = env["khbs.claim.primary"].search(
                [("entitlement_id", "=", self.entitlement_id)]
            )
            self.assertEqual(primary.line_id.outcome_code, "ACCEPTED")
            self.assertEqual(primary.entitlement_id.state, "consumed")
