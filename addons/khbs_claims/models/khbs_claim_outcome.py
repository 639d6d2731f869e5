# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from odoo.addons.khbs_registry import append_only

from ..codes import OUTCOMES

PAY = [("pay", "Payable"), ("hold", "On hold"), ("no", "Not payable")]
STOCK = [
    ("issue", "Handed over"),
    ("hold", "Held"),
    ("short", "Short at the point"),
    ("none", "Unchanged"),
]


class KhbsClaimOutcome(models.Model):
    """How a line of a claim was judged (EDC_PROTOCOL 8).

    A new judgement is a new version; the highest one counts.
    """

    _name = "khbs.claim.outcome"
    _description = "Outcome of a claim"
    _order = "line_id, version"
    _rec_name = "code"
    _log_access = False

    line_id = fields.Many2one(
        comodel_name="khbs.claim.line", required=True, ondelete="restrict"
    )
    version = fields.Integer(required=True, default=1)
    at = fields.Datetime(required=True, default=fields.Datetime.now)
    code = fields.Selection(selection=OUTCOMES, string="Outcome", required=True)
    pay = fields.Selection(selection=PAY, required=True)
    entitlement_effect = fields.Selection(
        selection=[
            ("open", "Open"),
            ("reserved", "Reserved"),
            ("consumed", "Consumed"),
            ("lapsed", "Lapsed"),
            ("unchanged", "Unchanged"),
        ],
        required=True,
    )
    stock = fields.Selection(selection=STOCK, required=True)
    borne_by = fields.Selection(
        string="Loss borne by",
        selection=[
            ("operator", "Operator"),
            ("programme", "Programme"),
            ("supervisor", "Supervisor decides"),
        ],
    )

    _version_uniq = models.Constraint(
        "UNIQUE (line_id, version)", "This line was judged again meanwhile."
    )
    _version_positive = models.Constraint(
        "CHECK (version > 0)", "Versions count from one."
    )
    _code_form = models.Constraint(
        "CHECK (code ~ '^[A-Z_]{1,32}$')",
        "An outcome is a code in capitals.",
    )

    def init(self):
        append_only.install(self.env.cr, self._table)
