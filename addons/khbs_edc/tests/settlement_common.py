# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


from .common import EdcHttpCase


class SettlementCase(EdcHttpCase):
    """A terminal of its own, and what it served offline."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("khbs.edc_device_limit", "1000")
        self.terminal, self.device = self._terminal()

    def _serve(self, device, families):
        """Let *device* serve these families offline, then close and sync."""
        device.append("open", {"op": "OP1"})
        for card, chip, entitlement in families:
            device.claim(chip, card.card_no, [self._item(entitlement)])
        device.close()
        self._sync(device)

    def _states(self, families):
        self.env.invalidate_all()
        return [entitlement.state for _card, _chip, entitlement in families]
