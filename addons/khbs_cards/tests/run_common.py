# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.addons.khbs_registry.tests.common import VILLAGE

from .common import CardsCase

# A village of another district of the same city, and one of another regency.
OTHER_VILLAGE = "62.71.01.1002"
OTHER_DISTRICT_VILLAGE = "62.71.02.1001"


class RunCase(CardsCase):
    """Runs of decided families in two districts of one city."""

    villages = (VILLAGE, VILLAGE, OTHER_VILLAGE, OTHER_DISTRICT_VILLAGE)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._role_user("card_officer")
        cls.families = cls.env["khbs.household"]
        for code in cls.villages:
            cls.families |= cls._household(cls._area(code), state="decided")
        cls.recipients = cls._decided_list(cls.families)
        cls.field = cls._role_user("field_officer", areas=cls._area("62.71"))

    def _run(self, code="62.71", **vals):
        """Return a draft run of the card officer."""
        runs = self.env["khbs.card.run"].with_user(self.officer)
        return runs.create(
            {
                "area_id": self._area(code).id,
                "recipient_list_id": self.recipients.id,
                **vals,
            }
        )

    def _ordered(self, **vals):
        run = self._run(**vals)
        run.action_order()
        return run

    def _make(self, cards):
        """Bring allocated *cards* where a station leaves them."""
        cards = cards.sudo()
        cards.job_ids.write({"state": "done"})
        for state, reason in (
            ("keyed", "KEYS_MADE"),
            ("certified", "CERTIFIED"),
            ("locked", "PERSONALISED"),
        ):
            cards._transition(state, reason)

    def _printed(self, **vals):
        """Return a run of which all cards are printed."""
        run = self._ordered(**vals)
        self._make(run.card_ids)
        run.action_print()
        return run

    def _shipped(self):
        """Return (run, shipments) on their way."""
        run = self._printed()
        run.action_ship()
        return run, run.shipment_ids.sorted("id")

    def _received(self, shipment, missing=()):
        """Enter the reception of *shipment*, with the *missing* cards, as the field."""
        shipment = shipment.with_user(self.field)
        shipment.write(
            {
                "received_on": shipment.shipped_on,
                "receiver_name": "Camat Contoh",
                "receiver_office": "Camat",
            }
        )
        for line in shipment.line_ids:
            items = shipment.item_ids.filtered(
                lambda item, line=line: (
                    item.area_id == line.area_id and item.card_id in missing
                )
            )
            line.write(
                {
                    "received_count": line.packed_count - len(items),
                    "missing_item_ids": [(6, 0, items.ids)],
                }
            )
        shipment.action_receive()
        return shipment
