# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from ..papers.document import Letterhead


class KhbsLetterhead(models.Model):
    """The kop of an issuing office."""

    _name = "khbs.letterhead"
    _description = "Letterhead"
    _order = "code"

    code = fields.Selection(
        selection=[("governor", "Governor"), ("opd", "Provincial office")],
        string="Office",
        required=True,
    )
    lines = fields.Text(
        required=True, help="One line each, from the government down to the office."
    )
    address = fields.Text()

    _code_uniq = models.Constraint("UNIQUE (code)", "This letterhead exists already.")

    @api.depends("code")
    def _compute_display_name(self):
        labels = dict(self._fields["code"]._description_selection(self.env))
        for letterhead in self:
            letterhead.display_name = labels.get(letterhead.code, "")

    @api.model
    def _resolve(self, letterhead):
        """Return the :class:`Letterhead` of a document's field, as set up here."""
        if not isinstance(letterhead, str):
            return letterhead
        own = self.sudo().search([("code", "=", letterhead)], limit=1)
        if not own:
            return letterhead
        return Letterhead(
            lines=tuple(own.lines.splitlines()),
            address=tuple((own.address or "").splitlines()),
        )
