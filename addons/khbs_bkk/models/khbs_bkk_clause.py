# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
from string import Template

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..terms import PAYEE_LEVELS

SECTIONS = [
    ("menimbang", "Menimbang"),
    ("mengingat", "Mengingat"),
    ("memperhatikan", "Memperhatikan"),
    ("diktum", "Diktum"),
    ("tembusan", "Tembusan"),
]
FORMS = [("decision", "New decree"), ("amendment", "Amendment")]
# The words that a clause may take from the proposals it decides.
PLACEHOLDERS = {
    "title": "what the decree is about",
    "payees": "Kabupaten Katingan",
    "heads": "Bupati Katingan",
    "period": "Triwulan I Tahun Anggaran 2026",
    "year": "2026",
    "total": "Rp.. with words",
    "people": "number of recipients",
    "account": "account code and name",
    "dpa": "Nomor .. tanggal ..",
    "report_days": "30 (tiga puluh)",
}
# What an amendment alone can say.
AMENDMENT_PLACEHOLDERS = {
    "original": "Keputusan Gubernur .. that is amended",
    "former": "Rp.. with words, before the amendment",
    "changes": "number of corrections",
}
# Number and year of a regulation.
_REGULATION = re.compile(r"(Nomor )\S+( Tahun )([0-9]{4})\b")


def of_budget_year(text, year):
    """Return *text* with dots for a regulation that is of an earlier budget.

    The budget of a year is laid down in the year before it, or late in the year itself
    (UU 23/2014 Art. 312). What is older was entered for another fiscal year and has to
    be filled in anew before the decree is frozen.
    """

    def renew(found):
        current = int(found[3]) >= year - 1
        return found[0] if current else f"{found[1]}...{found[2]}..."

    return _REGULATION.sub(renew, text)


class KhbsBkkClause(models.Model):
    """The standing wording of a BKK decree, kept by the administrator.

    Law changes and so do numbers of regulations; none of them stands in code.
    """

    _name = "khbs.bkk.clause"
    _description = "BKK decree clause"
    _order = "form, section, sequence, id"
    _rec_name = "section"

    form = fields.Selection(
        selection=FORMS, string="Kind of decree", required=True, default="decision"
    )
    payee_level = fields.Selection(
        selection=PAYEE_LEVELS,
        string="Paid to",
        help="Empty: whoever is paid.",
    )
    section = fields.Selection(selection=SECTIONS, required=True)
    sequence = fields.Integer(required=True, default=100)
    text = fields.Text(
        required=True,
        help="In Indonesian, as it is to be printed. $title, $payees, $heads, "
        "$period, $year, $total, $people, $account, $dpa and $report_days are filled "
        "in; in an amendment $original, $former and $changes too. Three dots "
        "stay to be filled by hand.",
    )
    active = fields.Boolean(default=True)

    @api.constrains("text", "form")
    def _check_placeholders(self):
        for clause in self:
            known = PLACEHOLDERS
            if clause.form == "amendment":
                known = PLACEHOLDERS | AMENDMENT_PLACEHOLDERS
            try:
                Template(clause.text).substitute(known)
            except (KeyError, ValueError) as error:
                raise ValidationError(
                    self.env._(
                        "The text has an unknown placeholder: %(error)s. Known are "
                        "%(known)s.",
                        error=error,
                        known=", ".join(f"${name}" for name in known),
                    )
                ) from error

    @api.model
    def _texts(self, terms, form, payee_level):
        """Return the sentences of each section with *terms* filled in.

        :param form: ``decision`` or ``amendment``
        """
        texts = {section: [] for section, _label in SECTIONS}
        clauses = self.sudo().search(
            [("form", "=", form), ("payee_level", "in", [payee_level, False])]
        )
        for clause in clauses:
            text = Template(clause.text).substitute(terms)
            if "$year" in clause.text:
                text = of_budget_year(text, int(terms["year"]))
            texts[clause.section].append(text)
        return texts
