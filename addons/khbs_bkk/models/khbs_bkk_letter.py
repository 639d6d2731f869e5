# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from odoo.addons.khbs_registry import append_only
from odoo.addons.khbs_registry.held_file import HeldFile
from odoo.addons.khbs_registry.rupiah import Rupiah


class KhbsBkkLetter(models.Model):
    """The signed letter that a round of a proposal came with, kept for good."""

    _name = "khbs.bkk.letter"
    _inherit = ["khbs.bkk.round"]
    _description = "Signed BKK letter"
    _order = "proposal_id, round_number desc"
    _rec_name = "number"
    _log_access = False

    number = fields.Char(required=True)
    date = fields.Date(required=True)
    people = fields.Integer(
        string="Holders in the letter", required=True, aggregator=None
    )
    amount = Rupiah(string="Amount in the letter", required=True, aggregator=None)
    file = HeldFile(rows="people", string="Signed letter", attachment=True)
    file_name = fields.Char()
    sha256 = fields.Char(string="SHA-256", required=True)

    _round_uniq = models.Constraint(
        "UNIQUE (proposal_id, round_number)", "A round comes with one letter."
    )

    def init(self):
        append_only.install(self.env.cr, self._table)
