# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

# Why a village takes a family off the list (DOMAIN 2.6).
REMOVAL_REASONS = [
    ("deceased", "Deceased"),
    ("moved", "Moved away"),
    ("better_off", "Better off"),
    ("double", "Listed twice"),
    ("other_aid", "Receives other aid"),
    ("not_found", "Not found"),
    ("refuses", "Refuses"),
]
# Whom the village holds for better off, or who refuses, is no recipient; of the others
# the office has to find out more.
NOT_ELIGIBLE_REASONS = ("better_off", "refuses")


class KhbsHouseholdDeliberation(models.AbstractModel):
    """What the village said of a household."""

    _name = "khbs.household.deliberation"
    _description = "Household: deliberations"

    removal_reason = fields.Selection(
        selection=REMOVAL_REASONS,
        string="Taken off by the village",
        readonly=True,
        copy=False,
        help="Why the last deliberation took the family off the list. A later one "
        "that confirms the family takes it back.",
    )
    deliberation_line_ids = fields.One2many(
        comodel_name="khbs.deliberation.line", inverse_name="household_id"
    )
    deliberation_count = fields.Integer(
        compute="_compute_deliberation_count", compute_sudo=True
    )

    @api.depends("deliberation_line_ids")
    def _compute_deliberation_count(self):
        for household in self:
            household.deliberation_count = len(household.deliberation_line_ids)

    def action_view_deliberation_lines(self):
        return self._action_of_household("khbs_registry.khbs_deliberation_line_action")
