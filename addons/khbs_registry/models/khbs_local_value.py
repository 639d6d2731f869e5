# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

SOURCES = [
    ("khbs.visit", "visit"),
    ("khbs.change.request", "change_request"),
    ("khbs.family.event", "family_event"),
    ("khbs.deliberation", "deliberation"),
]


class KhbsLocalValue(models.Model):
    """That a field of a family or person was verified here, and on which day.

    The value itself stands on the family or person alone. A delivery of DTSEN of which
    the cut-off lies before that day does not overwrite it (``khbs.dtsen.conflict``).
    """

    _name = "khbs.local.value"
    _description = "Value known locally"
    _order = "id desc"
    _rec_name = "field_name"

    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="cascade"
    )
    person_id = fields.Many2one(
        comodel_name="khbs.person",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: a value of the family.",
    )
    field_name = fields.Char(required=True)
    field_label = fields.Char(string="Field", compute="_compute_field_label")
    verified_on = fields.Date(required=True)
    source = fields.Selection(
        selection=[
            ("visit", "Field visit"),
            ("change_request", "Change request"),
            ("family_event", "Family event"),
            ("deliberation", "Village deliberation"),
        ],
        required=True,
    )
    source_model = fields.Char(required=True)
    source_id = fields.Many2oneReference(
        string="Source document", model_field="source_model", required=True
    )
    current = fields.Boolean(
        default=True, help="Off: verified anew since, or overwritten by a delivery."
    )

    _current_uniq = models.UniqueIndex(
        "(household_id, COALESCE(person_id, 0), field_name) WHERE current",
        "This value is recorded as verified already.",
    )

    @api.depends("field_name", "person_id")
    def _compute_field_label(self):
        for value in self:
            model = "khbs.person" if value.person_id else "khbs.household"
            value.field_label = self._label_of(model, value.field_name)

    @api.model
    def _label_of(self, model, field_name):
        """Return what the screens call a field, in the reader's language."""
        field = self.env[model]._fields.get(field_name)
        if not field:
            return field_name
        label = self.env["ir.model.fields"]._get(model, field_name).sudo()
        return label.field_description or field_name

    @api.model
    def _record(self, records, field_names, verified_on, source):
        """Record that *field_names* of *records* were verified on a day.

        :param records: khbs.household or khbs.person; all of them hold the values now
        :param verified_on: date on which somebody here saw that they are true
        :param source: the one record that says so (a visit, a change request, ...)
        """
        if not records or not field_names:
            return
        self.env.flush_all()
        persons = records._name == "khbs.person"
        self.env.cr.execute(
            SQL(
                """
                WITH target AS (
                    SELECT %(household)s AS household_id, %(person)s AS person_id,
                        field_name
                    FROM %(table)s r, unnest(%(fields)s::text[]) AS field_name
                    WHERE r.id = ANY (%(ids)s)
                )
                UPDATE khbs_local_value v SET current = false FROM target t
                WHERE v.current AND v.household_id = t.household_id
                    AND COALESCE(v.person_id, 0) = COALESCE(t.person_id, 0)
                    AND v.field_name = t.field_name
                """,
                household=SQL("r.household_id" if persons else "r.id"),
                person=SQL("r.id" if persons else "NULL::int"),
                table=SQL.identifier(records._table),
                fields=list(field_names),
                ids=records.ids,
            )
        )
        self.invalidate_model(["current"])
        self.sudo().create(
            [
                {
                    "household_id": record.household_id.id if persons else record.id,
                    "person_id": record.id if persons else False,
                    "field_name": name,
                    "verified_on": verified_on,
                    "source": dict(SOURCES)[source._name],
                    "source_model": source._name,
                    "source_id": source.id,
                }
                for record in records.sudo()
                for name in field_names
            ]
        )
