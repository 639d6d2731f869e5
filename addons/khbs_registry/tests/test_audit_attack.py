# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import contextlib
import random
from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.tests import freeze_time, tagged

from .common import KhbsCase
from .two_connections import TwoConnectionsCase

TRIES = 25
EVENT_COLUMNS = {
    "at": "at + '1 us'::interval * %(n)s",
    "user_id": "user_id %% 2 + 1",
    "role": "role || '%(n)s'",
    "act": "act || '.%(n)s'",
    "outcome": "CASE outcome WHEN 'done' THEN 'refused' ELSE 'done' END",
    "model": "COALESCE(model, '') || 'x%(n)s'",
    "res_id": "COALESCE(res_id, 0) + %(n)s",
    "data": "COALESCE(data, '{}') || '{\"x\": %(n)s}'",
}
SEAL_COLUMNS = {
    "prev_hash": "md5(hash || '%(n)s') || md5(prev_hash)",
    "hash": "md5(hash || '%(n)s') || md5(prev_hash)",
    "seq": "seq + 1000000 + %(n)s",
}


class TestAuditAttack(KhbsCase):
    """Whoever owns the database changes its rows: the command finds it."""

    def setUp(self):
        super().setUp()
        self.events = self.env["khbs.audit.event"]
        self.seals = self.env["khbs.audit.seal"]
        self.own = [
            self.events._record("test.act", data={"n": number}).id
            for number in range(12)
        ]
        self._seal()
        self.env.flush_all()
        for table in ("khbs_audit_event", "khbs_audit_seal"):
            self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        self.assertFalse(self.seals._verify()["broken_seq"])

    def _seal(self):
        while self.seals._seal_batch(1000):
            continue

    def _seq(self, event_id):
        self.env.cr.execute(
            "SELECT seq FROM khbs_audit_seal WHERE event_id = %s", [event_id]
        )
        return self.env.cr.fetchone()[0]

    def _attack(self, *statements):
        """Return what the command finds after the statements, and undo them."""
        with self.env.cr.savepoint(flush=False) as savepoint:
            for query, params in statements:
                self.env.cr.execute(query, params)
            self.env.invalidate_all()
            found = self.seals._verify()
            savepoint.rollback()
        self.env.invalidate_all()
        return found

    def test_any_value_of_any_row(self):
        dice = random.Random(12)
        for _try in range(TRIES):
            event_id = dice.choice(self.own)
            number = {"n": dice.randrange(1, 10**6)}
            of_event = dice.random() < 0.6
            columns = EVENT_COLUMNS if of_event else SEAL_COLUMNS
            column = dice.choice(sorted(columns))
            table = "khbs_audit_event" if of_event else "khbs_audit_seal"
            key = "id" if of_event else "event_id"
            query = f"UPDATE {table} SET {column} = {columns[column]}" % number
            found = self._attack((f"{query} WHERE {key} = {event_id}", None))
            self.assertEqual(found["broken_seq"], self._seq(event_id), column)

    def test_rows_taken_out_of_the_middle(self):
        for event_id in self.own[:-1]:
            gone = ("DELETE FROM khbs_audit_seal WHERE event_id = %s", [event_id])
            event = ("DELETE FROM khbs_audit_event WHERE id = %s", [event_id])
            drop = (
                "ALTER TABLE khbs_audit_seal DROP CONSTRAINT "
                "khbs_audit_seal_event_id_fkey",
                None,
            )
            found = self._attack(gone, event)
            self.assertEqual(found["broken_seq"], self._seq(event_id))
            self.assertEqual(found["reason"], "link_missing")
            found = self._attack(drop, event)
            self.assertEqual(found["reason"], "event_missing")

    def test_rows_taken_out_and_the_rest_moved_up(self):
        first = self._seq(self.own[3])
        found = self._attack(
            (
                "ALTER TABLE khbs_audit_seal DROP CONSTRAINT khbs_audit_seal_seq_uniq",
                None,
            ),
            ("DELETE FROM khbs_audit_seal WHERE seq = %s", [first]),
            ("UPDATE khbs_audit_seal SET seq = seq - 1 WHERE seq > %s", [first]),
        )
        self.assertEqual(
            (found["broken_seq"], found["reason"]), (first, "order_changed")
        )

    def test_a_row_put_in_between(self):
        first = self._seq(self.own[5])
        copy = (
            "INSERT INTO khbs_audit_event (at, user_id, role, act, outcome, data) "
            "SELECT at, user_id, role, 'test.forged', outcome, data "
            "FROM khbs_audit_event WHERE id = %s",
            [self.own[5]],
        )
        found = self._attack(
            copy,
            (
                "ALTER TABLE khbs_audit_seal DROP CONSTRAINT khbs_audit_seal_seq_uniq",
                None,
            ),
            (
                "ALTER TABLE khbs_audit_seal"
                " DROP CONSTRAINT khbs_audit_seal_prev_hash_uniq",
                None,
            ),
            ("UPDATE khbs_audit_seal SET seq = seq + 1 WHERE seq >= %s", [first]),
            (
                "INSERT INTO khbs_audit_seal"
                " (event_id, seq, prev_hash, hash, sealed_at)"
                " SELECT (SELECT max(id) FROM khbs_audit_event), %s, hash,"
                " repeat('b', 64), sealed_at FROM khbs_audit_seal WHERE seq = %s",
                [first, first - 1],
            ),
        )
        self.assertEqual(found["broken_seq"], first)
        # One that nobody linked is in the tail, which is reported with its age.
        found = self._attack(copy)
        self.assertEqual((found["broken_seq"], found["unsealed"]), (0, 1))
        self.assertTrue(found["unsealed_since"])

    def test_rows_exchanged(self):
        first, second = self.own[2], self.own[7]
        found = self._attack(
            (
                "ALTER TABLE khbs_audit_seal"
                " DROP CONSTRAINT khbs_audit_seal_event_uniq",
                None,
            ),
            (
                "UPDATE khbs_audit_seal SET event_id = CASE event_id WHEN %s THEN %s "
                "ELSE %s END WHERE event_id IN (%s, %s)",
                [first, second, first, first, second],
            ),
        )
        self.assertEqual(
            (found["broken_seq"], found["reason"]), (self._seq(first), "event_changed")
        )

    def test_the_tail_taken_off_is_found_by_a_head_that_was_printed(self):
        """Nothing in the tables tells it; a paper of the day does."""
        # The day of the zone that papers are dated in, whatever the server's is.
        here = self.seals.with_context(tz="Asia/Pontianak")
        number, link = here._day_head(fields.Date.context_today(here))
        last = self.own[-1]
        self.assertEqual(number, self._seq(last))
        with self.env.cr.savepoint(flush=False) as savepoint:
            self.env.cr.execute(
                "DELETE FROM khbs_audit_seal WHERE event_id = %s", [last]
            )
            self.env.cr.execute("DELETE FROM khbs_audit_event WHERE id = %s", [last])
            self.env.invalidate_all()
            found = self.seals._verify()
            savepoint.rollback()
        self.assertFalse(found["broken_seq"])
        self.assertLess(found["count"], number)
        self.assertNotEqual(found["head"], link)

    def test_a_clock_set_back_hides_nothing_from_the_seal(self):
        with freeze_time(fields.Datetime.now() - timedelta(days=30)):
            past = self.events._record("test.past")
        self.assertEqual(self.seals._verify()["unsealed"], 1)
        # The usual pass does not look that far back; the first one of a day does.
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        with freeze_time(tomorrow):
            self._seal()
        self.env.cr.execute(
            "SELECT count(*) FROM khbs_audit_seal WHERE event_id = %s", [past.id]
        )
        self.assertEqual(self.env.cr.fetchone(), (1,))
        found = self.seals._verify()
        self.assertEqual((found["broken_seq"], found["unsealed"]), (0, 0))


