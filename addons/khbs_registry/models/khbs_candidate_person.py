# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.orm.models import NO_ACCESS

from .. import relations
from ..identity_numbers import is_placeholder, mask, nik_disagrees, nik_form_error


class KhbsCandidatePerson(models.Model):
    """A member of a candidate, with a NIK or without one yet (DOMAIN 12.12)."""

    _name = "khbs.candidate.person"
    _description = "Member of a candidate"
    _order = "candidate_id, relation, id"

    candidate_id = fields.Many2one(
        comodel_name="khbs.candidate", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True, help="As it stands in the KK, in one piece.")
    nik = fields.Char(
        string="NIK",
        size=16,
        copy=False,
        groups=NO_ACCESS,  # shown masked only
    )
    nik_entry = fields.Char(
        string="NIK (sixteen digits)",
        compute="_compute_nik_entry",
        inverse="_inverse_nik_entry",
        compute_sudo=True,
        help="Leave it empty for whoever has none yet. Once saved it is shown masked.",
    )
    nik_masked = fields.Char(
        string="NIK (masked)", compute="_compute_nik_masked", compute_sudo=True
    )
    nik_status = fields.Selection(
        selection=[
            ("valid", "Valid"),
            ("warning", "Warning"),
            ("missing", "No NIK yet"),
        ],
        compute="_compute_nik_status",
        compute_sudo=True,
        store=True,
    )
    relation = fields.Selection(selection=relations.SHDK, required=True)
    birth_date = fields.Date()
    sex = fields.Selection(selection=[("1", "Male"), ("2", "Female")])
    candidate_state = fields.Selection(
        related="candidate_id.state", string="State of the candidate", store=True
    )

    _nik_form = models.Constraint(
        "CHECK (nik ~ '^[0-9]{16}$')", "A NIK has sixteen digits."
    )
    _nik_uniq = models.UniqueIndex(
        "(nik) WHERE candidate_state IN ('draft', 'proposed')",
        "A candidate with this NIK is under way already.",
    )

    @api.depends("nik")
    def _compute_nik_entry(self):
        self.nik_entry = False

    def _inverse_nik_entry(self):
        for person in self:
            nik = "".join((person.nik_entry or "").split())
            if not nik:
                continue
            # BPS's sign for "none" is no NIK, and no error (DOMAIN 2.4).
            if is_placeholder(nik):
                person.sudo().nik = False
                continue
            if nik_form_error(nik):
                raise ValidationError(
                    self.env._(
                        "%(name)s: this is no NIK. It has sixteen digits with the "
                        "date of birth from the seventh on; leave it empty for whoever "
                        "has none.",
                        name=person.name,
                    )
                )
            person.candidate_id._note_entered(nik)
            person.sudo().nik = nik

    @api.depends("nik")
    def _compute_nik_masked(self):
        for person in self:
            person.nik_masked = mask(person.nik)

    @api.depends("nik", "birth_date", "sex")
    def _compute_nik_status(self):
        for person in self:
            born = person.birth_date.isoformat() if person.birth_date else None
            if not person.nik:
                person.nik_status = "missing"
            elif nik_disagrees(person.nik, born, person.sex):
                person.nik_status = "warning"
            else:
                person.nik_status = "valid"

    @api.constrains("birth_date")
    def _check_birth_date(self):
        today = fields.Date.context_today(self)
        for person in self:
            if person.birth_date and person.birth_date > today:
                raise ValidationError(self.env._("Nobody is born after today."))

    @api.onchange("nik_entry")
    def _onchange_nik_entry(self):
        nik = "".join((self.nik_entry or "").split())
        if nik and not is_placeholder(nik) and nik_form_error(nik):
            return {
                "warning": {
                    "title": self.env._("Is this the NIK?"),
                    "message": self.env._(
                        "A NIK has sixteen digits: region, date of birth (women 40 "
                        "more on the day), serial number. Compare it with the KK."
                    ),
                }
            }
        return None

    @api.model_create_multi
    def create(self, vals_list):
        persons = super().create(vals_list)
        persons._after_change()
        return persons

    def write(self, vals):
        self._refuse_unless_draft()
        result = super().write(vals)
        self._after_change()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_of_draft(self):
        self._refuse_unless_draft()

    def _after_change(self):
        self.invalidate_recordset(["nik_entry"], flush=False)
        if not self.env.su:
            self._refuse_unless_draft()
            self.candidate_id.sudo()._note_findings()
            # Whoever types numbers in learns what the registry knows of them.
            for candidate in self.candidate_id:
                self.env["khbs.audit.event"]._record(
                    "candidate.change", candidate, {"fields": ["person_ids"]}
                )

    def _refuse_unless_draft(self):
        if not self.env.su and any(p.candidate_id.state != "draft" for p in self):
            raise UserError(
                self.env._(
                    "The candidate was proposed and cannot be changed. A validator can "
                    "send it back."
                )
            )

    def _content(self):
        """Return what the digest of the candidate covers of this member."""
        self.ensure_one()
        return [
            self.name,
            self.nik or "",
            self.relation,
            str(self.birth_date or ""),
            self.sex or "",
        ]
