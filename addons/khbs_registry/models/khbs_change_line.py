# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.orm.models import NO_ACCESS

from .. import relations
from ..identity_numbers import kk_form_error, mask, nik_form_error
from .khbs_household import DWELLING_KINDS

HOUSEHOLD_FIELDS = [
    ("address", "Address"),
    ("rt", "RT"),
    ("rw", "RW"),
    ("dwelling_kind", "Kind of dwelling"),
    ("kk_number", "KK number"),
]
PERSON_FIELDS = [
    ("name", "Name"),
    ("nik", "NIK"),
    ("birth_date", "Birth date"),
    ("sex", "Sex"),
    ("relation", "Relation"),
]
_OF_PERSON = {name for name, _label in PERSON_FIELDS}
_NUMBERS = ("nik", "kk_number")
SEXES = [("1", "Male"), ("2", "Female")]
# Field of the line in which a value is entered, by the field that it is for.
_ENTRY = {
    "dwelling_kind": "dwelling_entry",
    "birth_date": "date_entry",
    "sex": "sex_entry",
    "relation": "relation_entry",
}


class KhbsChangeLine(models.Model):
    """One field of a family or member, what it holds and what it is to hold.

    Values are kept as text, out of everybody's reach: they may be a NIK or KK number,
    of which the screens show the masked form.
    """

    _name = "khbs.change.line"
    _inherit = "khbs.line.trace"
    _description = "Change of a field"
    _order = "request_id, id"
    _rec_name = "field_name"

    _document_field = "request_id"
    _line_act = "change_request.change"

    request_id = fields.Many2one(
        comodel_name="khbs.change.request",
        required=True,
        index=True,
        ondelete="cascade",
    )
    household_id = fields.Many2one(related="request_id.household_id")
    state = fields.Selection(related="request_id.state")
    field_name = fields.Selection(
        selection=[*PERSON_FIELDS, *HOUSEHOLD_FIELDS], string="Field", required=True
    )
    of_person = fields.Boolean(compute="_compute_of_person")
    person_id = fields.Many2one(
        comodel_name="khbs.person",
        string="Member",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('household_id', '=', household_id), ('state', '=', 'alive')]",
        help="Whose value it is; empty: the family's.",
    )
    old_raw = fields.Char(copy=False, groups=NO_ACCESS)
    new_raw = fields.Char(copy=False, groups=NO_ACCESS)
    old_shown = fields.Char(
        string="Until now", compute="_compute_shown", compute_sudo=True
    )
    new_shown = fields.Char(
        string="To become", compute="_compute_shown", compute_sudo=True
    )
    text_entry = fields.Char(
        string="New value",
        compute="_compute_entries",
        inverse="_inverse_text_entry",
        help="A NIK or KK number is shown masked once it is saved.",
    )
    date_entry = fields.Date(
        string="New date", compute="_compute_entries", inverse="_inverse_date_entry"
    )
    sex_entry = fields.Selection(
        selection=SEXES,
        string="New sex",
        compute="_compute_entries",
        inverse="_inverse_sex_entry",
    )
    relation_entry = fields.Selection(
        selection=relations.SHDK,
        string="New relation",
        compute="_compute_entries",
        inverse="_inverse_relation_entry",
    )
    dwelling_entry = fields.Selection(
        selection=DWELLING_KINDS,
        string="New kind of dwelling",
        compute="_compute_entries",
        inverse="_inverse_dwelling_entry",
    )

    _once = models.UniqueIndex(
        "(request_id, COALESCE(person_id, 0), field_name)",
        "A request changes a value once.",
    )

    @api.depends("field_name")
    def _compute_of_person(self):
        for line in self:
            line.of_person = line.field_name in _OF_PERSON

    @api.depends(
        "field_name",
        "person_id",
        "old_raw",
        "new_raw",
        "state",
        "text_entry",
        *_ENTRY.values(),
    )
    def _compute_shown(self):
        for line in self:
            present = line.state in (False, "draft")
            old = line._present_raw() if present else line.old_raw
            line.old_shown = line._shown(old)
            # A form that is not saved yet shows what was entered.
            entered = line[_ENTRY.get(line.field_name, "text_entry")]
            entered = entered and line._normalised(str(entered))
            line.new_shown = line._shown(entered or line.new_raw)

    @api.depends("field_name")
    def _compute_entries(self):
        for line in self:
            raw = line.sudo().new_raw
            entry = _ENTRY.get(line.field_name, "text_entry")
            for name in ("text_entry", *_ENTRY.values()):
                line[name] = False
            # A number is never shown again, not even to who entered it.
            if raw and line.field_name not in _NUMBERS:
                line[entry] = raw

    def _inverse_text_entry(self):
        self._enter("text_entry")

    def _inverse_date_entry(self):
        self._enter("date_entry")

    def _inverse_sex_entry(self):
        self._enter("sex_entry")

    def _inverse_relation_entry(self):
        self._enter("relation_entry")

    def _inverse_dwelling_entry(self):
        self._enter("dwelling_entry")

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._refuse_unless_draft()
        return lines

    def write(self, vals):
        self._refuse_unless_draft()
        result = super().write(vals)
        self._refuse_unless_draft()
        if "field_name" in vals and len(vals) == 1:
            self.sudo().new_raw = False
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_draft(self):
        self._refuse_unless_draft()

    def _refuse_unless_draft(self):
        if not self.env.su and set(self.request_id.mapped("state")) - {"draft"}:
            raise AccessError(
                self.env._("The request is handed in: it stays as it is.")
            )

    def _enter(self, entry):
        """Keep what was entered in the field that fits the value."""
        for line in self:
            value = line[entry]
            if value and _ENTRY.get(line.field_name, "text_entry") == entry:
                line._refuse_unless_draft()
                line.sudo().new_raw = line._normalised(str(value))
        self.invalidate_recordset([entry], flush=False)

    def _normalised(self, text):
        text = " ".join(text.split())
        if self.field_name in _NUMBERS:
            return text.replace(" ", "")
        return text.upper() if self.field_name in ("name", "address") else text

    def _record(self):
        """Return the household or person that the value is of."""
        return self.person_id if self.of_person else self.request_id.household_id

    def _present_raw(self):
        """Return the value as it is now, as text; nothing for an empty one."""
        record = self._record().sudo()
        if not record or not self.field_name:
            return False
        value = record[self.field_name]
        return str(value) if value else False

    def _shown(self, raw):
        if not raw:
            return ""
        if self.field_name in _NUMBERS:
            return mask(raw)
        field = self.env[self._record()._name]._fields.get(self.field_name)
        if field and field.type == "selection":
            return dict(field._description_selection(self.env)).get(raw, raw)
        if field and field.type == "date":
            return fields.Date.to_date(raw).strftime("%d/%m/%Y")
        return raw

    def _problems(self):
        """Yield what stands against this change."""
        label = self._label()
        if self.of_person and self.person_id.household_id != self.household_id:
            yield self.env._("%(field)s: choose a member of the family.", field=label)
        if not self.new_raw:
            yield self.env._("%(field)s: enter the new value.", field=label)
        present = self._present_raw()
        if self.state != "draft" and (present or "") != (self.old_raw or ""):
            yield self.env._(
                "%(field)s is %(present)s by now and no longer what the request "
                "replaces. Refuse it, so that it is proposed anew.",
                field=label,
                present=self._shown(present) or "-",
            )
        if self.new_raw == present:
            yield self.env._("%(field)s is that already.", field=label)
        yield from self._wrong_form(label)

    def _wrong_form(self, label):
        if self.field_name == "nik" and nik_form_error(self.new_raw or ""):
            yield self.env._(
                "This is no NIK. Compare its sixteen digits with the KTP or KK."
            )
        if self.field_name == "kk_number":
            if kk_form_error(self.new_raw or ""):
                self.env["khbs.household"]._refuse_kk_form(self.new_raw or "")
            self.request_id._note_entered(self.new_raw)
            self.household_id._refuse_taken_kk(self.new_raw)
        if self.field_name == "birth_date":
            if fields.Date.to_date(self.new_raw) > fields.Date.context_today(self):
                yield self.env._("%(field)s lies in the future.", field=label)
        if self.field_name == "relation" and relations.HEAD in (
            self.new_raw,
            self._present_raw(),
        ):
            yield self.env._(
                "Another head of the family is a family event, not a change of a field."
            )
        if self.field_name in ("rt", "rw") and len(self.new_raw or "") > 3:
            yield self.env._("%(field)s has up to three digits.", field=label)

    def _taken_nik(self, exchanging):
        """Yield whom the NIK belongs to, unless it is freed by the same request."""
        self.request_id._note_entered(self.new_raw)
        owner = self.env["khbs.person"].search(
            [("nik", "=", self.new_raw), ("state", "=", "alive")], limit=1
        )
        if not owner or owner in exchanging:
            return
        if owner.sudo(False).has_access("read"):
            yield self.env._(
                "This NIK belongs to %(person)s of %(household)s.",
                person=owner.name,
                household=owner.household_id.name,
            )
        else:
            yield self.env._(
                "This NIK belongs to a person of another area. Compare it with the KTP "
                "or KK; if it is right, the office of the regency or the province "
                "looks for the person."
            )

    def _keep_former_niks(self):
        """Write the NIK that these lines replace into the history."""
        today = fields.Date.context_today(self)
        self.env["khbs.person.nik"].create(
            [
                {
                    "person_id": line.person_id.id,
                    "nik": line.old_raw,
                    "valid_from": line.person_id.create_date,
                    "valid_to": today,
                    "reason": line.request_id.name,
                }
                for line in self
                if line.old_raw
            ]
        )

    def _apply(self):
        """Write the new value."""
        record = self._record()
        if self.field_name == "kk_number":
            today = fields.Date.context_today(self)
            record._renumber_kk(self.new_raw, self.request_id.name, today)
        else:
            record[self.field_name] = self.new_raw

    def _content(self):
        keyed = self.env["khbs.household"]._keyed
        values = [self.old_raw or "", self.new_raw or ""]
        return [self.field_name, self.person_id.id, *map(keyed, values)]

    def _label(self):
        labels = dict(self._fields["field_name"]._description_selection(self.env))
        label = labels.get(self.field_name, "?")
        return f"{self.person_id.name}: {label}" if self.person_id else label
