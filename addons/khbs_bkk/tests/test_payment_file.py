# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError, UserError

from .test_payment import PaymentCase


class TestPaymentFile(PaymentCase):
    """Lists leave as files in the treasurer's own columns, by a recorded door."""

    def _layout(self, **vals):
        columns = ("account", "account_name", "net", "npwp")
        return (
            self.env["khbs.bkk.layout"]
            .with_user(self.proposer)
            .create(
                {
                    "name": "Bank",
                    "column_ids": [
                        (0, 0, {"field": name, "header": name, "sequence": place})
                        for place, name in enumerate(columns)
                    ],
                    **vals,
                }
            )
        )

    def _export(self, payment, layout, user=None, **vals):
        wizard = (
            self.env["khbs.bkk.payment.export"]
            .with_user(user or self.proposer)
            .create(
                {
                    "payment_id": payment.id,
                    "layout_id": layout.id,
                    "purpose": "bank",
                    "reference": "900/7/BPKAD",
                    **vals,
                }
            )
        )
        wizard.action_export()
        return self.env["khbs.bkk.payment.file"].search([], limit=1)

    def test_full_numbers_leave_by_the_recorded_door_alone(self):
        payment = self._list(self._received())
        layout = self._layout()
        with self._refused():  # a draft is no order to pay
            self._export(payment, layout)
        payment.action_ready()
        with self._refused():
            self._export(payment, layout, reference="NIK 6206010101809001")
        file = self._export(payment, layout)
        self.assertEqual(file.row_count, 3)
        self.assertEqual(file.net, payment.net)
        self.assertEqual(file.export_id.row_count, 3)
        content = file.with_user(self.proposer)._content().decode()
        self.assertIn("125000770001", content)
        self.assertEqual(len(content.splitlines()), 4)
        with self._refused(AccessError):
            file.with_user(self.proposer).attachment_id  # noqa: B018
        event = self.env["khbs.audit.event"].search(
            [("act", "=", "khbs.bkk.payment.export")], limit=1
        )
        self.assertEqual(event.data["purpose"], "bank")
        self.assertEqual(event.data["sha256"], file.sha256)

    def test_what_does_not_fit_a_column_is_not_shown(self):
        payment = self._list(self._received())
        payment.action_ready()
        narrow = self._layout(
            column_ids=[(0, 0, {"field": "nik", "header": "NIK", "width": 1})]
        )
        with self.assertRaisesRegex(UserError, "16 characters") as caught:
            self._export(payment, narrow)
        for holder in payment.line_ids.holder_id.sudo():
            self.assertNotIn(holder.nik, str(caught.exception))

    def test_an_account_that_changed_is_not_exported(self):
        payment = self._list(self._received())
        payment.action_ready()
        self._with_account(self.rt, 99)
        with self.assertRaisesRegex(UserError, "changed after the decree"):
            self._export(payment, self._layout())
        with self.assertRaisesRegex(UserError, "changed after the decree"):
            payment.action_pay_all()
        self._confirm_account(self.rt)
        payment.action_generate()
        self.assertTrue(self._export(payment, self._layout()))

    def test_a_file_of_what_was_paid_has_the_accounts_that_were_paid(self):
        payment = self._list(self._received())
        payment.action_ready()
        payment.action_pay_all()
        self.rt.write(
            {"bank_account_entry": "99887766554433", "bank_account_name": "LAIN"}
        )
        file = self._export(payment, self._layout(), scope="paid")
        content = file.with_user(self.proposer)._content().decode()
        self.assertIn("125000770001", content)
        self.assertNotIn("99887766554433", content)
        self.assertNotIn("LAIN", content)

    def test_columns_are_mapped_by_the_own_treasurer(self):
        common = self.env.ref("khbs_bkk.layout_bank").with_user(self.proposer)
        self.assertTrue(common.column_ids)
        with self._refused(AccessError):
            common.name = "x"
        own = common.copy()
        self.assertEqual(own.area_id, self.regency)
        self.assertEqual(len(own.column_ids), len(common.column_ids))
        other = self._role_user(
            "bkk_proposer", login="elsewhere2", areas=self._area("62.71")
        )
        with self._refused(AccessError):
            own.with_user(other).read(["name"])
