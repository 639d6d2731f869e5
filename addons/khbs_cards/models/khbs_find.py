# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.fields import Domain

from ..protocol.card_number import CardNumberError, parse


class KhbsFind(models.AbstractModel):
    """A card, whatever its state, leads to the family that it was made for."""

    _inherit = "khbs.find"

    @api.model
    def _find_code(self, words):
        if len(words) == 1:
            try:
                parse(words[0])
            except CardNumberError:
                return super()._find_code(words)
            cards = self.env["khbs.card"].sudo().search([("card_no", "=", words[0])])
            own = self._name == "khbs.household"
            return Domain("id" if own else "household_id", "in", cards.household_id.ids)
        return super()._find_code(words)
