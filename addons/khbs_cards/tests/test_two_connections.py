# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import os
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.khbs_cards.authority import DEFAULT_PRG, PRG_PARAMETER
from odoo.addons.khbs_cards.protocol import keystore
from odoo.addons.khbs_registry.tests.two_connections import TwoConnectionsCase


@tagged("post_install", "-at_install")
class TestTwoConnections(TwoConnectionsCase):
    """What holds although two transactions are under way: real, second connections."""

    tables = (
        "khbs_card_spoiled",
        "khbs_card_move_line",
        "khbs_card_move",
        "khbs_card_list_version",
        "khbs_card_station",
        "khbs_card_job_count",
        "khbs_card_job",
        "khbs_card_event",
        "khbs_card",
        "khbs_household",
    )

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "keys"
        keystore.create(path, self._programme())
        environment = patch.dict(os.environ, KHBS_KEYS=str(path))
        environment.start()
        self.addCleanup(environment.stop)

    def _programme(self):
        with self._committed() as env:
            return env["ir.config_parameter"].get_param(PRG_PARAMETER, DEFAULT_PRG)

    def _households(self, count):
        """Return the ids of new, committed households."""
        with self._committed() as env:
            area = env.ref("khbs_registry.area_62")
            village = env["khbs.area"].search(
                [("level", "=", "village"), ("id", "child_of", area.id)], limit=1
            )
            households = env["khbs.household"].create(
                [{"area_id": village.id, "state": "decided"} for _i in range(count)]
            )
            return households.ids

    def _allocate(self, env, household_ids):
        return env["khbs.card"]._allocate(
            env["khbs.household"].browse(household_ids), "card"
        )

    def test_two_stations_lease_two_jobs_without_waiting(self):
        first, second = self._connection(), self._connection()
        setup = self._connection()
        self._allocate(setup, self._households(2))
        setup.cr.commit()  # pylint: disable=invalid-commit
        one = first["khbs.card.job"]._station_next("S0001")
        two = second["khbs.card.job"]._station_next("S0002")
        first.flush_all()
        second.flush_all()
        self.assertTrue(one["job"] and two["job"])
        self.assertNotEqual(one["card_no"], two["card_no"])

    def test_two_runs_cannot_give_one_family_two_cards(self):
        household_ids = self._households(1)
        first, second = self._connection(), self._connection()
        # Both see a family without a card.
        for env in (first, second):
            env.cr.execute("SELECT 1")
        self._allocate(first, household_ids)
        with mute_logger("odoo.sql_db"):
            with self.assertRaises(psycopg2.errors.LockNotAvailable):
                self._allocate(second, household_ids)
            first.cr.commit()  # pylint: disable=invalid-commit
            second.cr.rollback()
            with self.assertRaises(psycopg2.errors.UniqueViolation):
                self._allocate(second, household_ids)
            second.cr.rollback()

    def test_two_askers_make_one_new_version_of_the_list(self):
        setup = self._connection()
        self._allocate(setup, self._households(1))
        versions = setup["khbs.card.list.version"]
        before = versions.search([], limit=1).version
        old = versions._publish(
            setup.ref("khbs_cards.list_01"), before + 1, 0, b"", int(time.time()) - 100
        )
        old.looked_at = 0
        setup.flush_all()
        setup.cr.commit()  # pylint: disable=invalid-commit
        first, second = self._connection(), self._connection()
        second.cr.execute("SELECT 1")
        mine = first["khbs.card.list.version"]._current()
        self.assertEqual(mine.version, before + 2)
        first.flush_all()
        theirs = second["khbs.card.list.version"]
        self.assertEqual(theirs._current().version, before + 1)
        first.cr.commit()  # pylint: disable=invalid-commit
        with mute_logger("odoo.sql_db"):
            # Its snapshot is older than the new version; it serves what it sees.
            self.assertEqual(theirs._current().version, before + 1)
        second.cr.rollback()
        second.invalidate_all()
        self.assertEqual(theirs._current().version, before + 2)

    def test_a_card_that_changes_between_preview_and_confirm_is_told(self):
        with self._committed() as env:
            cards = self._allocate(env, self._households(3))
            for state in ("destroyed", "keyed", "certified", "locked", "printed"):
                if state != "destroyed":
                    cards._transition(state, "other")
            ids = cards.ids
        with self._committed() as env:
            move = env["khbs.card.move"].create(
                {"asked": ids, "target": "revoke", "reason": "other"}
            )
            self.assertEqual((move.movable_count, move.left_count), (3, 0))
        mine, theirs = self._snapshot(), self._connection()
        move = move.with_env(mine)
        theirs["khbs.card"].browse(ids[0])._transition("shipped", "SHIPPED")
        theirs["khbs.card"].browse(ids[1])._transition("destroyed", "misprint")
        # While the other is at it, the act waits; it does not go past.
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.LockNotAvailable),
        ):
            move.action_confirm()
        mine.cr.rollback()
        mine.cr.execute("SELECT 1")
        theirs.flush_all()
        theirs.cr.commit()  # pylint: disable=invalid-commit
        # What this transaction saw is older: it fails, and Odoo runs it anew.
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.SerializationFailure),
        ):
            move.action_confirm()
        mine.cr.rollback()
        mine.invalidate_all()
        move.action_confirm()
        # A shipped card is revoked too; one that was written off is told.
        outcomes = {line.card_id.id: line for line in move.line_ids}
        self.assertTrue(outcomes[ids[0]].moved and outcomes[ids[2]].moved)
        self.assertFalse(outcomes[ids[1]].moved)
        self.assertEqual((move.moved_count, move.rest_count), (2, 1))
