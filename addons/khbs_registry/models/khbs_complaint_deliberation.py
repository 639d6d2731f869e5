# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class KhbsComplaintDeliberation(models.AbstractModel):
    """Usul and sanggah: what residents say to the published list of a village."""

    _name = "khbs.complaint.deliberation"
    _description = "Complaint: deliberation"

    deliberation_id = fields.Many2one(
        comodel_name="khbs.deliberation",
        index="btree_not_null",
        ondelete="restrict",
    )
    candidate_ids = fields.One2many(
        comodel_name="khbs.candidate", inverse_name="complaint_id", readonly=True
    )

    @api.constrains("kind", "deliberation_id", "household_id", "area_id")
    def _check_objection(self):
        for complaint in self.sudo():
            deliberation = complaint.deliberation_id
            if complaint.kind == "objection" and not deliberation:
                raise ValidationError(
                    self.env._("Choose the deliberation that is objected to.")
                )
            if complaint.kind == "objection" and not complaint.household_id:
                raise ValidationError(
                    self.env._("Choose the family that is objected to.")
                )
            if deliberation and deliberation.area_id != complaint.area_id:
                raise ValidationError(
                    self.env._("The deliberation is one of another village.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        for complaint in complaints.sudo():
            if complaint.kind in ("objection", "proposal"):
                complaint._check_window()
        return complaints

    def _check_window(self):
        """Refuse an objection before or after the days of publication."""
        deliberation = self.deliberation_id
        if not deliberation:
            return
        today = fields.Date.context_today(self)
        if deliberation.state != "announced" or not (
            deliberation.announced_from <= today <= deliberation.announced_to
        ):
            raise ValidationError(
                self.env._(
                    "%(deliberation)s takes objections and proposals only on the days "
                    "of its publication. File it as another kind of complaint.",
                    deliberation=deliberation.display_name,
                )
            )

    def action_propose_candidate(self):
        """Open the form of the family that a resident proposes."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Candidate"),
            "res_model": "khbs.candidate",
            "views": [(False, "form")],
            "context": {
                "default_origin": "complaint",
                "default_complaint_id": self.id,
                "default_area_id": self.area_id.id,
            },
        }
