# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..papers import words
from ..papers.document import Signature

DOTTED_DATE = "...................................."


class KhbsSignatory(models.Model):
    """Who signs papers of an office, and from when to when."""

    _name = "khbs.signatory"
    _description = "Signatory"
    _order = "role, valid_from desc"

    name = fields.Char(required=True, help="With degrees, as it stands on paper.")
    role = fields.Selection(
        selection=[
            ("governor", "Governor"),
            ("secretary", "Provincial secretary"),
            ("social_affairs", "Head of social affairs"),
            ("communications", "Head of communications"),
            ("finance", "Head of finance and assets"),
            ("treasurer", "Treasurer"),
        ],
        string="Office",
        required=True,
    )
    prefix = fields.Selection(
        selection=[
            ("a.n.", "a.n. (on behalf of)"),
            ("Plt.", "Plt. (acting)"),
            ("Plh.", "Plh. (acting for a day)"),
        ]
    )
    title = fields.Text(
        required=True,
        help="Office over the signature, one line each; with a.n. both offices.",
    )
    rank = fields.Char()
    nip = fields.Char(string="NIP", help="Eighteen digits; none for the Governor.")
    valid_from = fields.Date(required=True)
    valid_to = fields.Date()

    _valid_order = models.Constraint(
        "CHECK (valid_to >= valid_from)", "The validity ends before it begins."
    )
    _nip_form = models.Constraint(
        "CHECK (nip ~ '^[0-9]{18}$')", "A NIP has eighteen digits, without spaces."
    )

    @api.depends("name", "role")
    def _compute_display_name(self):
        labels = dict(self._fields["role"]._description_selection(self.env))
        for signatory in self:
            role = labels.get(signatory.role, "")
            signatory.display_name = f"{role}: {signatory.name or ''}"

    @api.constrains("role", "valid_from", "valid_to")
    def _check_overlap(self):
        for signatory in self:
            domain = (
                Domain("id", "!=", signatory.id)
                & Domain("role", "=", signatory.role)
                & (
                    Domain("valid_to", "=", False)
                    | Domain("valid_to", ">=", signatory.valid_from)
                )
            )
            if signatory.valid_to:
                domain &= Domain("valid_from", "<=", signatory.valid_to)
            other = self.search(domain, limit=1)
            if other:
                raise ValidationError(
                    self.env._(
                        "%(name)s holds this office in the same time. End that "
                        "validity the day before.",
                        name=other.name,
                    )
                )

    def write(self, vals):
        on_paper = {"name", "prefix", "title", "rank", "nip"} & set(vals)
        decrees = self.env["khbs.decree"].sudo()
        if on_paper and decrees.search_count(
            [("signatory_id", "in", self.ids)], limit=1
        ):
            raise UserError(
                self.env._(
                    "A decree names this signatory already. End the validity and "
                    "enter a new one."
                )
            )
        return super().write(vals)

    @api.model
    def _at(self, role, date=None):
        """Return who signs for *role* on *date*, today by default."""
        date = date or fields.Date.context_today(self)
        signatory = self._find(role, date)
        if not signatory:
            label = dict(self._fields["role"]._description_selection(self.env))[role]
            raise UserError(
                self.env._(
                    "Nobody is entered as %(role)s on %(date)s. Add the signatory "
                    "under KHBS > Documents > Signatories.",
                    role=label,
                    date=words.date(date),
                )
            )
        return signatory

    @api.model
    def _find(self, role, date):
        """Return who signs for *role* on *date*, or nobody."""
        return self.sudo().search(
            Domain("role", "=", role)
            & Domain("valid_from", "<=", date)
            & (Domain("valid_to", "=", False) | Domain("valid_to", ">=", date)),
            limit=1,
        )

    def _office(self):
        """Return the lines over the signature."""
        self.ensure_one()
        first, *others = self.title.splitlines()
        return (f"{self.prefix} {first}" if self.prefix else first, *others)

    def _below(self):
        """Return the lines under the name: rank and NIP."""
        self.ensure_one()
        lines = [self.rank] if self.rank else []
        if self.nip:
            lines.append(f"NIP {words.nip(self.nip)}")
        return tuple(lines)

    def _block(self, date=None):
        """Return the :class:`Signature` block; without *date* it has dots."""
        written = words.date(date) if date else DOTTED_DATE
        return Signature(
            place_and_date=f"Palangka Raya, {written}",
            office=self._office(),
            name=self.name,
            below=self._below(),
        )
