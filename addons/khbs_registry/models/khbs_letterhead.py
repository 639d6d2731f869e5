# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64

from odoo import api, fields, models

from ..papers.document import Letterhead
from ..papers.letterhead import resolve


class KhbsLetterhead(models.Model):
    """The kop of an issuing office."""

    _name = "khbs.letterhead"
    _description = "Letterhead"
    _order = "code"

    code = fields.Selection(
        selection=[
            ("governor", "Governor"),
            ("opd", "Provincial office"),
            ("finance", "Provincial finance office"),
        ],
        string="Office",
        required=True,
    )
    lines = fields.Text(
        required=True, help="One line each, from the government down to the office."
    )
    address = fields.Text()
    emblem = fields.Image(
        max_width=800,
        max_height=800,
        help="The Garuda of the Governor's papers. Without it the head of a decree "
        "stays free for the paper that has it printed.",
    )

    _code_uniq = models.Constraint("UNIQUE (code)", "This letterhead exists already.")

    @api.depends("code")
    def _compute_display_name(self):
        labels = dict(self._fields["code"]._description_selection(self.env))
        for letterhead in self:
            letterhead.display_name = labels.get(letterhead.code, "")

    @api.model
    def _emblem(self):
        """Return the image of the Governor's papers as bytes, or none."""
        own = self.sudo().search([("code", "=", "governor")], limit=1)
        return base64.b64decode(own.emblem) if own.emblem else None

    @api.model
    def _resolve(self, letterhead):
        """Return the :class:`Letterhead` of a document's field, as set up here."""
        if not isinstance(letterhead, str):
            return letterhead
        own = self.sudo().search([("code", "=", letterhead)], limit=1)
        if not own:
            return resolve(letterhead)
        return Letterhead(
            lines=tuple(own.lines.splitlines()),
            address=tuple((own.address or "").splitlines()),
        )
