# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from string import Template

from odoo import api, fields, models
from odoo.exceptions import ValidationError

SECTIONS = [
    ("menimbang", "Menimbang"),
    ("mengingat", "Mengingat"),
    ("memperhatikan", "Memperhatikan"),
    ("diktum", "Diktum"),
    ("tembusan", "Tembusan"),
]
# The words that a clause may take from the proposals it decides.
PLACEHOLDERS = {
    "title": "what the decree is about",
    "regencies": "Kabupaten Katingan",
    "heads": "Bupati Katingan",
    "period": "Triwulan I Tahun Anggaran 2026",
    "year": "2026",
    "total": "Rp.. with words",
    "people": "number of recipients",
    "account": "account code and name",
}


class KhbsBkkClause(models.Model):
    """The standing wording of a BKK decree, kept by the administrator.

    Law changes and so do numbers of regulations; none of them stands in code.
    """

    _name = "khbs.bkk.clause"
    _description = "BKK decree clause"
    _order = "section, sequence, id"
    _rec_name = "section"

    section = fields.Selection(selection=SECTIONS, required=True)
    sequence = fields.Integer(required=True, default=100)
    text = fields.Text(
        required=True,
        help="In Indonesian, as it is to be printed. $title, $regencies, $heads, "
        "$period, $year, $total, $people and $account are filled in.",
    )
    active = fields.Boolean(default=True)

    @api.constrains("text")
    def _check_placeholders(self):
        for clause in self:
            try:
                Template(clause.text).substitute(PLACEHOLDERS)
            except (KeyError, ValueError) as error:
                raise ValidationError(
                    self.env._(
                        "The text has an unknown placeholder: %(error)s. Known are "
                        "%(known)s.",
                        error=error,
                        known=", ".join(f"${name}" for name in PLACEHOLDERS),
                    )
                ) from error

    @api.model
    def _texts(self, words):
        """Return the sentences of each section with *words* filled in."""
        texts = {section: [] for section, _label in SECTIONS}
        for clause in self.sudo().search([("section", "in", list(texts))]):
            texts[clause.section].append(Template(clause.text).substitute(words))
        return texts
