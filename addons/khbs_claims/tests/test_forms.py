# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import Form, tagged

from odoo.addons.khbs_registry.tests.common import today

from .common import ClaimsCase


@tagged("post_install", "-at_install")
class TestForms(ClaimsCase):
    """Each document can be entered in its form, by the role whose work it is."""

    def test_operator_enters_a_round(self):
        form = Form(self.env["khbs.round"].with_user(self.operator))
        form.name = "Penyaluran contoh"
        form.code = "FORM-1"
        form.recipient_list_id = self.recipients
        form.benefit_ids.add(self.cash)
        form.area_ids.add(self.env.ref("khbs_registry.area_62"))
        form.date_from = today()
        form.date_to = today()
        form.ceiling = 10**9
        self.assertEqual(form.save().state, "draft")

    def test_distribution_officer_enters_a_point_and_a_delivery(self):
        form = Form(self.env["khbs.point"].with_user(self.distribution))
        self.assertFalse(form.regency_id)
        form.name = "Titik contoh"
        form.code = "FORM-TB"
        form.area_id = self.households[0].area_id
        point = form.save()
        self.assertEqual(point.regency_id, point.area_id._regency())
        self.assertIn(point.id, dict(point.name_search("FORM-TB")))
        form = Form(self.env["khbs.delivery"].with_user(self.distribution))
        form.round_id = self._decided_round()
        form.benefit_id = self.food
        form.point_id = point
        self.assertEqual(form.save().state, "draft")

    def test_bank_officer_enters_a_batch_and_an_answer(self):
        form = Form(self.env["khbs.bank.batch"].with_user(self.maker))
        form.kind = "opening"
        form.round_id = self._decided_round()
        batch = form.save()
        self.assertEqual(batch.state, "draft")
        batch.action_prepare()
        self.reading(batch, self.checker).action_release()
        form = Form(self.env["khbs.bank.result"].with_user(self.maker))
        form.batch_id = batch
        form.file = "S0hCUw=="
        self.assertEqual(form.save().state, "draft")
