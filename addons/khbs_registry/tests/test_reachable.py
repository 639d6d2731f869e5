# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import KhbsCase


@tagged("post_install", "-at_install")
class TestReachable(KhbsCase):
    """A dialogue is no window on families of other areas."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.family = cls._household()
        cls.elsewhere = cls._area("62.06")

    def _dialogue(self, model, role):
        user = self._role_user(role, areas=self.elsewhere)
        return self.env[model].with_user(user)

    def test_no_dialogue_points_at_a_family_elsewhere(self):
        reveal = self._dialogue("khbs.reveal", "pii_reader")
        with self.assertRaises(AccessError):
            reveal.create({"household_id": self.family.id})
        with self.assertRaises(AccessError):
            reveal.with_context(default_household_id=self.family.id).create({})
        with self.assertRaises(AccessError):
            reveal.web_save(
                {"household_id": self.family.id},
                {"household_id": {"fields": {"display_name": {}}}},
            )

    def test_nor_does_a_form_that_is_not_saved(self):
        spec = {"household_id": {"fields": {"display_name": {}}}}
        values = {"household_id": self.family.id}
        reveal = self._dialogue("khbs.reveal", "pii_reader")
        visit = self._dialogue("khbs.visit", "registry_operator")
        complaint = visit.env["khbs.complaint"]
        for form in (reveal, visit, complaint):
            with self.subTest(form._name):
                self.assertFalse(form.onchange({}, [], spec)["value"]["household_id"])
                for entered in ([], ["household_id"]):
                    with self.assertRaises(AccessError):
                        form.onchange(values, entered, spec)
                default = form.with_context(default_household_id=self.family.id)
                with self.assertRaises(AccessError):
                    default.onchange({}, [], spec)

    def test_nor_do_the_commands_of_one(self):
        assign = self._dialogue("khbs.visit.assign", "validator")
        spec = {"household_ids": {"fields": {"display_name": {}}}}
        for commands in ([(6, 0, self.family.ids)], [(4, self.family.id)]):
            with self.assertRaises(AccessError):
                assign.onchange({"household_ids": commands}, [], spec)

    def test_nor_at_several(self):
        assign = self._dialogue("khbs.visit.assign", "validator")
        officer = self._role_user("field_officer", areas=self.elsewhere)
        values = {"officer_id": officer.id}
        with self.assertRaises(AccessError):
            assign.create({**values, "household_ids": [(6, 0, self.family.ids)]})
        mine = assign.create({**values, "household_ids": [(5,)]})
        with self.assertRaises(AccessError):
            mine.write({"household_ids": [(4, self.family.id)]})
