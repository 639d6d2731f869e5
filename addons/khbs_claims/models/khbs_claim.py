# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import format_datetime

from odoo.addons.khbs_registry import append_only


class KhbsClaim(models.Model):
    """The evidence of one tap: what a card signed, and who brought it.

    Whether it is paid is not written here but in the outcomes of its lines.
    """

    _name = "khbs.claim"
    _description = "Claim"
    _order = "id desc"
    _rec_name = "card_no"
    _log_access = False

    jti = fields.Char(
        string="Claim identity", required=True, help="ULID that the terminal gave."
    )
    card_no = fields.Char(string="Card number", required=True)
    card_id = fields.Many2one(
        comodel_name="khbs.card",
        index="btree_not_null",
        ondelete="restrict",
        help="Empty: no card of the programme has this number.",
    )
    household_id = fields.Many2one(
        comodel_name="khbs.household", index="btree_not_null", ondelete="restrict"
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        required=True,
        index=True,
        ondelete="restrict",
        help="Village of the household; of an unknown card, the area of the point.",
    )
    point_id = fields.Many2one(
        comodel_name="khbs.point", index="btree_not_null", ondelete="restrict"
    )
    terminal_code = fields.Char(string="Terminal", required=True)
    seq = fields.Integer(
        string="Journal entry", aggregator=None, help="Empty: no journal entry yet."
    )
    mode = fields.Selection(
        selection=[
            ("on", "Online"),
            ("off", "Offline"),
            ("receipt", "From receipt"),
            ("manual", "Without a card"),
        ],
        required=True,
    )
    operator_code = fields.Char(string="Operator")
    signed_at = fields.Datetime(
        required=True, help="By the terminal's clock; not believed alone."
    )
    received_at = fields.Datetime(required=True, default=fields.Datetime.now)
    jws = fields.Text(
        string="Signed claim",
        required=True,
        help="Of a claim without a card: the document that stands in its place.",
    )
    line_ids = fields.One2many(comodel_name="khbs.claim.line", inverse_name="claim_id")

    _jti_uniq = models.Constraint("UNIQUE (jti)", "This claim is stored already.")
    _terminal_idx = models.Index("(terminal_code, seq)")

    @api.depends("card_no", "signed_at")
    def _compute_display_name(self):
        for claim in self:
            when = format_datetime(self.env, claim.signed_at, dt_format="short")
            claim.display_name = f"{claim.card_no or ''} {when}".strip()

    def init(self):
        append_only.install(self.env.cr, self._table)
