# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import contextlib

import psycopg2

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import LockError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

FAMILIES = 3


@tagged("post_install", "-at_install")
class TestConcurrency(TransactionCase):
    """Two real connections at once: what was committed for it is removed after.

    Whatever is append-only (decisions, bank lines) is written by transactions that are
    rolled back in the end, so nothing of the test stays.
    """

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            self.ids = self._commit_round(env)
        self.addCleanup(self._remove)

    @contextlib.contextmanager
    def _connection(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _commit_round(self, env):
        """Commit a list of families, their accounts and a round of both benefits."""
        village = env["khbs.area"].search([("code", "=", "62.71.01.1001")])
        households = env["khbs.household"].create(
            [{"area_id": village.id, "state": "active"} for _number in range(FAMILIES)]
        )
        heads = env["khbs.person"].create(
            [
                {
                    "household_id": household.id,
                    "name": f"KEPALA {number}",
                    "nik": f"627101010190{number}",
                    "nik_status": "valid",
                    "relation": "1",
                }
                for number, household in enumerate(households, start=9901)
            ]
        )
        criteria = env["khbs.criteria"].create(
            {
                "name": "Kriteria contoh",
                "legal_basis": "Keputusan contoh",
                "valid_from": "2026-01-01",
                "max_decile": "5",
            }
        )
        recipients = env["khbs.recipient.list"].create(
            {"title": "Contoh", "area_id": village.id, "criteria_id": criteria.id}
        )
        env["khbs.recipient.line"].create(
            [
                {
                    "list_id": recipients.id,
                    "household_id": household.id,
                    "area_id": village.id,
                    "regency_id": village._regency().id,
                    "rank": rank,
                }
                for rank, household in enumerate(households, start=1)
            ]
        )
        accounts = env["khbs.bank.account"].create(
            [
                {
                    "household_id": household.id,
                    "state": "active",
                    "account_number": f"990000{household.id}",
                }
                for household in households
            ]
        )
        found = env["khbs.round"].create(
            {
                "code": f"SAAT-SAMA-{households[0].id}",
                "name": "Pada saat yang sama",
                "benefit_ids": [Command.set(env["khbs.benefit"].search([]).ids)],
                "area_ids": [Command.set(village.ids)],
                "recipient_list_id": recipients.id,
                "date_from": "2026-03-01",
                "date_to": "2026-03-31",
                "ceiling": 10**9,
            }
        )
        return {
            record._name: record.ids
            for record in (found, accounts, recipients, criteria, heads, households)
        }

    def _remove(self):
        with self._connection() as env:
            round_ids = self.ids["khbs.round"]
            env.cr.execute(
                "UPDATE khbs_round SET state = 'draft' WHERE id = ANY(%s);"
                "DELETE FROM khbs_entitlement WHERE round_id = ANY(%s);"
                "DELETE FROM khbs_bank_batch WHERE round_id = ANY(%s)",
                [round_ids, round_ids, round_ids],
            )
            for model, ids in self.ids.items():
                env[model].browse(ids).unlink()

    def _round(self, env):
        return env["khbs.round"].browse(self.ids["khbs.round"])

    def test_two_connections_generate_one_round(self):
        with self._connection() as first, self._connection() as second:
            # The second has its snapshot before the first commits.
            late = self._round(second)
            late.mapped("state")
            self.assertEqual(self._round(first)._insert_entitlements(), 2 * FAMILIES)
            first.cr.commit()
            with (
                self.assertRaises(psycopg2.errors.SerializationFailure),
                mute_logger("odoo.sql_db"),
            ):
                late._insert_entitlements()
            # Odoo tries again in a new snapshot: there is nothing left to add.
            second.cr.rollback()
            self.assertEqual(late._insert_entitlements(), 0)
            second.cr.rollback()
        with self._connection() as env:
            self.assertEqual(
                env["khbs.entitlement"].search_count(
                    [("round_id", "in", self.ids["khbs.round"])]
                ),
                2 * FAMILIES,
            )

    def test_a_round_that_is_being_generated_is_not_generated_beside(self):
        with self._connection() as first, self._connection() as second:
            self._round(first).lock_for_update()
            with self.assertRaises(LockError):
                self._round(second)._generate()
            second.cr.rollback()
            first.cr.rollback()

    def test_two_batches_do_not_reserve_the_same_entitlements(self):
        with self._connection() as env:
            found = self._round(env)
            found._insert_entitlements()
            found.state = "decided"
            batches = env["khbs.bank.batch"].create(
                [
                    {"round_id": found.id, "name": f"BTR-{found.code}-{number}"}
                    for number in range(2)
                ]
            )
        with self._connection() as first, self._connection() as second:
            one, other = (
                env["khbs.bank.batch"].browse(batch_id)
                for env, batch_id in zip((first, second), batches.ids, strict=True)
            )
            one._insert_transfer_lines()
            second.cr.execute("SET LOCAL lock_timeout = '50ms'")
            with (
                self.assertRaises(psycopg2.errors.LockNotAvailable),
                mute_logger("odoo.sql_db"),
            ):
                other._insert_transfer_lines()
            second.cr.rollback()
            first.cr.rollback()
