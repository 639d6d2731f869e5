# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from ..identity_numbers import nik_disagrees


class KhbsChangeRequest(models.Model):
    """Values of a family and its members that are to be corrected.

    Each line holds the value it replaces: it is refused when that is no longer the
    present one. A change of the family itself is a khbs.family.event.
    """

    _name = "khbs.change.request"
    _inherit = "khbs.proposal"
    _description = "Change request"
    _order = "id desc"

    _change_act = "change_request.change"
    _reading_actions = ("action_accept",)

    line_ids = fields.One2many(
        comodel_name="khbs.change.line",
        inverse_name="request_id",
        string="Changes",
    )
    line_count = fields.Integer(
        string="Number of changes", compute="_compute_line_count"
    )

    @api.depends("line_ids")
    def _compute_line_count(self):
        for request in self:
            request.line_count = len(request.line_ids)

    def _content_parts(self):
        return [
            *self._proposal_content(),
            [line._content() for line in self.line_ids.sorted("id")],
        ]

    def _on_submitted(self):
        for line in self.line_ids:
            line.old_raw = line._present_raw()

    def _problems(self):
        """Yield what stands against the request."""
        yield from super()._problems()
        if not self.line_ids:
            yield self.env._("Enter at least one change.")
        for line in self.line_ids:
            yield from line._problems()
        niks = self.line_ids.filtered(lambda line: line.field_name == "nik")
        for line in niks:
            yield from line._taken_nik(niks.person_id)

    def _carry_out(self):
        """Write all values; numbers may pass from one member to another."""
        numbers = self.line_ids.filtered(lambda line: line.field_name == "nik")
        numbers._keep_former_niks()
        numbers.person_id.nik = False
        self.env.flush_all()
        for line in self.line_ids:
            line._apply()
        self.env.flush_all()
        for person in self.line_ids.person_id:
            person.nik_status = self._nik_status(person)
        for line in self.line_ids:
            self._remember(line._record(), [line.field_name])
        self.env["khbs.audit.event"]._record(
            "change_request.applied",
            self,
            {"fields": sorted(set(self.line_ids.mapped("field_name")))},
        )

    def _nik_status(self, person):
        if not person.nik:
            return "missing"
        born = person.birth_date and person.birth_date.isoformat()
        return "warning" if nik_disagrees(person.nik, born, person.sex) else "valid"
