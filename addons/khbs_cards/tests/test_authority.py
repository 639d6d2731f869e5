# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError

from .. import authority
from .common import PRG, CardsCase


class TestAuthority(CardsCase):
    def test_nothing_is_signed_with_the_keys_of_another_programme(self):
        self.assertEqual(authority.prg(self.env), PRG)
        self._active()
        self.env["ir.config_parameter"].set_param("khbs.prg", "KHBS-lain")
        with self.assertRaisesRegex(UserError, "KHBS_KEYS.*KHBS-lain"):
            authority.prg(self.env)
        with self.assertRaises(UserError):
            self.cards._status_list(None)
