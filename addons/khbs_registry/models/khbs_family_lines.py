# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.orm.models import NO_ACCESS

from .. import relations
from ..identity_numbers import mask, nik_disagrees, nik_form_error
from .khbs_family_plan import FATES


class KhbsFamilyLine(models.AbstractModel):
    """A line of a family event: it is changed as long as the event is."""

    _name = "khbs.family.line"
    _inherit = "khbs.line.trace"
    _description = "Line of a family event"

    _document_field = "event_id"
    _line_act = "family_event.change"

    event_id = fields.Many2one(
        comodel_name="khbs.family.event", required=True, index=True, ondelete="cascade"
    )
    area_id = fields.Many2one(related="event_id.area_id")

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._refuse_unless_draft()
        return lines

    def write(self, vals):
        self._refuse_unless_draft()
        result = super().write(vals)
        self._refuse_unless_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_draft(self):
        self._refuse_unless_draft()

    def _refuse_unless_draft(self):
        if not self.env.su and set(self.event_id.mapped("state")) - {"draft"}:
            raise AccessError(self.env._("The event is handed in: it stays as it is."))


class KhbsFamilyMember(models.Model):
    """A member of the families of an event, and what becomes of him or her."""

    _name = "khbs.family.member"
    _inherit = "khbs.family.line"
    _description = "Member in a family event"
    _order = "event_id, id"
    _rec_name = "person_id"

    person_id = fields.Many2one(
        comodel_name="khbs.person", required=True, index=True, ondelete="restrict"
    )
    relation = fields.Selection(
        related="person_id.relation", string="Relation until now"
    )
    fate = fields.Selection(selection=FATES, string="What becomes", required=True)
    relation_after = fields.Selection(selection=relations.SHDK, required=True)

    def _content(self):
        return [self.person_id.id, self.fate, self.relation_after]


class KhbsFamilyNewcomer(models.Model):
    """Somebody who joins a family and was in none of the registry."""

    _name = "khbs.family.newcomer"
    _inherit = "khbs.family.line"
    _description = "New person in a family event"
    _order = "event_id, id"

    name = fields.Char(required=True)
    nik = fields.Char(size=16, copy=False, groups=NO_ACCESS)
    nik_masked = fields.Char(
        string="NIK", compute="_compute_nik_masked", compute_sudo=True
    )
    nik_entry = fields.Char(
        string="NIK (sixteen digits)",
        compute="_compute_nik_entry",
        inverse="_inverse_nik_entry",
        help="Empty for who has none yet. It is shown masked once saved.",
    )
    birth_date = fields.Date()
    sex = fields.Selection(selection=[("1", "Male"), ("2", "Female")], required=True)
    relation = fields.Selection(
        selection=relations.SHDK, required=True, help="To the head of the family."
    )

    _nik_form = models.Constraint(
        "CHECK (nik ~ '^[0-9]{16}$')", "A NIK has sixteen digits."
    )

    @api.depends("nik")
    def _compute_nik_masked(self):
        for newcomer in self:
            newcomer.nik_masked = mask(newcomer.nik)

    def _compute_nik_entry(self):
        for newcomer in self:
            newcomer.nik_entry = False

    def _inverse_nik_entry(self):
        for newcomer in self:
            nik = "".join((newcomer.nik_entry or "").split())
            if not nik:
                continue
            if nik_form_error(nik):
                raise UserError(
                    self.env._(
                        "This is no NIK. Compare its sixteen digits with the KTP or KK."
                    )
                )
            newcomer._refuse_unless_draft()
            newcomer.sudo().nik = nik
        self.invalidate_recordset(["nik_entry"], flush=False)

    def _known_person(self):
        """Return the living person who has this NIK, or nobody."""
        if not self.nik:
            return self.env["khbs.person"]
        return (
            self.env["khbs.person"]
            .sudo()
            .search([("nik", "=", self.nik), ("state", "=", "alive")], limit=1)
        )

    def _person_values(self):
        status = "missing"
        if self.nik:
            born = self.birth_date and self.birth_date.isoformat()
            differs = nik_disagrees(self.nik, born, self.sex)
            status = "warning" if differs else "valid"
        return {
            "household_id": self.event_id.household_id.id,
            "name": self.name.upper(),
            "nik": self.nik,
            "nik_status": status,
            "birth_date": self.birth_date,
            "sex": self.sex,
            "relation": self.relation,
        }

    def _content(self):
        return [
            self.name,
            self.env["khbs.household"]._keyed(self.nik),
            str(self.birth_date),
            self.sex,
            self.relation,
        ]
