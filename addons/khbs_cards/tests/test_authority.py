# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .. import authority
from ..protocol.keystore import KeyStoreError
from .common import PRG, CardsCase, Chip


class TestAuthority(CardsCase):
    def _uses(self, outcome="done"):
        """Return (for, kid, model) of the keys used, oldest first."""
        events = self.env["khbs.audit.event"].search(
            [("act", "=", authority.USE), ("outcome", "=", outcome)], order="id"
        )
        return [(e.data["for"], e.data.get("kid"), e.model) for e in events]

    def test_nothing_is_signed_with_the_keys_of_another_programme(self):
        self.assertEqual(authority.prg(self.env), PRG)
        self._active()
        self.env["ir.config_parameter"].set_param("khbs.prg", "KHBS-lain")
        with self.assertRaisesRegex(UserError, "KHBS_KEYS.*KHBS-lain"):
            authority.prg(self.env)
        with self.assertRaises(UserError):
            self.cards._status_list(None)

    def test_each_use_of_a_key_is_an_event_without_the_key(self):
        before = len(self._uses())
        self._allocated()
        job = self.jobs._station_next("S0001")
        answer = self._certify(job, Chip())
        self.cards._status_list(None)
        self.assertEqual(
            self._uses()[before:],
            [
                ("card.certificate", "C01", "khbs.card"),
                ("card.secrets", "master", "khbs.card"),
                ("card.list", "L01", "khbs.card.list"),
            ],
        )
        self.env.flush_all()
        self.env.cr.execute("SELECT string_agg(e::text, '') FROM khbs_audit_event e")
        text = self.env.cr.fetchone()[0]
        for secret in (answer["k9b"], f'"{answer["puk"]}"'):
            self.assertNotIn(secret, text)

    def test_a_key_that_is_missing_is_told_and_recorded(self):
        (self.keys.path / "L01.pem").rename(self.keys.path / "away")
        self.addCleanup((self.keys.path / "away").rename, self.keys.path / "L01.pem")
        with self.assertLogs("odoo.addons.khbs_cards.authority", "ERROR") as log:
            try:
                authority.signer(self.env, "list", "card.list")
            except UserError as error:
                self.assertNotIn("L01.pem", str(error))
                self.assertIn("Tell the administrator", str(error))
            else:
                self.fail("it was not refused")
        self.assertRegex(log.output[0], "L01.pem cannot be read")
        self.assertIn(("card.list", None, False), self._uses("refused"))

    def test_what_is_wrong_with_a_key_is_said_in_the_language_of_the_user(self):
        env = self.env(context={"lang": "id_ID"})
        reasons = ("missing", "unsafe", "expired", "unlisted", "trust", "settings")
        told = {
            authority._said(env, KeyStoreError("/srv/keys/L01.pem", reason))
            for reason in (*reasons, "pin", "token")
        }
        self.assertEqual(len(told), 8)
        for sentence in told:
            self.assertIn("Beri tahu pengelola", sentence)
            self.assertNotIn("/srv", sentence)
        (self.keys.path / "trust.jws").rename(self.keys.path / "away")
        self.addCleanup((self.keys.path / "away").rename, self.keys.path / "trust.jws")
        with mute_logger("odoo.addons.khbs_cards.authority"):
            for ask in (authority.prg, authority.root_sha256, authority.trust_bundle):
                with self.assertRaisesRegex(UserError, "Beri tahu pengelola"):
                    ask(env)

    def test_what_strangers_ask_for_is_recorded_in_sums(self):
        self.env["khbs.key.tally"]._cron_sum()
        before = len(self._uses())
        for _request in range(3):
            authority.signer(self.env, "ack", "terminal.time", counted=True)
        self.assertEqual(len(self._uses()), before)
        self.env["khbs.key.tally"]._cron_sum()
        [event] = self.env["khbs.audit.event"].search(
            [("act", "=", authority.USE)], order="id desc", limit=1
        )
        self.assertEqual(event.data["count"], 3)
        self.assertEqual(event.data["kid"], "A01")
        self.env["khbs.key.tally"]._cron_sum()
        self.assertEqual(len(self._uses()), before + 1)
