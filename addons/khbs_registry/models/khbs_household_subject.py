# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsHouseholdSubject(models.AbstractModel):
    """A family as a subject of data: what it asked about its own."""

    _name = "khbs.household.subject"
    _description = "Family as a data subject"

    processing_suspended_on = fields.Date(
        string="Processing suspended since",
        readonly=True,
        copy=False,
        help="Since when the family's data is left alone, at its request.",
    )
    subject_request_count = fields.Integer(
        compute="_compute_subject_request_count", compute_sudo=True
    )

    def _compute_subject_request_count(self):
        counts = dict(
            self.env["khbs.subject.request"]._read_group(
                [("household_id", "in", self.ids)], ["household_id"], ["__count"]
            )
        )
        for household in self:
            household.subject_request_count = counts.get(household, 0)

    def action_view_subject_requests(self):
        """Show what the family asked about its data, and let one ask more."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_registry.khbs_subject_request_action"
        )
        return {
            **action,
            "domain": [("household_id", "=", self.id)],
            "context": {"default_household_id": self.id},
        }
