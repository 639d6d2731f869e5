# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import os
import tempfile
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import LockError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.khbs_cards import personalisation
from odoo.addons.khbs_cards.authority import DEFAULT_PRG, PRG_PARAMETER
from odoo.addons.khbs_cards.exceptions import ProtocolError
from odoo.addons.khbs_cards.models.khbs_card_queue import HEAD
from odoo.addons.khbs_cards.protocol import keystore, perso
from odoo.addons.khbs_registry.tests.two_connections import TwoConnectionsCase

from .common import Chip, certs_sha256

# What the endpoint answers with "busy, come again".
LATER = (
    psycopg2.errors.LockNotAvailable,
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.UniqueViolation,
)


@tagged("post_install", "-at_install")
class TestStationsAtOnce(TwoConnectionsCase):
    """Stations that ask at one moment, on connections of their own.

    Where two collide the later is undone as a whole and comes again; no family gets
    two cards, no key and no number is used twice.
    """

    tables = (
        "khbs_card_spoiled",
        "khbs_card_key",
        "khbs_card_station",
        "khbs_card_job_count",
        "khbs_card_job",
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
        with self._committed() as env:
            self.prg = env["ir.config_parameter"].get_param(PRG_PARAMETER, DEFAULT_PRG)
        keystore.create(path, self.prg)
        environment = patch.dict(os.environ, KHBS_KEYS=str(path))
        environment.start()
        self.addCleanup(environment.stop)
        muted = mute_logger("odoo.sql_db")
        muted.__enter__()
        self.addCleanup(muted.__exit__, None, None, None)

    def _order(self, count):
        """Queue cards for *count* new families; return the cards' ids."""
        with self._committed() as env:
            province = env.ref("khbs_registry.area_62")
            village = env["khbs.area"].search(
                [("level", "=", "village"), ("id", "child_of", province.id)], limit=1
            )
            families = env["khbs.household"].create(
                [{"area_id": village.id, "state": "decided"} for _i in range(count)]
            )
            return env["khbs.card"]._allocate(families, "card").ids

    def _call(self, env, name, *args):
        """Call a method of stations and write what it left to the ORM."""
        result = getattr(env["khbs.card.job"], f"_station_{name}")(*args)
        env.flush_all()
        return result

    def _now(self, name, *args):
        """Call a method of stations in a transaction of its own."""
        with self._committed() as env:
            return self._call(env, name, *args)

    def _certification(self, job, chip):
        proofs = chip.prove(job["job"], job["nonce"], job["card_no"], prg=self.prg)
        return {"job": job["job"], "spki": chip.spki, "perso": proofs}

    def _completion(self, job, chip, answer):
        certs_sha = certs_sha256(answer)
        nonce = perso.done_nonce(job["nonce"], certs_sha)
        return {
            "job": job["job"],
            "atr": "3B80800101",
            "certs_sha": certs_sha,
            "transcript": chip.prove(job["job"], nonce, job["card_no"], prg=self.prg),
        }

    def _commit(self, env):
        env.cr.commit()  # pylint: disable=invalid-commit

    def _states(self, card_ids):
        with self._committed() as env:
            cards = env["khbs.card"].browse(card_ids)
            return sorted(cards.mapped("state")), sorted(cards.job_ids.mapped("state"))

    def test_two_stations_at_one_moment_get_two_jobs(self):
        self._order(HEAD + 1)
        first, second = self._snapshot(), self._snapshot()
        one = self._call(first, "next", "S8001")
        self._commit(first)
        # The head of the queue is another's by now; the next is free.
        two = self._call(second, "next", "S8002")
        self._commit(second)
        self.assertNotEqual(one["job"], two["job"])
        self.assertNotEqual(one["card_no"], two["card_no"])

    def test_at_the_end_of_the_queue_the_later_comes_again(self):
        self._order(2)
        first, second = self._snapshot(), self._snapshot()
        one = self._call(first, "next", "S8001")
        self._commit(first)
        with self.assertRaises(LATER):
            self._call(second, "next", "S8002")
        second.cr.rollback()
        two = self._now("next", "S8002")
        self.assertNotEqual(one["job"], two["job"])

    def test_a_station_that_asks_twice_has_one_job(self):
        self._order(2)
        first, second = self._snapshot(), self._snapshot()
        one = self._call(first, "next", "S8001")
        with self.assertRaises(LATER):
            self._call(second, "next", "S8001")
        second.cr.rollback()
        late = self._snapshot()
        self._commit(first)
        with self.assertRaises(LATER):
            self._call(late, "next", "S8001")
        late.cr.rollback()
        self.assertEqual(self._now("next", "S8001"), one)

    def test_certify_repeated_at_one_moment_issues_once(self):
        [card_id] = self._order(1)
        job, chip = self._now("next", "S8001"), Chip()
        params = self._certification(job, chip)
        first, second = self._snapshot(), self._snapshot()
        one = self._call(first, "certify", "S8001", params)
        with self.assertRaises(LATER):
            self._call(second, "certify", "S8001", params)
        second.cr.rollback()
        late = self._snapshot()
        self._commit(first)
        with self.assertRaises(LATER):
            self._call(late, "certify", "S8001", params)
        late.cr.rollback()
        self.assertEqual(self._now("certify", "S8001", params)["certs"], one["certs"])
        with self._committed() as env:
            known = env["khbs.card.key"].search([("card_id", "=", card_id)])
            self.assertEqual(len(known), 1)

    def test_certify_and_fail_at_one_moment(self):
        [card_id] = self._order(1)
        job, chip = self._now("next", "S8001"), Chip()
        fail = {"job": job["job"], "step": 6, "why": "torn"}
        first, second = self._snapshot(), self._snapshot()
        self._call(first, "certify", "S8001", self._certification(job, chip))
        with self.assertRaises(LATER):
            self._call(second, "fail", "S8001", fail)
        second.cr.rollback()
        self._commit(first)
        self.assertEqual(self._now("fail", "S8001", fail), {"state": "DESTROYED"})
        # Repeated at one moment it spoils one card and queues one.
        third, fourth = self._snapshot(), self._snapshot()
        for env in (third, fourth):
            self.assertEqual(
                self._call(env, "fail", "S8001", fail), {"state": "DESTROYED"}
            )
            self._commit(env)
        with self._committed() as env:
            card = env["khbs.card"].browse(card_id)
            family = env["khbs.card"].search(
                [("household_id", "=", card.household_id.id)]
            )
            self.assertEqual(family.mapped("state"), ["allocated", "destroyed"])
            spoiled = env["khbs.card.spoiled"].search([("card_id", "=", card_id)])
            self.assertEqual(len(spoiled), 1)
        with self.assertRaises(ProtocolError):
            self._now("certify", "S8001", self._certification(job, Chip()))

    def test_fail_twice_at_one_moment_spoils_one_blank(self):
        [card_id] = self._order(1)
        job = self._now("next", "S8001")
        fail = {"job": job["job"], "step": 4, "why": "no key"}
        first, second = self._snapshot(), self._snapshot()
        self._call(first, "fail", "S8001", fail)
        self._commit(first)
        with self.assertRaises(LATER):
            self._call(second, "fail", "S8001", fail)
        second.cr.rollback()
        self.assertEqual(self._now("fail", "S8001", fail), {"state": "ALLOCATED"})
        with self._committed() as env:
            job = env["khbs.card"].browse(card_id).job_ids
            self.assertEqual(job.blanks_spoiled, 1)
            rows = env["khbs.card.spoiled"].search([("job_id", "=", job.id)])
            self.assertEqual(len(rows), 1)

    def test_done_twice_at_one_moment_finishes_once(self):
        [card_id] = self._order(1)
        job, chip = self._now("next", "S8001"), Chip()
        answer = self._now("certify", "S8001", self._certification(job, chip))
        params = self._completion(job, chip, answer)
        first, second = self._snapshot(), self._snapshot()
        self.assertEqual(
            self._call(first, "done", "S8001", params), {"state": "LOCKED"}
        )
        self._commit(first)
        with self.assertRaises(LATER):
            self._call(second, "done", "S8001", params)
        second.cr.rollback()
        self.assertEqual(self._now("done", "S8001", params), {"state": "LOCKED"})
        with self._committed() as env:
            events = env["khbs.card"].browse(card_id).event_ids
            self.assertEqual(events.mapped("to_state").count("locked"), 1)

    def test_a_lease_that_runs_out_while_its_station_certifies(self):
        card_ids = self._order(1)
        job, chip = self._now("next", "S8001"), Chip()
        station, other = self._snapshot(), self._snapshot()
        # The station is in time by a hair; another finds the job overdue just then.
        answer = self._call(station, "certify", "S8001", self._certification(job, chip))
        with freeze_time(fields.Datetime.now() + timedelta(hours=3)):
            self.assertEqual(self._call(other, "next", "S8002"), {"job": None})
            self._commit(other)
        self._commit(station)
        self.assertEqual(
            self._now("done", "S8001", self._completion(job, chip, answer)),
            {"state": "LOCKED"},
        )
        self.assertEqual(self._states(card_ids), (["locked"], ["done"]))

    def test_a_lease_taken_back_ends_what_its_station_does(self):
        card_ids = self._order(1)
        job, chip = self._now("next", "S8001"), Chip()
        station = self._snapshot()
        with freeze_time(fields.Datetime.now() + timedelta(hours=3)):
            again = self._now("next", "S8002")
        self.assertEqual(again["card_no"], job["card_no"])
        params = self._certification(job, chip)
        with self.assertRaises(LATER):
            self._call(station, "certify", "S8001", params)
        station.cr.rollback()
        with self.assertRaises(ProtocolError):
            self._now("certify", "S8001", params)
        self.assertEqual(self._states(card_ids), (["allocated"], ["leased"]))

    def test_one_key_at_two_stations_at_one_moment(self):
        self._order(2)
        jobs = [self._now("next", device) for device in ("S8001", "S8002")]
        chip = Chip()
        first, second = self._snapshot(), self._snapshot()
        self._call(first, "certify", "S8001", self._certification(jobs[0], chip))
        with self.assertRaises(LATER):
            self._call(second, "certify", "S8002", self._certification(jobs[1], chip))
        second.cr.rollback()
        self._commit(first)
        with self.assertRaises(ProtocolError) as caught:
            self._now("certify", "S8002", self._certification(jobs[1], chip))
        self.assertEqual(caught.exception.code, personalisation.KNOWN_KEY)

    def test_an_officer_and_a_station_on_one_job(self):
        card_ids = self._order(1)
        job, chip = self._now("next", "S8001"), Chip()
        station, office = self._snapshot(), self._snapshot()
        self._call(station, "certify", "S8001", self._certification(job, chip))
        jobs = office["khbs.card.job"].search([("card_id", "in", card_ids)])
        with self.assertRaises(LockError):
            jobs.action_give_back()
        office.cr.rollback()
        self._commit(station)
        self.assertEqual(self._states(card_ids), (["certified"], ["certified"]))

    def test_everything_that_has_a_number_is_accounted_for(self):
        """Two stations, every second card spoiled: no number, key or family twice."""
        card_ids = self._order(4)
        for turn in range(8):
            device = f"S800{1 + turn % 2}"
            job, chip = self._now("next", device), Chip()
            if not job["job"]:
                break
            answer = self._now("certify", device, self._certification(job, chip))
            if turn % 2:
                fail = {"job": job["job"], "step": 6, "why": "torn"}
                self._now("fail", device, fail)
            else:
                self._now("done", device, self._completion(job, chip, answer))
        with self._committed() as env:
            families = env["khbs.card"].browse(card_ids).household_id
            cards = env["khbs.card"].search([("household_id", "in", families.ids)])
            numbers = cards.mapped("card_no")
            self.assertEqual(len(numbers), len(set(numbers)))
            hashes = [sha for sha in cards.mapped("spki_9e_sha256") if sha]
            self.assertEqual(len(hashes), len(set(hashes)))
            alive = cards.filtered(lambda card: card.state != "destroyed")
            self.assertEqual(len(alive), len(families))
            self.assertEqual(alive.household_id, families)
            spoiled = env["khbs.card.spoiled"].search([("card_id", "in", cards.ids)])
            self.assertEqual(spoiled.card_id, cards - alive)
