# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError
from odoo.tests import tagged

from .delivery_common import DeliveryCase


@tagged("post_install", "-at_install")
class TestSeen(DeliveryCase):
    """What an approver reads is what he approves."""

    def _open_criteria(self):
        criteria = self.env["khbs.criteria"].create(
            {
                "name": "Uji",
                "legal_basis": "Surat uji",
                "valid_from": "2031-01-01",
                "max_decile": "4",
            }
        )
        return criteria, self.reading(criteria, self.approver)

    def test_criteria_changed_since_they_were_opened_are_not_put_in_force(self):
        criteria, opened = self._open_criteria()
        programme = self.env["khbs.aid.programme"].search([], limit=1)
        criteria.write({"excluding_programme_ids": [(4, programme.id)]})
        with self.assertRaisesRegex(UserError, "changed meanwhile"):
            opened.action_put_in_force()
        self.assertEqual(criteria.state, "draft")
        self.reading(criteria, self.approver).action_put_in_force()
        self.assertEqual(criteria.state, "in_force")

    def test_nobody_decides_what_he_has_not_opened(self):
        criteria, opened = self._open_criteria()
        for seen in (None, True, 7, "", [], [None], {"a": 1}, "0" * 64):
            with self.assertRaises(UserError):
                opened.with_context(khbs_seen=seen).action_put_in_force()
        other, _opened = self._open_criteria()
        with self.assertRaises(UserError):
            self.reading(other, self.approver).browse(criteria.id).action_put_in_force()

    def test_a_list_that_came_back_is_read_again(self):
        self._applied(self._family())
        criteria = self._criteria()
        criteria.with_user(self.operator).action_decide_families()
        mine = (
            self.env["khbs.recipient.list"]
            .with_user(self.operator)
            .create({"title": "Katingan", "area_id": self._area("62.06").id})
        )
        mine.action_collect()
        mine.action_propose()
        opened = self.reading(mine, self.approver)
        opened.with_context(khbs_seen=None).action_return()
        mine.title = "Lain"
        mine.action_propose()
        with self.assertRaisesRegex(UserError, "changed meanwhile"):
            opened.action_decide()
        self.reading(mine, self.approver).action_decide()
        self.assertEqual(mine.state, "decided")

    def test_every_button_of_a_decision_says_what_was_shown(self):
        models = [
            model
            for model in self.env.values()
            if getattr(model, "_reading_actions", ())
        ]
        self.assertIn("khbs.criteria", [model._name for model in models])
        for model in models:
            arch, _view = model._get_view(view_type="form")
            names = {field.get("name") for field in arch.iter("field")}
            self.assertIn("content_sha256", names, model._name)
            for action in model._reading_actions:
                buttons = arch.xpath(f"//button[@name='{action}']")
                self.assertTrue(buttons, (model._name, action))
                for button in buttons:
                    self.assertIn("khbs_seen", button.get("context"))
