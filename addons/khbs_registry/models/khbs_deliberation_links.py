# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class KhbsDeliberationLinks(models.AbstractModel):
    """From a deliberation to what belongs to it."""

    _name = "khbs.deliberation.links"
    _description = "Deliberation: links"

    def action_view_lines(self):
        return self._action_of("khbs_registry.khbs_deliberation_line_action")

    def action_view_candidates(self):
        return self._action_of("khbs_registry.khbs_candidate_action")

    def action_view_complaints(self):
        return self._action_of("khbs_registry.khbs_complaint_action")

    def action_add_candidate(self):
        """Open the form of a family that the deliberation proposes."""
        self.ensure_one()
        self._require_state("draft")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Candidate"),
            "res_model": "khbs.candidate",
            "views": [(False, "form")],
            "context": {
                "default_origin": "deliberation",
                "default_deliberation_id": self.id,
                "default_area_id": self.area_id.id,
            },
        }

    def action_object(self):
        """Open the form of an objection to the published list."""
        self.ensure_one()
        self._require_state("announced")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Objection"),
            "res_model": "khbs.complaint",
            "views": [(False, "form")],
            "context": {
                "default_kind": "objection",
                "default_channel": "officer",
                "default_deliberation_id": self.id,
                "default_area_id": self.area_id.id,
            },
        }

    def _action_of(self, xmlid):
        """Return the action *xmlid* narrowed to what belongs to this deliberation."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        domain = [("deliberation_id", "=", self.id)]
        return {**action, "domain": domain, "context": {"create": False}}
