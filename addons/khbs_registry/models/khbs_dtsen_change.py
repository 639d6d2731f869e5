# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS

ADDED = "member"


class KhbsDtsenChange(models.Model):
    """One value that a delivery would change, before and after.

    What is applied is what stands here: a value that differs from the registry has a
    row, or it is not touched.
    """

    _name = "khbs.dtsen.change"
    _description = "Change by a delivery"
    _order = "import_id, family_id, id"
    _rec_name = "field_name"
    _log_access = False

    import_id = fields.Many2one(
        comodel_name="khbs.dtsen.import", required=True, index=True, ondelete="cascade"
    )
    family_id = fields.Many2one(
        comodel_name="khbs.dtsen.family", required=True, index=True, ondelete="cascade"
    )
    household_id = fields.Many2one(
        comodel_name="khbs.household", index=True, ondelete="cascade"
    )
    person_id = fields.Many2one(
        comodel_name="khbs.person",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: a value of the family, or a member who is new.",
    )
    area_id = fields.Many2one(comodel_name="khbs.area", string="Village")
    regency_id = fields.Many2one(comodel_name="khbs.area")
    line = fields.Integer(aggregator=None, help="Of the row of a member.")
    field_name = fields.Char(required=True)
    field_label = fields.Char(string="Field", compute="_compute_shown")
    old_value = fields.Char()
    new_value = fields.Char()
    old_shown = fields.Char(string="Before", compute="_compute_shown")
    new_shown = fields.Char(string="After", compute="_compute_shown")
    held = fields.Boolean(
        string="Verified here",
        help="Verified here after the cut-off: it is not overwritten but decided.",
    )
    raw_value = fields.Char(groups=NO_ACCESS)  # of a held value, a NIK perhaps

    @api.depends("field_name", "person_id", "line", "old_value", "new_value")
    def _compute_shown(self):
        for change in self:
            change.field_label = self._field_label(change)
            change.old_shown = self._shown(change, change.old_value)
            change.new_shown = self._shown(change, change.new_value)

    @api.model
    def _model_of(self, change):
        persons = change.person_id or change.line
        return "khbs.person" if persons else "khbs.household"

    @api.model
    def _field_label(self, change):
        if change.field_name == ADDED:
            return self.env._("New member")
        return self.env["khbs.local.value"]._label_of(
            self._model_of(change), change.field_name
        )

    @api.model
    def _shown(self, change, value):
        """Return a stored value in the reader's words: labels instead of codes."""
        field = self.env[self._model_of(change)]._fields.get(change.field_name)
        if value and field and field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        return value
