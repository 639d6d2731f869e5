# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class KhbsVisitAssign(models.TransientModel):
    """Give the chosen families to one field officer."""

    _name = "khbs.visit.assign"
    _description = "Assign visits"

    officer_id = fields.Many2one(
        comodel_name="res.users",
        required=True,
        domain=lambda self: [
            (
                "all_group_ids",
                "in",
                self.env.ref("khbs_registry.group_field_officer").ids,
            )
        ],
    )
    due_date = fields.Date()
    household_ids = fields.Many2many(
        comodel_name="khbs.household",
        string="Households",
        required=True,
        default=lambda self: self._default_household_ids(),
    )

    @api.model
    def _default_household_ids(self):
        if self.env.context.get("active_model") == "khbs.household":
            return self.env.context.get("active_ids")
        return []

    def action_assign(self):
        """Create one visit for each family that has none under way."""
        self.ensure_one()
        visits = self.env["khbs.visit"]
        under_way = visits.search(
            [
                ("household_id", "in", self.household_ids.ids),
                ("state", "!=", "accepted"),
            ]
        ).household_id
        visits.create(
            [
                {
                    "household_id": household.id,
                    "officer_id": self.officer_id.id,
                    "due_date": self.due_date,
                }
                for household in self.household_ids - under_way
            ]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_registry.khbs_visit_action"
        )
        return {
            **action,
            "domain": [("household_id", "in", self.household_ids.ids)],
            "context": {},
        }
