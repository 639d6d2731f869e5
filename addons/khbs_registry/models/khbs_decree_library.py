# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
from string import Template

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .khbs_decree_chain import FORMS
from .khbs_decree_part import SECTIONS

KINDS = [
    ("recipient_list", "List of recipients"),
    ("round", "Distribution round"),
    ("bkk", "BKK"),
]
_PLACEHOLDER = re.compile(r"\$\{?([a-z_]+)\}?")
# What a clause may take from its decree; every kind adds words of its own.
PLACEHOLDERS = (
    "title year account total original original_number original_date original_title "
    "area families criteria list_number list_date scope"
).split()


class KhbsDecreeLibrary(models.Model):
    """The standing wording of one kind of decree, for the time that it is valid.

    Law changes and so do numbers of regulations; none of them stands in code. A draft
    takes the clauses as they are on its day and is edited on its own from then on.
    """

    _name = "khbs.decree.library"
    _description = "Clause library"
    _order = "form, kind, valid_from desc"
    _rec_name = "form"

    kind = fields.Selection(
        selection=KINDS, string="Kind of decree", help="Empty: every kind."
    )
    form = fields.Selection(selection=FORMS, required=True, default="decision")
    valid_from = fields.Date(required=True, default=fields.Date.context_today)
    valid_to = fields.Date(help="Empty: until a newer library begins.")
    clause_ids = fields.One2many(
        comodel_name="khbs.decree.library.clause", inverse_name="library_id", copy=True
    )

    _valid_order = models.Constraint(
        "CHECK (valid_to >= valid_from)", "The validity ends before it begins."
    )
    _one_at_a_time = models.Constraint(
        """EXCLUDE USING gist (
            int8range(hashtext(form)::int8, hashtext(form)::int8, '[]') WITH &&,
            int8range(hashtext(COALESCE(kind, ''))::int8,
                hashtext(COALESCE(kind, ''))::int8, '[]') WITH &&,
            daterange(valid_from, valid_to, '[]') WITH &&
        )""",
        "There is a library of this kind in the same time. End its validity the day "
        "before.",
    )

    @api.depends("kind", "form", "valid_from")
    def _compute_display_name(self):
        forms = dict(self._fields["form"]._description_selection(self.env))
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for library in self:
            parts = [forms.get(library.form, ""), kinds.get(library.kind, "")]
            library.display_name = " · ".join(part for part in parts if part)

    @api.model_create_multi
    def create(self, vals_list):
        # One that ends in the same transaction ends before the next begins.
        self.flush_model(["valid_from", "valid_to"])
        libraries = super().create(vals_list)
        libraries._record_change()
        return libraries

    def write(self, vals):
        result = super().write(vals)
        self._record_change()
        return result

    def _record_change(self):
        for library in self:
            self.env["khbs.audit.event"]._record("decree_library.change", library)

    @api.model
    def _for(self, kind, form, day=None):
        """Return the library of *kind* and *form* on *day*, or none.

        One of this very kind goes before one of every kind.
        """
        day = day or fields.Date.context_today(self)
        libraries = self.sudo().search(
            [
                ("form", "=", form),
                ("kind", "in", [kind, False]),
                ("valid_from", "<=", day),
                "|",
                ("valid_to", "=", False),
                ("valid_to", ">=", day),
            ]
        )
        return libraries.sorted(lambda one: not one.kind)[:1]

    def _texts(self, terms):
        """Return the sentences by section; unknown placeholders stay to be filled."""
        texts = {section: [] for section, _label in SECTIONS}
        for clause in self.clause_ids.sorted(lambda one: (one.sequence, one.id)):
            text = Template(clause.text).safe_substitute(terms)
            texts[clause.section].append(text)
        return texts


class KhbsDecreeLibraryClause(models.Model):
    """One sentence of a library."""

    _name = "khbs.decree.library.clause"
    _description = "Clause of a library"
    _order = "library_id, section, sequence, id"
    _rec_name = "section"

    library_id = fields.Many2one(
        comodel_name="khbs.decree.library",
        required=True,
        index=True,
        ondelete="cascade",
    )
    section = fields.Selection(selection=SECTIONS, required=True)
    sequence = fields.Integer(required=True, default=100)
    text = fields.Text(
        required=True,
        help="In Indonesian, as it is to be printed. A placeholder like $title is "
        "filled in when a decree is drafted; three dots stay to be filled by hand.",
    )

    @api.constrains("text")
    def _check_placeholders(self):
        for clause in self:
            names = set(_PLACEHOLDER.findall(clause.text)) - set(PLACEHOLDERS)
            if names or "$" in _PLACEHOLDER.sub("", clause.text):
                raise ValidationError(
                    self.env._(
                        "The text has an unknown placeholder: %(names)s. Known are "
                        "%(known)s.",
                        names=", ".join(sorted(names)) or "$",
                        known=", ".join(f"${name}" for name in PLACEHOLDERS),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        clauses = super().create(vals_list)
        clauses.library_id._record_change()
        return clauses

    def write(self, vals):
        result = super().write(vals)
        self.library_id._record_change()
        return result
