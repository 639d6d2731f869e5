# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import KhbsCase


@tagged("post_install", "-at_install")
class TestAccessTrace(KhbsCase):
    """Who may do what, and where, never changes without a trace."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._role_user("validator", login="nama.orang")
        cls.approver = cls.env.ref("khbs_registry.group_approver")
        cls.start = cls.env["khbs.audit.event"].search([], limit=1).id

    def _events(self, act="user.change"):
        self.env.flush_all()
        return self.env["khbs.audit.event"].search(
            [("act", "=", act), ("id", ">", self.start)], order="id"
        )

    def test_a_role_given_on_the_user(self):
        self.user.write({"group_ids": [Command.link(self.approver.id)]})
        [event] = self._events()
        self.assertEqual((event.model, event.res_id), ("res.users", self.user.id))
        self.assertNotIn("khbs_registry.group_approver", event.data["before"]["groups"])
        self.assertIn("khbs_registry.group_approver", event.data["after"]["groups"])

    def test_a_role_given_on_the_group(self):
        self.approver.write({"user_ids": [Command.link(self.user.id)]})
        [event] = self._events()
        self.assertEqual(event.res_id, self.user.id)
        self.assertIn("khbs_registry.group_approver", event.data["after"]["groups"])
        self.approver.write({"user_ids": [Command.unlink(self.user.id)]})
        self.assertEqual(len(self._events()), 2)

    def test_roles_that_do_not_go_together_are_refused_from_the_group_too(self):
        auditor = self._role_user("auditor")
        with self.assertRaises(ValidationError):
            self.approver.write({"user_ids": [Command.link(auditor.id)]})
        with self.assertRaises(ValidationError):
            self.env.ref("khbs_registry.group_auditor").write(
                {"implied_ids": [Command.link(self.approver.id)]}
            )
        with self.assertRaises(ValidationError):
            self.env["res.groups"].create(
                {
                    "name": "Semua",
                    "user_ids": [Command.link(auditor.id)],
                    "implied_ids": [Command.link(self.approver.id)],
                }
            )

    def test_what_a_group_implies(self):
        validator = self.env.ref("khbs_registry.group_validator")
        validator.write({"implied_ids": [Command.link(self.approver.id)]})
        [event] = self._events("group.change")
        self.assertEqual((event.model, event.res_id), ("res.groups", validator.id))

    def test_areas_login_and_activity(self):
        self.user.khbs_area_ids = [Command.set(self.village.ids)]
        self.user.login = "nama.lain"
        self.user.active = False
        events = self._events()
        changed = [list(event.data["after"]) for event in events]
        self.assertEqual(changed, [["areas"], ["login_sha256"], ["active"]])
        self.assertEqual(events[0].data["before"]["areas"], ["62"])
        self.assertEqual(events[0].data["after"]["areas"], [self.village.code])

    def test_a_password_leaves_a_trace_but_not_itself(self):
        self.user.password = "rahasia sekali"
        self.user._change_password("rahasia lagi")
        events = self._events("user.password")
        self.assertEqual(events.mapped("res_id"), [self.user.id] * 2)

    def test_a_new_user(self):
        created = self._role_user("bank_officer", login="nama.baru")
        [event] = self._events("user.create")
        self.assertEqual(event.res_id, created.id)
        self.assertIn("khbs_registry.group_bank_officer", str(event.data))

    def test_no_event_holds_a_name(self):
        self.user.write({"name": "NAMA ORANG", "login": "nama.orang.2"})
        created = self._role_user("bank_officer", login="nama.baru")
        created.password = "rahasia"
        events = self.env["khbs.audit.event"].search([("id", ">", self.start)])
        text = json.dumps(events.mapped("data")).lower()
        for word in ("nama.", "nama orang", "rahasia"):
            self.assertNotIn(word, text)

    def test_nothing_changed_leaves_no_trace(self):
        self.user.write({"group_ids": [Command.set(self.user.group_ids.ids)]})
        self.user.tz = "Asia/Jakarta"
        self.assertFalse(self._events())

    def test_settings_of_the_programme(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("khbs.uji", "1")
        parameters.set_param("khbs.uji", "2")
        parameters.set_param("khbs.uji", "2")
        parameters.set_param("khbs.uji", False)
        parameters.set_param("lain.uji", "1")
        data = [
            (e.data["before"], e.data["after"]) for e in self._events("setting.change")
        ]
        self.assertEqual(data, [(None, "1"), ("1", "2"), ("2", None)])
