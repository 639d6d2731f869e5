# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.orm.models import NO_ACCESS
from odoo.tests import TransactionCase, tagged

# What a field with a number of a person or of a person's account is called.
NAMES = {"nik", "kk_number", "npwp", "account_number", "bank_account", "account"}


@tagged("post_install", "-at_install")
class TestPersonalNumbers(TransactionCase):
    def test_no_role_reads_a_personal_number_from_a_field(self):
        fields = [
            field
            for name, model in self.env.items()
            if name.startswith("khbs.") and not model._transient
            for field in model._fields.values()
            if field.name in NAMES and field.type == "char"
        ]
        self.assertTrue(fields)
        for field in fields:
            self.assertEqual(field.groups, NO_ACCESS, str(field))
            self.assertFalse(field.copy, str(field))
