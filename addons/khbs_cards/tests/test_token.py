# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import os
import subprocess
import tempfile
from pathlib import Path
from unittest.mock import patch

import pkcs11

from odoo.tools import mute_logger

from .. import authority
from ..protocol import jws, keystore
from ..protocol.keystore import ceremony
from ..protocol.keystore.bundle import spki_hex
from ..protocol.keystore.root import RootFolder
from ..protocol.keystore.settings import write_settings
from .common import PRG, CardsCase

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "382910"


class TestToken(CardsCase):
    """The server with its keys in a token, under a root that it never sees."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.tokens = self.folder / "tokens"
        self.tokens.mkdir()
        configuration = self.folder / "softhsm2.conf"
        configuration.write_text(
            f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\n"
            "log.level = ERROR\n"
        )
        pin = self.folder / "pin"
        pin.touch(mode=0o600)
        pin.write_text(PIN)
        environment = patch.dict(
            os.environ,
            KHBS_KEYS=str(self.folder / "keys"),
            SOFTHSM2_CONF=str(configuration),
        )
        environment.start()
        self.addCleanup(environment.stop)
        subprocess.run(
            [
                *("softhsm2-util", "--init-token", "--free", "--label", "khbs-server"),
                *("--pin", PIN, "--so-pin", "55667788"),
            ],
            check=True,
            capture_output=True,
        )
        pkcs11.lib(MODULE).reinitialize()
        (self.folder / "keys").mkdir(mode=0o700)
        write_settings(self.folder / "keys", MODULE, "khbs-server", pin)
        self._hold_ceremony()

    def _hold_ceremony(self):
        ring = keystore.open_keyring(self.folder / "keys")
        for use in ("ca", "lease", "list", "ack"):
            ring.store.make(ceremony.next_name(ring, use))
        ring.store.make_master()
        root = RootFolder.make(self.folder / "root", PRG, 1, b"rahasia")
        key = root.key(b"rahasia")
        asked, wanted = ceremony.read_request(ceremony.request(ring, PRG), PRG)
        payload = ceremony.next_payload(root, key, None, asked, wanted)
        bundle = ceremony.sign(payload, [(root.name, key)])
        digest = spki_hex(root.certificate().public_key())
        ceremony.check_before_install(ring, bundle, digest)
        ring.install(bundle)

    def test_a_card_is_made_and_a_list_signed_by_the_token(self):
        card = self._allocated()
        self._personalise(card)
        self.assertEqual(card.state, "locked")
        answer = self.cards._status_list(None)
        listed = jws.parse(answer["jws"])
        key = authority.public_key(listed.kid, "list", listed.payload["iat"])
        jws.verify(listed, key)
        keys = self.env["khbs.authority.key"].search([("current", "=", True)])
        self.assertEqual(
            {key.name: key.place for key in keys},
            {
                **dict.fromkeys(("A01", "C01", "E01", "L01", "master"), "token"),
                "R01": "elsewhere",
            },
        )
        self.assertFalse(list(self.folder.glob("keys/*.pem")))

    def test_a_token_that_went_away_is_told_and_recorded(self):
        kid, key = authority.signer(self.env, "list", "card.list")
        self.assertEqual(kid, "L01")
        away = self.tokens.with_name("away")
        self.tokens.rename(away)
        self.tokens.mkdir()
        pkcs11.lib(MODULE).reinitialize()
        with (
            mute_logger("odoo.addons.khbs_cards.authority"),
            self._refused(authority.AuthorityError),
        ):
            jws.sign(key, kid, "statuslist+jwt", {"prg": PRG})
        refused = self.env["khbs.audit.event"].search(
            [("act", "=", authority.USE), ("outcome", "=", "refused")],
            order="id desc",
            limit=1,
        )
        self.assertEqual(refused.data["reason"], "token")
        self.tokens.rmdir()
        away.rename(self.tokens)
        # It is back: the same process signs again.
        jws.sign(key, kid, "statuslist+jwt", {"prg": PRG})
