# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.khbs_dtsen_conflict import DECISIONS


class KhbsDtsenRule(models.TransientModel):
    """Decide all conflicts of one field of a delivery in the same way."""

    _name = "khbs.dtsen.rule"
    _description = "Decide conflicts by rule"

    import_id = fields.Many2one(
        comodel_name="khbs.dtsen.import",
        string="Delivery",
        required=True,
        ondelete="cascade",
        domain=[("conflict_ids.state", "=", "pending")],
    )
    field_name = fields.Selection(
        selection="_selection_field_name", string="Field", required=True
    )
    decision = fields.Selection(selection=DECISIONS, required=True)
    note = fields.Char(string="Why", required=True)
    pending_count = fields.Integer(
        string="Conflicts concerned", compute="_compute_pending_count"
    )

    @api.model
    def _selection_field_name(self):
        """Return the fields of which conflicts may exist, as the screens call them."""
        values = self.env["khbs.local.value"]
        names = {
            "khbs.household": (
                "kk_number",
                "area_id",
                "address",
                "rt",
                "rw",
                "decile",
                "dwelling_kind",
                "latitude",
                "longitude",
            ),
            "khbs.person": (
                "name",
                "nik",
                "relation",
                "birth_date",
                "sex",
                "state",
            ),
        }
        return [
            (name, values._label_of(model, name))
            for model, own in names.items()
            for name in own
        ] + [("member", self.env._("New member"))]

    @api.depends("import_id", "field_name")
    def _compute_pending_count(self):
        for rule in self:
            rule.pending_count = len(rule._pending())

    def _pending(self):
        """Return the conflicts that the rule would decide, in reach of the user."""
        return self.env["khbs.dtsen.conflict"].search(
            [
                ("import_id", "=", self.import_id.id),
                ("field_name", "=", self.field_name),
                ("kind", "=", "value"),
                ("state", "=", "pending"),
            ]
        )

    def action_decide(self):
        """Decide each of them; every decision is recorded by itself."""
        self.ensure_one()
        pending = self._pending()
        if not pending:
            raise UserError(self.env._("No conflict of this field is to be decided."))
        return pending._decide(self.decision, note=self.note, by_rule=True)
