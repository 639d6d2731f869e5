# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import os
import shutil
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .. import authority
from ..protocol import jws, keystore
from .common import PRG, CardsCase


class TestKeysInForce(CardsCase):
    """What the server knows of the bundle that it signs under."""

    def setUp(self):
        super().setUp()
        # A copy: a bundle put in force here is not one for the other tests.
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "keys"
        shutil.copytree(self.keys.path, self.path)
        environment = patch.dict(os.environ, KHBS_KEYS=str(self.path))
        environment.start()
        self.addCleanup(environment.stop)
        self.ring = keystore.open_keyring(self.path)
        self.listed = self.env["khbs.authority.key"]

    def _next_bundle(self, **changes):
        """Put the next bundle in force, signed by the root of the folder."""
        payload = {**self.ring.bundle().payload, **changes}
        payload["ver"] = changes.get("ver", payload["ver"] + 1)
        kid, root = self.ring.signer("root")
        bundle = keystore.Bundle([jws.sign(root, kid, "khbs-trust+jwt", payload)])
        self.ring.install(bundle)
        return bundle

    def _sign(self):
        return authority.signer(self.env, "list", "card.list")

    def _list_refused(self, pattern):
        with mute_logger("odoo.addons.khbs_cards.authority"):
            try:
                self._sign()
            except UserError as error:
                # What the log has; the user is told in his words.
                self.assertRegex(str(error.__cause__), pattern)
                self.assertIn("Tell the administrator", str(error))
                return
        self.fail("it was not refused")

    def test_the_keys_of_the_bundle_are_listed_when_it_is_taken(self):
        self._sign()
        bundle = self.env["khbs.trust.bundle"].search([], limit=1)
        self.assertEqual((bundle.version, bundle.programme), (1, PRG))
        listed = self.listed.search([("current", "=", True)])
        self.assertEqual(
            {key.name: (key.use, key.place, key.state) for key in listed},
            {
                "A01": ("ack", "files", "signing"),
                "C01": ("ca", "files", "signing"),
                "E01": ("lease", "files", "signing"),
                "L01": ("list", "files", "signing"),
                "R01": ("root", "files", "signing"),
                "master": ("master", "files", "signing"),
            },
        )
        used = {key.name: bool(key.last_used_at) for key in listed}
        self.assertTrue(used["L01"])
        loaded = self.env["khbs.audit.event"].search(
            [("act", "=", "trust.load"), ("res_id", "=", bundle.id)]
        )
        self.assertEqual(loaded.data["version"], 1)
        self._sign()
        again = self.env["khbs.trust.bundle"].search_count(
            [("lineage", "=", bundle.lineage)]
        )
        self.assertEqual(again, 1)

    def test_no_key_material_is_in_the_rows(self):
        self._sign()
        self.env.flush_all()
        for table in ("khbs_trust_bundle", "khbs_authority_key"):
            self.env.cr.execute(f"SELECT string_agg(t::text, '') FROM {table} t")
            text = self.env.cr.fetchone()[0]
            for file in self.path.glob("*.pem"):
                secret = "".join(file.read_text().splitlines()[1:-1])
                self.assertNotIn(secret[:40], text)
            self.assertNotIn((self.path / "master").read_text(), text)

    def test_an_older_bundle_is_never_taken(self):
        before = (self.path / "trust.jws").read_bytes()
        self._next_bundle()
        self._sign()
        (self.path / "trust.jws").write_bytes(before)
        # The process that has seen the newer one refuses, and so does a new process.
        self._list_refused("An older bundle is never taken")
        authority._open.cache_clear()
        self._list_refused("an older bundle, or another of the same version")
        events = self.env["khbs.audit.event"].search(
            [("act", "=", authority.USE), ("outcome", "=", "refused")]
        )
        self.assertIn("trust", [event.data["reason"] for event in events])

    def test_a_worker_that_missed_the_newer_bundle_does_not_go_back(self):
        before = (self.path / "trust.jws").read_bytes()
        self._sign()
        idle = authority._open(str(self.path))
        # What a process remembers counts from its commit on.
        self.env.cr.postcommit.run()
        # Another worker takes the next bundle, which revokes a key.
        authority._open.cache_clear()
        self._next_bundle(rev=["L01"])
        self._list_refused("No key for 'list' is in force")
        (self.path / "trust.jws").write_bytes(before)
        with self.assertRaisesRegex(keystore.KeyStoreError, "but 2 was in force"):
            self.env["khbs.trust.bundle"]._take(idle)

    def test_a_line_that_was_left_never_comes_back(self):
        self._sign()
        left, new = self.path.with_name("left"), self.path.with_name("new")
        # The root was stolen: everything is made anew, under a new root.
        self.path.rename(left)
        keystore.create(self.path, PRG)
        authority._open.cache_clear()
        self._sign()
        self.path.rename(new)
        left.rename(self.path)
        authority._open.cache_clear()
        self._list_refused("of a root that another has followed")
        # Nor what the thief signs after it.
        self.ring = keystore.open_keyring(self.path)
        self._next_bundle()
        self._list_refused("of a root that another has followed")
        self.path.rename(left)
        new.rename(self.path)
        authority._open.cache_clear()
        self.assertEqual(self._sign()[0], "L01")

    def test_another_bundle_of_the_same_version_is_not_taken(self):
        self._sign()
        self._next_bundle(ver=1, min={"01": 7})
        authority._open.cache_clear()
        self._list_refused("another of the same version")

    def test_a_revoked_key_signs_no_more(self):
        self._sign()
        self._next_bundle(rev=["L01"])
        self._list_refused("No key for 'list' is in force")
        [key] = self.listed.search([("name", "=", "L01"), ("current", "=", True)])
        self.assertEqual(key.state, "revoked")

    def test_a_key_that_ends_soon_is_shown_and_logged(self):
        payload = self.ring.bundle().payload
        soon = payload["iat"] + 20 * 86400
        self._next_bundle(
            keys=[
                {**entry, "exp": soon} if entry["kid"] == "A01" else entry
                for entry in payload["keys"]
            ]
        )
        with self.assertLogs("odoo.addons.khbs_cards.authority", "WARNING") as log:
            self.listed._cron_look()
        self.assertIn("A01 ends in", "".join(log.output))
        [key] = self.listed.search([("name", "=", "A01"), ("current", "=", True)])
        self.assertTrue(key.is_ending)

    def test_administrator_and_auditor_read_and_nobody_writes(self):
        self._sign()
        for group in ("administrator", "auditor"):
            user = self._role_user(group)
            seen = self.listed.with_user(user).search([("current", "=", True)])
            self.assertEqual(len(seen), 6)
            self.assertTrue(seen.mapped("state"))
            with self.assertRaises(AccessError):
                seen[0].write({"revoked": True})
        user = self._role_user("card_officer")
        with self.assertRaises(AccessError):
            self.listed.with_user(user).search([])
