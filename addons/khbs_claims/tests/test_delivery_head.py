# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.addons.khbs_registry.tests.delivery_common import DeliveryCase


class TestDeliveryHead(DeliveryCase):
    """Cash goes to no account of a head whom a delivery names no more."""

    def _served(self):
        family = self._family(size=3)
        self._applied(family)
        household = self._household_of(family)
        household.state = "active"
        account = self.env["khbs.bank.account"].create(
            {
                "household_id": household.id,
                "account_number": f"10{household.id:08d}",
                "account_name": household.head_id.name,
                "state": "active",
            }
        )
        return family, account

    def test_the_account_of_the_former_head_is_held(self):
        family, account = self._served()
        other, others = self._served()
        heir = {**family[1], "hubungan_keluarga": "1"}
        for row in other:
            row["desil"] = "2"
        self._applied([heir, family[2]], other, quarter="2")
        self.env.invalidate_all()
        self.assertEqual((account.state, account.reason_code), ("failed", "05"))
        self.assertEqual(others.state, "active")
        event = self.env["khbs.audit.event"].search(
            [("act", "=", "bank.account.block"), ("res_id", "=", account.id)]
        )
        self.assertEqual(len(event), 1)
