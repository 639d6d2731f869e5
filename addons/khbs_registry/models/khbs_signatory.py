# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..papers import words
from ..papers.document import Signature

DOTTED_DATE = "...................................."
_ON_BEHALF = ("a.n.", "u.b.")
# The office on a paper for which nobody is entered, to be signed over dots.
_OFFICES = {
    "social_affairs": ("Kepala Dinas Sosial", "Provinsi Kalimantan Tengah,"),
    "communications": (
        "Kepala Dinas Komunikasi, Informatika,",
        "Persandian dan Statistik",
        "Provinsi Kalimantan Tengah,",
    ),
    "finance": (
        "Kepala Badan Keuangan dan Aset Daerah",
        "Provinsi Kalimantan Tengah,",
    ),
}

# Say whose certificate it is that stands in the row.
_WHOSE = {"name", "role", "prefix", "title", "nip", "valid_from"}


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
            ("legal", "Head of the law office"),
        ],
        string="Office",
        required=True,
    )
    prefix = fields.Selection(
        selection=[
            ("a.n.", "a.n. (on behalf of)"),
            ("u.b.", "u.b. (for the one who signs on behalf)"),
            ("Plt.", "Plt. (acting)"),
            ("Plh.", "Plh. (acting for a day)"),
        ]
    )
    title = fields.Text(
        required=True,
        help="Office over the signature, one line each; with a.n. both offices, with "
        "u.b. all three.",
    )
    rank = fields.Char()
    nip = fields.Char(string="NIP", help="Eighteen digits; none for the Governor.")
    certificate_sha256 = fields.Char(
        string="SHA-256 of the certificate",
        help="Fingerprint of the certificate for electronic signatures (TTE), entered "
        "by an administrator. Without it nothing is frozen for such a signature, and a "
        "file signed with another certificate is refused.",
    )
    valid_from = fields.Date(required=True)
    valid_to = fields.Date()

    _valid_order = models.Constraint(
        "CHECK (valid_to >= valid_from)", "The validity ends before it begins."
    )
    _nip_form = models.Constraint(
        "CHECK (nip ~ '^[0-9]{18}$')", "A NIP has eighteen digits, without spaces."
    )

    _certificate_form = models.Constraint(
        "CHECK (certificate_sha256 ~ '^[0-9a-f]{64}$')",
        "A SHA-256 has 64 hexadecimal digits.",
    )
    # Who signs on behalf holds an own office beside it: the Secretary signs letters as
    # Secretary and decrees a.n. Gubernur.
    _one_per_office = models.Constraint(
        """EXCLUDE USING gist (
            int8range(hashtext(role)::int8, hashtext(role)::int8, '[]') WITH &&,
            int4range(
                (COALESCE(prefix, '') IN ('a.n.', 'u.b.'))::int,
                (COALESCE(prefix, '') IN ('a.n.', 'u.b.'))::int, '[]'
            ) WITH &&,
            daterange(valid_from, valid_to, '[]') WITH &&
        )""",
        "Somebody holds this office in the same time. End that validity the day "
        "before.",
    )

    @api.depends("name", "role")
    def _compute_display_name(self):
        labels = dict(self._fields["role"]._description_selection(self.env))
        for signatory in self:
            role = labels.get(signatory.role, "")
            signatory.display_name = f"{role}: {signatory.name or ''}"

    @api.model_create_multi
    def create(self, vals_list):
        # With the defaults, which a caller may send in the context.
        vals_list = [
            self._normalised(self._add_missing_default_values(vals))
            for vals in vals_list
        ]
        if any(vals.get("certificate_sha256") for vals in vals_list):
            self._require_certifier()
        # One that ends in the same transaction ends before the next begins.
        self.flush_model(["valid_from", "valid_to"])
        signatories = super().create(vals_list)
        for signatory in signatories:
            self.env["khbs.audit.event"]._record(
                "signatory.create",
                signatory,
                {
                    "role": signatory.role,
                    "valid_from": str(signatory.valid_from),
                    "certificate_sha256": signatory.certificate_sha256 or None,
                },
            )
        return signatories

    @api.model
    def _normalised(self, vals):
        """Return *vals* with the digits that somebody copied with their spaces."""
        vals = dict(vals)
        for name in ("nip", "certificate_sha256"):
            if vals.get(name):
                vals[name] = re.sub(r"[\s:.]", "", vals[name]).lower()
        return vals

    def write(self, vals):
        vals = self._normalised(vals)
        on_paper = {"name", "role", "prefix", "title", "rank", "nip"} & set(vals)
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
        if _WHOSE & set(vals) and any(self.mapped("certificate_sha256")):
            self._require_certifier()
        data = {"fields": sorted(vals)}
        if "certificate_sha256" in vals:
            self._require_certifier()
            data["certificate_sha256"] = vals["certificate_sha256"] or None
        result = super().write(vals)
        for signatory in self:
            self.env["khbs.audit.event"]._record("signatory.change", signatory, data)
        return result

    def _require_certifier(self):
        """Refuse a fingerprint from anybody but an administrator.

        Whoever takes in signed files may not say whose certificate they are signed
        with; no administrator is a decree officer (khbs.incompatible.roles).
        """
        if not self.env.su and not self.env.user.has_group(
            "khbs_registry.group_administrator"
        ):
            raise AccessError(
                self.env._(
                    "Whoever registers decrees does not enter the certificate. Ask an "
                    "administrator to compare its fingerprint with the holder's and to "
                    "enter it."
                )
            )

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
        signatories = self.sudo().search(
            Domain("role", "=", role)
            & Domain("valid_from", "<=", date)
            & (Domain("valid_to", "=", False) | Domain("valid_to", ">=", date)),
        )
        return signatories.sorted(lambda one: one.prefix in _ON_BEHALF)[:1]

    def _require_valid(self, date):
        """Raise UserError unless this one may sign on *date*."""
        self.ensure_one()
        if date < self.valid_from or (self.valid_to and date > self.valid_to):
            raise UserError(
                self.env._(
                    "%(name)s may not sign on %(date)s: the office is held from "
                    "%(from)s to %(to)s. Compare the date, or draft the decree anew "
                    "with who holds the office on that day.",
                    **{
                        "name": self.name,
                        "date": words.date(date),
                        "from": words.date(self.valid_from),
                        "to": words.date(self.valid_to) if self.valid_to else "...",
                    },
                )
            )

    def _require_certificate(self):
        """Return this one, or raise UserError: whose signature is it otherwise?"""
        self.ensure_one()
        if not self.certificate_sha256:
            raise UserError(
                self.env._(
                    "No certificate is entered for %(name)s; any signature would do. "
                    "Ask an administrator to enter its SHA-256 under KHBS > Documents "
                    "> Signatories.",
                    name=self.name,
                )
            )
        return self

    def _require_own(self, by):
        """Raise UserError unless a signature is this one's, by its certificate.

        :param by: papers.signed.SignedBy
        """
        self.ensure_one()
        if by.certificate_sha256 != self.certificate_sha256:
            raise UserError(
                self.env._(
                    "The file is signed by %(name)s with a certificate that is not the "
                    "one entered for %(signatory)s; its SHA-256 is %(sha256)s. Have it "
                    "signed by %(signatory)s. If the certificate was renewed, an "
                    "administrator compares this SHA-256 with the holder's and enters "
                    "it.",
                    name=by.name,
                    signatory=self.name,
                    sha256=by.certificate_sha256,
                )
            )

    def _office(self):
        """Return the lines over the signature.

        With u.b. the last line is of who signs, for the one who signs on behalf.
        """
        self.ensure_one()
        first, *others = self.title.splitlines()
        if self.prefix == "u.b.":
            return (f"a.n. {first}", *others[:-1], "u.b.", *others[-1:])
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

    @api.model
    def _block_or_dots(self, role):
        """Return the block of who signs for *role* today, with dots for nobody."""
        today = fields.Date.context_today(self)
        signatory = self._find(role, today)
        if signatory:
            return signatory._block(today)
        return Signature(
            place_and_date=f"Palangka Raya, {words.date(today)}",
            office=_OFFICES[role],
            name="." * 40,
            below=("NIP " + "." * 36,),
        )

    def _annex_block(self):
        """Return the block at the end of an annex: place and date are the decree's."""
        return Signature(
            place_and_date="",
            office=self._office(),
            name=self.name,
            below=self._below(),
        )
