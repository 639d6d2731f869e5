# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsDecreeSigning(models.TransientModel):
    """The form for each step of signing: the number, the signature, the ways out."""

    _name = "khbs.decree.signing"
    _description = "Registration of a signed decree"

    decree_id = fields.Many2one(
        comodel_name="khbs.decree", required=True, readonly=True, ondelete="cascade"
    )
    step = fields.Selection(
        selection=[
            ("number", "Number before the signature"),
            ("sign", "Signature"),
            ("by_hand", "By hand after all"),
            ("withdraw", "Never signed"),
        ],
        required=True,
        readonly=True,
        default="sign",
    )
    track = fields.Selection(related="decree_id.track")
    # Frozen with the decree, or the original's: not to be typed again.
    numbered = fields.Boolean(compute="_compute_numbered")
    number = fields.Char()
    date = fields.Date()
    scan = fields.Binary(string="Signed file (PDF)", attachment=False)
    reason = fields.Char()

    def _compute_numbered(self):
        for signing in self:
            decree = signing.decree_id
            signing.numbered = bool(decree.number) and signing.step == "sign"

    def action_register(self):
        """Take the step with what was entered."""
        self.ensure_one()
        decree = self.decree_id
        if self.step == "number":
            return decree.action_register_number(self.number, self.date)
        if self.step == "by_hand":
            return decree.action_sign_by_hand(self.reason)
        if self.step == "withdraw":
            return decree.action_withdraw(self.reason)
        if self.track == "tte":
            return decree.action_upload_signed(self.scan)
        return decree.action_register_signature(self.number, self.date, self.scan)
