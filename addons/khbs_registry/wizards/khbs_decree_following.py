# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class KhbsDecreeFollowing(models.TransientModel):
    """Asks what is to follow a decree in force, and drafts it."""

    _name = "khbs.decree.following"
    _description = "Follow-up of a decree"

    decree_id = fields.Many2one(
        comodel_name="khbs.decree", required=True, readonly=True, ondelete="cascade"
    )
    form = fields.Selection(
        selection=[
            ("amendment", "Amendment"),
            ("excerpt", "Excerpt"),
            ("revocation", "Revocation"),
        ],
        required=True,
        default="excerpt",
    )
    with_annexes = fields.Boolean(
        string="With its annexes",
        default=True,
        help="The annexes of the decree as they are, to be decided anew.",
    )
    signatory_id = fields.Many2one(
        comodel_name="khbs.signatory",
        string="Excerpt signed by",
        default=lambda self: self._default_signatory_id(),
    )
    scope = fields.Selection(
        selection=[("area", "The lines of an area"), ("line", "One line")],
        default="area",
        required=True,
    )
    area_id = fields.Many2one(comodel_name="khbs.area")
    annex_id = fields.Many2one(
        comodel_name="khbs.decree.annex", domain="[('decree_id', '=', decree_id)]"
    )
    group = fields.Char(
        string="Heading",
        help="The regency over the line, as the annex has it; empty where it has none.",
    )
    number = fields.Integer(string="Number in the annex")

    @api.model
    def _default_signatory_id(self):
        today = fields.Date.context_today(self)
        return self.env["khbs.signatory"]._find("legal", today)

    def action_draft(self):
        """Draft what was chosen and open it."""
        self.ensure_one()
        if self.form == "amendment":
            return self.decree_id.action_draft_amendment(self.with_annexes)
        if self.form == "revocation":
            return self.decree_id.action_draft_revocation()
        if self.scope == "area":
            return self.decree_id.action_draft_excerpt(
                self.signatory_id.id, area_id=self.area_id.id
            )
        line = {
            "annex": self.annex_id.sequence,
            "group": (self.group or "").strip(),
            "number": self.number,
        }
        return self.decree_id.action_draft_excerpt(self.signatory_id.id, line=line)
