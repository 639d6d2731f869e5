# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import os
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from odoo.tests import tagged

from odoo.addons.khbs_cards import authority
from odoo.addons.khbs_cards.protocol import jws, keystore
from odoo.addons.khbs_cards.protocol.keystore import ceremony
from odoo.addons.khbs_cards.protocol.keystore.bundle import spki_hex
from odoo.addons.khbs_cards.protocol.keystore.root import RootFolder
from odoo.addons.khbs_cards.tests.common import PRG

from .common import EdcHttpCase

REPOSITORY = Path(__file__).resolve().parents[3]
PASSPHRASE = b"kedua-belahan"
SERVER = ("ca", "lease", "list", "ack")


@tagged("post_install", "-at_install")
class TestRotation(EdcHttpCase):
    """Keys change in mid-cycle: the reference terminal and the real server."""

    def setUp(self):
        super().setUp()
        for path in (REPOSITORY, REPOSITORY / "clients"):
            if str(path) not in sys.path:
                sys.path.append(str(path))
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        environment = patch.dict(os.environ, KHBS_KEYS=str(self.folder / "server"))
        environment.start()
        self.addCleanup(environment.stop)
        self.env["ir.config_parameter"].set_param("khbs.edc_device_limit", 10_000)
        (self.folder / "server").mkdir(mode=0o700)
        self.ring = keystore.open_keyring(self.folder / "server")
        self.root = self._root(1)
        self.ring.store.make_master()
        self._rotate(*SERVER)

    # The ceremony

    def _root(self, number):
        return RootFolder.make(self.folder / f"root{number}", PRG, number, PASSPHRASE)

    def _rotate(self, *uses, revoke=(), new_root=None, root=None):
        """Make the next keys of *uses* and put a bundle with them in force."""
        for use in uses:
            self.ring.store.make(ceremony.next_name(self.ring, use))
        newest = self.env["khbs.card.list.version"].search([], limit=1)
        text = ceremony.request(self.ring, PRG, list_version=newest.version)
        root = root or self.root
        asked, wanted = ceremony.read_request(text, PRG)
        key = root.key(PASSPHRASE)
        payload = ceremony.next_payload(
            root, key, root.last_bundle(), asked, wanted, revoke, new_root
        )
        signers = [(root.name, key)]
        if new_root:
            signers.append((new_root.name, new_root.key(PASSPHRASE)))
        bundle = ceremony.sign(payload, signers)
        digest = spki_hex(root.certificate().public_key())
        first = None if self.ring.has_bundle() else digest
        ceremony.check_before_install(self.ring, bundle, first)
        self.ring.install(bundle)
        for each in filter(None, (root, new_root)):
            each.keep(bundle)
        return bundle

    # The terminal

    def _reference_terminal(self):
        """Return the reference terminal, enrolled and equipped at this server."""
        from khbs_terminal import Sheet, Terminal

        record = self.env["khbs.terminal"].create(
            {"kind": "terminal", "point_id": self.point.id}
        )
        self.env["khbs.operator"].create(
            {
                "terminal_id": record.id,
                "code": "OP1",
                "name": "Petugas",
                "secret": "rahasia",
            }
        )
        paper = record.with_user(self.officer).issue_code()
        sheet = Sheet(
            url="http://127.0.0.1:9",
            tid=paper["tid"],
            root_sha256=paper["root"],
            prg=paper["prg"],
            aud=paper["aud"],
        )
        terminal = Terminal(self.folder / "terminal", sheet, sleep=lambda seconds: None)
        self.addCleanup(terminal.close)
        # The same bytes by the route of the test's server.
        terminal._client._post = self._carry
        terminal.enrol(paper["code"])
        self.reading(record, self.officer).action_approve_key()
        terminal.check_enrolment()
        terminal.synchronise()
        terminal.open("OP1", "rahasia")
        return terminal

    def _carry(self, body, headers):
        self.carried.append(body)
        response = self.url_open("/edc/v1", data=body, headers=headers)
        self.assertEqual(response.status_code, 200)
        return response.content

    def _plastic(self, card, chip):
        """Return *card* as a card that the terminal reads."""
        from tools.virtual_card import Memory, VirtualCard

        memory = Memory.blank()
        private = chip.keys["9E"].private_bytes(
            Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
        )
        memory.content["keys"]["9E"] = private.hex()
        der = base64.b64decode(card.certificate_9e)
        size = len(der).to_bytes(2, "big")
        content = b"\x70\x82" + size + der + b"\x71\x01\x00\xfe\x00"
        memory.content["objects"]["5FC101"] = content.hex()
        return VirtualCard(memory)

    def _methods(self):
        return [body.split(b'"method":"')[1].split(b'"')[0] for body in self.carried]

    def _family(self, number):
        """Return (card as the terminal reads it, entitlement) of a new family."""
        household = self._household()
        entitlement = self._entitle(household, f"E-{number:04d}")
        return self._plastic(*self._active(household)), entitlement

    carried = ()

    def _stage(self):
        """Return the terminal, and the first family; the second has no card yet."""
        self.carried = []
        family = self._family(1)
        self.second = self._household()
        self.second_line = self._entitle(self.second, "E-0002")
        self.round.sudo().state = "open"
        return self._reference_terminal(), family

    def _issuer(self, entitlement):
        card = self.env["khbs.card"].search(
            [("household_id", "=", entitlement.household_id.id)]
        )
        der = base64.b64decode(card.certificate_9e)
        return x509.load_der_x509_certificate(der).issuer.rfc4514_string()

    # What must hold

    def test_a_lease_of_before_is_honoured_and_both_authorities_are_accepted(self):
        terminal, (old_card, old_line) = self._stage()
        self.assertEqual(terminal.held.trust().ver, 1)
        lease = self.env["khbs.lease"].search([], limit=1)
        self.assertEqual(jws.kid_of(lease.jws), "E01")
        self._rotate(*SERVER)
        # Without a network, with what it has: the lease under E01, a card of CA 1.
        terminal.serve(old_card, identity_seen=True)
        terminal.synchronise()
        self.assertEqual(self._codes()[old_line.number], ["ACCEPTED"])
        self.assertEqual(terminal.held.trust().ver, 2)
        self.assertEqual(
            len(terminal.held.trust().authorities), 2, "both authorities stay listed"
        )
        new_card = self._plastic(*self._active(self.second))
        # More than a minute passes, so that a new list is due.
        newest = self.env["khbs.card.list.version"]._current()
        newest.write({"iat": newest.iat - 120, "looked_at": 0})
        terminal.synchronise()
        newest = self.env["khbs.lease"].search([], limit=1)
        self.assertEqual(jws.kid_of(newest.jws), "E02")
        self.assertEqual(terminal.held.lease().id, newest.name)
        terminal.serve(new_card, identity_seen=True)
        terminal.synchronise()
        self.assertEqual(self._codes()[self.second_line.number], ["ACCEPTED"])
        self.assertEqual(
            [self._issuer(family) for family in (old_line, self.second_line)],
            ["CN=KHBS Card CA 1", "CN=KHBS Card CA 2"],
        )

    def test_a_list_of_an_unknown_key_is_refused_until_the_bundle_lists_it(self):
        from khbs_terminal.errors import UnknownKeyError

        terminal, _family = self._stage()
        held = terminal.held.status_list()
        self.assertEqual(held.kid, "L01")
        self._rotate("list")
        answer = terminal._exchange._list_from(held.ver)
        # Never a change of the list across a change of its key.
        self.assertEqual(answer["kind"], "full")
        self.assertEqual(jws.parse(answer["jws"]).kid, "L02")
        self.assertGreater(answer["version"], held.ver)
        with self.assertRaisesRegex(UnknownKeyError, "L02 tidak ada di berkas"):
            terminal.held.adopt_list(answer["jws"])
        self.assertEqual(terminal.held.status_list().ver, held.ver)
        self.carried = []
        self.assertEqual(terminal.update_list(), answer["version"])
        self.assertEqual(self._methods(), [b"edc.blocklist.get", b"edc.enroll.status"])
        self.assertEqual(terminal.held.status_list().kid, "L02")
        self.assertEqual(terminal.held.trust().ver, 2)

    def test_a_revoked_key_is_believed_no_more(self):
        from khbs_terminal import VerificationError

        terminal, (card, line) = self._stage()
        old_list = self.env["khbs.card.list.version"]._current().jws
        old_lease = terminal.held.lease().id
        self._rotate("list", "lease", revoke=["L01", "E01"])
        terminal.check_enrolment()
        # What L01 and E01 signed is dropped, and not taken again.
        self.assertIsNone(terminal.held.status_list())
        self.assertIsNone(terminal.held.lease())
        with self.assertRaisesRegex(VerificationError, "L01 sudah dicabut"):
            terminal.held.adopt_list(old_list)
        # The server gives both anew at once.
        terminal.synchronise()
        self.assertEqual(terminal.held.status_list().kid, "L02")
        self.assertNotEqual(terminal.held.lease().id, old_lease)
        terminal.serve(card, identity_seen=True)
        terminal.synchronise()
        self.assertEqual(self._codes()[line.number], ["ACCEPTED"])

    def test_a_time_that_the_former_key_signed_still_proves(self):
        terminal, _family = self._stage()
        terminal.sync_time()
        self._rotate("ack")
        terminal.push()
        self.env.cr.execute(
            "SELECT sync_now FROM khbs_journal_entry WHERE ev = 'sync' "
            "ORDER BY seq DESC LIMIT 1"
        )
        self.assertTrue(self.env.cr.fetchone()[0])
        acks = [body for body in self._methods() if body == b"edc.enroll.status"]
        self.assertTrue(acks, "the new ack key sent it for the bundle")

    def test_a_change_of_root_comes_as_two_and_never_goes_back(self):
        from khbs_terminal import VerificationError

        terminal, _family = self._stage()
        first_root = authority.root_sha256(self.env)
        before = authority.trust_bundle(self.env)
        second = self._root(2)
        self._rotate(new_root=second)
        both = authority.trust_bundle(self.env)
        self.assertEqual(len(both), 2)
        self.assertNotEqual(authority.root_sha256(self.env), first_root)
        terminal.synchronise()
        self.assertEqual(
            terminal.held.trust().root_sha256, authority.root_sha256(self.env)
        )
        # From now on the new root alone is enough.
        self._rotate("list", root=second)
        self.assertIsInstance(authority.trust_bundle(self.env), str)
        terminal.synchronise()
        self.assertEqual(terminal.held.trust().ver, 3)
        for older in (before, both):
            with self.assertRaises(VerificationError):
                terminal.held.adopt_trust(older)
        # Nor does the server go back, in a process that has seen neither.
        (self.folder / "server" / "trust.jws").write_text(before)
        authority._open.cache_clear()
        with (
            self.assertLogs("odoo.addons.khbs_cards.authority", "ERROR"),
            self._refused(authority.AuthorityError),
        ):
            authority.trust_bundle(self.env)

    def test_devices_are_told_when_keys_cannot_be_used(self):
        terminal, _family = self._stage()
        (self.folder / "server" / "A01.pem").unlink()
        from khbs_terminal import ServerError

        with (
            self.assertLogs("odoo.addons.khbs_cards.authority", "ERROR"),
            self.assertRaises(ServerError) as refused,
        ):
            terminal.sync_time()
        self.assertEqual(refused.exception.code, 1603)
