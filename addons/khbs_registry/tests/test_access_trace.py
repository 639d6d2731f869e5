# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
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

    def test_rules_rights_and_groups(self):
        rule = self.env.ref("khbs_registry.khbs_household_rule_area")
        former = rule.domain_force
        rule.domain_force = "[(1, '=', 1)]"
        right = self.env.ref("khbs_registry.access_khbs_household_validator")
        right.perm_write = True
        copied = right.copy({"name": "lagi"})
        copied.unlink()
        group = self.env["res.groups"].create({"name": "Baru"})
        group.unlink()
        [changed] = self._events("rule.change")
        self.assertEqual((changed.model, changed.res_id), ("ir.rule", rule.id))
        self.assertEqual(changed.data["before"], {"domain_force": former})
        [changed] = self._events("access.change")
        self.assertEqual(changed.data["after"], {"perm_write": True})
        for act in ("access.create", "access.delete", "group.create", "group.delete"):
            self.assertEqual(len(self._events(act)), 1, act)
        rule.write({"domain_force": rule.domain_force})
        self.assertEqual(len(self._events("rule.change")), 1)

    def test_an_upgrade_reports_who_holds_too_much(self):
        self.env["res.users"]._khbs_report_access()
        first = self._events("access.upgrade")[-1]
        self.assertEqual(first.data["violations"], [])
        # As an older version allowed it.
        self.env.cr.execute(
            "INSERT INTO res_groups_users_rel (gid, uid) VALUES (%s, %s)",
            [self.env.ref("khbs_registry.group_auditor").id, self.user.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache("groups", "default")
        with self.assertLogs("odoo.addons.khbs_registry", "WARNING"):
            self.env["res.users"]._khbs_report_access()
        last = self._events("access.upgrade")[-1]
        [violation] = last.data["violations"]
        self.assertEqual(violation[0], self.user.id)
        self.assertEqual(last.data["sha256"], first.data["sha256"])
        self.env.ref("khbs_registry.khbs_household_rule_area").active = False
        digest = self.env["res.users"]._khbs_access_digest()
        self.assertNotEqual(digest, first.data["sha256"])

    def test_no_pair_meets_by_any_door(self):
        groups = self.env["res.groups"]
        pairs = self.env["res.users"]._khbs_incompatible_roles()
        self.assertGreater(len(pairs), 20)
        for names in pairs:
            first, second = map(self.env.ref, names)
            holder = self.env["res.users"].create(
                {"name": "A", "login": "-".join(names), "group_ids": [(4, first.id)]}
            )
            bridge = groups.create(
                {"name": "Jembatan", "implied_ids": [Command.link(second.id)]}
            )
            # As of somebody who has logged in: his groups are remembered.
            self.assertTrue(holder.has_group(names[0]))
            link = Command.link
            doors = [
                (holder, {"group_ids": [link(second.id)]}),
                (second, {"user_ids": [link(holder.id)]}),
                (holder, {"group_ids": [link(bridge.id)]}),
                (bridge, {"user_ids": [link(holder.id)]}),
                (first, {"implied_ids": [link(bridge.id)]}),
                (second, {"implied_by_ids": [link(first.id)]}),
                (
                    groups,
                    {
                        "name": "B",
                        "user_ids": [link(holder.id)],
                        "implied_ids": [link(second.id)],
                    },
                ),
            ]
            # The doors are the same for all pairs: two of them try them all.
            for record, values in doors[: None if names in pairs[:2] else 2]:
                with self.assertRaises(ValidationError), self.env.cr.savepoint():
                    record.write(values) if record else record.create(values)
            both = {"group_ids": [link(first.id), link(second.id)]}
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.env["res.users"].create({"name": "B", "login": "b", **both})

    def test_why_a_document_came_back_is_for_its_readers(self):
        visit = self.env["khbs.visit"].create(
            {
                "household_id": self._household().id,
                "officer_id": self._role_user("field_officer").id,
            }
        )
        approval = self.env["khbs.approval"].create(
            {
                "model": "khbs.visit",
                "res_id": visit.id,
                "step": "returned",
                "user_id": self.user.id,
                "role": "-",
                "sha256": "0" * 64,
                "note": "Suaminya dipenjara",
            }
        )
        away = self._role_user("validator", areas=self._area("62.06"), login="jauh")
        bank = self._role_user("bank_officer", login="bank-b")
        for user, shown in ((self.user, approval.note), (away, False), (bank, False)):
            mine = approval.with_user(user)
            self.assertEqual(mine.remark, shown, user.login)
            with self.assertRaises(AccessError):
                mine.read(["note"])
            with self.assertRaises(AccessError):
                mine.search([("note", "ilike", "penjara")])