@tagged("post_install", "-at_install")
class TestTwoSealers(TwoConnectionsCase):
    """Two sealers at once, and one that is killed, on real connections."""

    tables = ("khbs_audit_seal.seq", "khbs_audit_event")

    def setUp(self):
        super().setUp()
        with self._committed() as env:
            for number in range(5):
                env["khbs.audit.event"]._record("test.two", data={"n": number})

    def _found(self):
        with self._committed() as env:
            return env["khbs.audit.seal"]._verify()

    def test_the_second_sealer_leaves_the_first_alone(self):
        first, second = self._connection(), self._connection()
        # The first holds the lock of the sealer, as while it works.
        first.cr.execute("SELECT pg_try_advisory_xact_lock(%s)", [0x4B484253])
        before = self._found()["unsealed"]
        self.assertGreaterEqual(before, 5)
        second["khbs.audit.seal"]._cron_seal()
        self.assertEqual(self._found()["unsealed"], before)
        first.cr.rollback()
        second["khbs.audit.seal"]._cron_seal()
        found = self._found()
        self.assertEqual((found["unsealed"], found["broken_seq"]), (0, 0))

    def test_without_the_lock_the_chain_does_not_fork_either(self):
        first, second = self._connection(), self._connection()
        for env in (first, second):
            env.cr.execute("SET LOCAL lock_timeout = '200ms'")
            env.cr.execute("SELECT count(*) FROM khbs_audit_seal")
        self.assertGreaterEqual(first["khbs.audit.seal"]._seal_batch(100), 5)
        with self.assertRaises(Exception) as caught, self.assertLogs("odoo.sql_db"):
            second["khbs.audit.seal"]._seal_batch(100)
        self.assertIn("lock timeout", str(caught.exception))
        second.cr.rollback()
        first.cr.commit()  # pylint: disable=invalid-commit
        self.assertFalse(self._found()["broken_seq"])

    def test_a_killed_sealer_leaves_nothing_half_done(self):
        killed = self._connection()
        before = self._found()
        self.assertGreaterEqual(killed["khbs.audit.seal"]._seal_batch(100), 5)
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT pg_terminate_backend(%s)",
                [killed.cr.connection.get_backend_pid()],
            )
        with contextlib.suppress(psycopg2.OperationalError):
            killed.cr.close()
        after = self._found()
        self.assertEqual(after["count"], before["count"])
        self.assertEqual(after["unsealed"], before["unsealed"])
        self._connection()["khbs.audit.seal"]._cron_seal()
        found = self._found()
        self.assertEqual((found["unsealed"], found["broken_seq"]), (0, 0))
        self.assertGreater(found["count"], before["count"])
