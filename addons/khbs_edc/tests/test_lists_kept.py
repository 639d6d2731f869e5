# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import time

from odoo.modules.migration import load_script
from odoo.tools import SQL, file_path

from .common import EdcHttpCase

DAY = 86400


class TestListsKept(EdcHttpCase):
    """A version of the list that was handed out is kept: claims are judged by it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.versions = cls.env["khbs.card.list.version"]

    def setUp(self):
        super().setUp()
        self.terminal, self.device = self._terminal()

    def _get(self, have):
        answer = self._call(
            self.device, "edc.blocklist.get", {"list": "01", "have": have}
        )
        return answer["result"]["version"]

    def _age(self, days):
        """Let all versions be so old; they expired fifteen days after."""
        iat = int(time.time()) - days * DAY
        self.versions.search([]).write(
            {"iat": iat, "exp": iat + 15 * DAY, "looked_at": 0}
        )

    def _kept(self):
        newest = self.versions._current().version
        self.versions._cron_retain()
        kept = self.versions.search([("list_id.code", "=", "01")]).mapped("version")
        return newest, set(kept)

    def test_what_a_silent_terminal_was_given_stays(self):
        """It asks from one version, is given the next, and its journal comes late."""
        [(card, chip, entitlement)] = self._families(1)
        lease = self._equip(self.device)
        self.assertTrue(lease["rows"])
        first = self.device.lst
        card._suspend("lost")
        self._age(70)
        given = self._get(first)
        self.assertGreater(given, first)
        self._age(65)
        newest, kept = self._kept()
        self.assertGreater(newest, given)
        self.assertLessEqual({first, given, newest}, kept)
        # The list that it had said that the card is suspended: nobody pays this.
        self.device.lst = given
        self.device.claim(chip, card.card_no, [self._item(entitlement)])
        self._push(self.device)
        self.assertEqual(self._codes()[entitlement.number], ["BLOCKED_KNOWN"])

    def test_what_was_given_is_written_once_and_is_not_what_was_held(self):
        given = self._get(0)
        self._get(0)
        self._get(given)
        facts = self.env["khbs.server.fact"].search(
            [("terminal_id", "=", self.terminal.id), ("kind", "like", "list_")]
        )
        self.assertEqual(
            sorted((fact.kind, fact.number) for fact in facts),
            [("list_given", given), ("list_reported", given)],
        )

    def test_what_nobody_was_given_goes(self):
        first = self._get(0)
        card_list = self.env.ref("khbs_cards.list_01")
        old = int(time.time()) - 61 * DAY
        for version in range(first + 1, first + 4):
            self.versions._publish(card_list, version, 4, b"\x00", old)
        self._age(61)
        newest, kept = self._kept()
        self.assertLessEqual({first, newest}, kept)
        self.assertFalse({first + 1, first + 2} & kept)

    def test_no_scan_of_the_whole_journal(self):
        """Whether something names a version is found by indexes."""
        self.env.flush_all()
        cr = self.env.cr
        cr.execute("SET LOCAL enable_seqscan = off")
        cr.execute(SQL("EXPLAIN %s", self.versions._retain_query(2**31 - 1)))
        plan = "\n".join(line for [line] in cr.fetchall())
        for index in ("list_idx", "list_named_idx"):
            self.assertIn(f"using khbs_journal_entry_{index}", plan)
        self.assertNotIn("Seq Scan on khbs_journal_entry", plan)
        self.assertNotIn("Bitmap Heap Scan on khbs_journal_entry", plan)

    def test_after_an_upgrade_what_may_have_been_given_is_taken_for_given(self):
        first = self._get(0)
        card_list = self.env.ref("khbs_cards.list_01")
        now = int(time.time())
        for version, age in ((first + 1, 0), (first + 2, -3)):
            iat = now - age * DAY
            self.versions._publish(card_list, version, 4, b"\x00", iat)
        self.terminal._contact()
        path = "khbs_edc/migrations/19.0.1.1.0/post-lists_given.py"
        migration = load_script(file_path(path), "post_lists_given")
        self.env.flush_all()
        for _time in range(2):
            migration.migrate(self.env.cr, "19.0.1.0.0")
        given = self.env["khbs.server.fact"].search(
            [("terminal_id", "=", self.terminal.id), ("kind", "=", "list_given")]
        )
        # Not what was issued long after the terminal was last heard of.
        self.assertEqual(sorted(given.mapped("number")), [first, first + 1])
