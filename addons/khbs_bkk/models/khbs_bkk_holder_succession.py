# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

END_REASONS = [
    ("replaced", "Replaced"),
    ("moved", "Moved to another post"),
    ("resigned", "Resigned"),
    ("died", "Died"),
    ("term_over", "Term is over"),
    ("dismissed", "Dismissed"),
    ("abolished", "Post abolished"),
]


class KhbsBkkHolderSuccession(models.AbstractModel):
    """How a term ends, and who holds the office next (DOMAIN 12.40, 12.41)."""

    _name = "khbs.bkk.holder.succession"
    _description = "BKK holder: end of a term"

    end_letter = fields.Char(
        readonly=True, copy=False, help="Number of the letter that ends the term."
    )
    end_letter_date = fields.Date(readonly=True, copy=False)
    end_reason = fields.Selection(selection=END_REASONS, readonly=True, copy=False)
    predecessor_id = fields.Many2one(
        comodel_name="khbs.bkk.holder",
        string="Follows",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Whose term ended when this one began.",
    )
    successor_ids = fields.One2many(
        comodel_name="khbs.bkk.holder",
        inverse_name="predecessor_id",
        string="Followed by",
        readonly=True,
    )
