# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib

import psycopg2

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.khbs_cards.protocol import base64url

from .common import Device, EdcCase

ACTS = (
    "issue_code",
    "action_approve_key",
    "action_refuse_key",
    "action_suspend",
    "action_resume",
    "action_report_lost",
    "action_withdraw_loss",
    "action_cut_lease",
)


@tagged("post_install", "-at_install")
class TestTerminal(EdcCase):
    """Who may do what to a terminal."""

    def setUp(self):
        super().setUp()
        self.terminal, self.device = self._terminal()

    def test_only_the_terminal_officer_acts(self):
        for role in ("auditor", "card_officer", "approver"):
            user = self._role_user(role)
            for act in ACTS:
                with self.assertRaises(AccessError, msg=f"{role} {act}"):
                    getattr(self.terminal.with_user(user), act)()
            with self.assertRaises(AccessError):
                self.env["khbs.terminal"].with_user(user).create(
                    {"point_id": self.point.id}
                )

    def test_an_officer_of_another_area_sees_and_does_nothing(self):
        officer = self._role_user(
            "terminal_officer", areas=self._area("62.06"), login="lain"
        )
        terminals = self.env["khbs.terminal"].with_user(officer)
        self.assertNotIn(self.terminal, terminals.search([]))
        with self.assertRaises(AccessError):
            self.terminal.with_user(officer).action_suspend()

    def test_what_the_device_or_an_action_sets_is_not_typed_in(self):
        mine = self.terminal.with_user(self.officer)
        for vals in (
            {"state": "active"},
            {"acked_seq": 5},
            {"user_id": self.env.ref("base.user_admin").id},
            {"approved_at": "2026-01-01"},
            {"kind": "station"},
        ):
            with self.assertRaises(UserError, msg=vals):
                mine.write(vals)
        with self.assertRaises(UserError):
            mine.create({"point_id": self.point.id, "user_id": self.officer.id})
        mine.offline_days = 7
        with self.assertRaises(UserError):
            self.terminal.unlink()

    def test_the_key_that_is_approved_is_the_one_that_was_compared(self):
        terminal = self.env["khbs.terminal"].create({"point_id": self.point.id})
        compared, other = Device(terminal.code), Device(terminal.code)
        terminal._take_key(compared.spki, "0" * 12, {})
        opened = self.reading(terminal, self.officer)
        terminal.with_user(self.officer).action_refuse_key()
        self.env.flush_all()
        terminal._take_key(other.spki, "1" * 12, {})
        with self.assertRaisesRegex(UserError, "changed meanwhile"):
            opened.action_approve_key()
        self.assertEqual(terminal.state, "pending")

    def test_several_at_once(self):
        other, _device = self._terminal()
        both = (self.terminal | other).with_user(self.officer)
        both.action_suspend()
        self.assertEqual(set(both.mapped("state")), {"suspended"})
        both.action_resume()
        with self.assertRaises(UserError):
            both.action_withdraw_loss()

    def test_loss_is_a_moment_in_the_past(self):
        mine = self.terminal.with_user(self.officer)
        for moment in ("tomorrow", None, "2999-01-01 00:00:00"):
            with self.assertRaises(UserError):
                mine.report_lost(moment)
        mine.report_lost("2026-01-01 00:00:00")
        self.assertEqual(mine.state, "lost")
        mine.action_withdraw_loss()
        self.assertEqual(mine.state, "suspended")

    def test_a_terminal_needs_a_point_a_station_none(self):
        with self.assertRaises(psycopg2.errors.CheckViolation):
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.env["khbs.terminal"].create({})
        station = self.env["khbs.terminal"].create({"kind": "station"})
        self.assertRegex(station.code, r"^S\d{4}$")
        self.assertEqual(station.area_id, self.province)

    def test_operators(self):
        operators = self.env["khbs.operator"].with_user(self.officer)
        operator = operators.create(
            {
                "terminal_id": self.terminal.id,
                "code": "OP1",
                "name": "Petugas",
                "secret": "rahasia",
            }
        )
        operator.invalidate_recordset()
        self.assertFalse(operator.secret)
        scheme, n, r, p, salt, digest = operator.sudo().verifier.split("$")
        expected = hashlib.scrypt(
            b"rahasia",
            salt=base64url.decode(salt),
            n=int(n),
            r=int(r),
            p=int(p),
            dklen=32,
        )
        self.assertEqual((scheme, base64url.decode(digest)), ("scrypt", expected))
        with self.assertRaises(AccessError):
            operator.read(["verifier"])
        with self.assertRaises(ValidationError):
            operator.secret = "pendek"[:3]

    def test_evidence_is_never_changed(self):
        self._families(1)
        lease = self.env["khbs.lease"]._cut(self.terminal)
        fact = self.terminal._add_fact("list_reported", number=1)
        for table, record in (
            ("khbs_lease", lease),
            ("khbs_lease_row", lease.row_ids),
            ("khbs_server_fact", fact),
        ):
            self.env.flush_all()
            for query in (
                f"UPDATE {table} SET id = id WHERE id = %s",
                f"DELETE FROM {table} WHERE id = %s",
            ):
                with self.assertRaises(psycopg2.errors.RestrictViolation):
                    with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                        self.env.cr.execute(query, [record.id])

    def test_a_lease_needs_something_to_lease(self):
        with self.assertRaises(UserError):
            self.terminal.with_user(self.officer).action_cut_lease()

    def test_two_terminals_share_a_village(self):
        self._families(3)
        self.terminal.lease_families = 2
        other, _device = self._terminal()
        mine = self.env["khbs.lease"]._cut(self.terminal)
        rest = self.env["khbs.lease"]._cut(other)
        self.assertEqual((mine.max_claims, rest.max_claims), (2, 1))
        self.assertFalse(set(mine.row_ids.mapped("e")) & set(rest.row_ids.mapped("e")))
        self.assertFalse(self.env["khbs.lease"]._cut(self.terminal), "nothing new")

    def test_a_terminal_that_moves_lets_its_families_go(self):
        families = self._families(1)
        first = self.env["khbs.lease"]._cut(self.terminal)
        self.terminal.point_id = self.point.copy(
            {"code": "LAIN", "village_ids": [Command.set(self._area("62.06.01").ids)]}
        )
        successor = self.env["khbs.lease"]._cut(self.terminal)
        self.assertEqual((successor.number, successor.max_claims), (2, 0))
        self.assertTrue(first.row_ids)
        successor._adopted()
        self.env.invalidate_all()
        self.assertFalse(families[0][2]._held())

    def test_holds_of_a_silent_terminal_end(self):
        families = self._families(1)
        self.env["khbs.lease"]._cut(self.terminal)
        hold = self.env["khbs.lease.hold"].search([])
        self.assertTrue(hold.free_at)
        self.env["khbs.lease.hold"]._cron_free()
        self.assertTrue(families[0][2]._held())
        hold.free_at = "2026-01-01 00:00:00"
        self.env.flush_all()
        self.env["khbs.lease.hold"]._cron_free()
        self.assertFalse(families[0][2]._held())

    def test_what_comes_into_no_lease_is_not_held(self):
        household = self._household(state="decided")
        # The list of now shows the card not yet as shipped.
        self.env["khbs.card.list.version"]._current()
        self._shipped(household)
        entitlement = self._entitle(household, "E-0001")
        self.round.sudo().state = "open"
        self.assertFalse(self.env["khbs.lease"]._cut(self.terminal))
        self.env.invalidate_all()
        self.assertFalse(entitlement._held())

    def test_a_round_is_in_no_lease_before_its_first_day(self):
        self._families(1)
        today = fields.Date.context_today(self.round.with_context(tz="Asia/Pontianak"))
        self.round.sudo().date_from = fields.Date.add(today, days=1)
        self.assertFalse(self.env["khbs.lease"]._cut(self.terminal))
        self.round.sudo().date_from = today
        self.assertTrue(self.env["khbs.lease"]._cut(self.terminal))

    def test_the_device_learns_that_operators_have_changed(self):
        operators = self.env["khbs.operator"]
        self.assertFalse(operators._changed_since(self.terminal))
        vals = {"terminal_id": self.terminal.id, "code": "OP1", "name": "Mina"}
        operator = operators.create(vals)
        self.assertTrue(operators._changed_since(self.terminal))
        self._applied(int(self.env.cr.now().timestamp()) + 1)
        self.assertFalse(operators._changed_since(self.terminal))
        operator.active = False
        later = fields.Datetime.add(self.env.cr.now(), seconds=9)
        self.env.flush_all()
        self.env.cr.execute("UPDATE khbs_operator SET write_date = %s", [later])
        self.assertTrue(operators._changed_since(self.terminal))

    def _applied(self, version):
        """Let the journal say that the configuration *version* was applied."""
        self.env["khbs.journal.entry"].create(
            {
                "terminal_id": self.terminal.id,
                "seq": 1,
                "branch": 0,
                "identity": "i",
                "prev": "p",
                "kid": "k",
                "ev": "cfg",
                "valid": True,
                "document": str(version),
                "received_at": fields.Datetime.now(),
                "jws": "x",
            }
        )
        self.env.flush_all()

    def test_cards_without_a_hand_over_are_not_leased(self):
        household = self._household()
        self._allocated(household)
        self._entitle(household, "E-0001")
        self.round.sudo().state = "open"
        self.assertFalse(self.env["khbs.lease"]._cut(self.terminal))
