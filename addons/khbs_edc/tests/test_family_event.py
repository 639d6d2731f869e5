# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import Command

from odoo.addons.khbs_registry.tests.family_common import FamilyMixin

from .settlement_common import SettlementCase


class TestFamilyEvent(FamilyMixin, SettlementCase):
    """Families that changed, at the terminal."""

    def setUp(self):
        super().setUp()
        self.proposer = self._role_user("registry_operator", login="usul")
        self.validator = self._role_user("validator", login="sah")

    def _authorise(self, device, family):
        card, chip, entitlement = family
        claim = device.signed_claim(chip, card.card_no, [self._item(entitlement)])
        return self._call(device, "edc.claim.authorize", {"claim": claim})

    def _leased(self, device):
        return self._result(device, "edc.lease.get", {"have": None})["lease"]

    def _elsewhere(self):
        """Return the terminal of a camp far from the family's village."""
        camp = self._area("62.06.01.2003")
        point = self.env["khbs.point"].create(
            {
                "code": "KAMP",
                "name": "Kamp",
                "area_id": camp.id,
                "village_ids": [Command.set(camp.ids)],
            }
        )
        terminal, device = self._terminal()
        terminal.write({"point_id": point.id, "area_id": camp.id})
        return device

    def test_case_12_03_a_family_split_over_two_villages(self):
        """The village of the KK owns it; elsewhere it claims with a network alone."""
        [family] = self._families(1)
        device = self._elsewhere()
        self.assertFalse(self._leased(device))
        self.assertIn("result", self._authorise(device, family))
        self.assertEqual(family[0].household_id.area_id, self.village)

    def test_case_12_04_the_card_of_a_dead_head_is_refused(self):
        [family] = self._families(1)
        household = family[0].household_id
        wife = household.person_ids.copy({"relation": "3", "name": "ISTRI"})
        head = household.head_id
        self._carried_out(household, "death", [head], new_head_id=wife.id)
        self.assertEqual(self._code(self._authorise(self.device, family)), 1302)
        self.assertEqual(family[2].state, "open")

    def test_case_12_06_nobody_claims_for_a_family_that_died(self):
        [family] = self._families(1)
        household = family[0].household_id
        self._carried_out(household, "death", household.person_ids)
        self.assertEqual(self._code(self._authorise(self.device, family)), 1302)
        self.assertFalse(self._leased(self.device))
