# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import guards


class KhbsBkkCheckItem(models.Model):
    """What the team looks at in every proposal; new ones count from the next one on."""

    _name = "khbs.bkk.check.item"
    _description = "BKK checklist item"
    _order = "sequence, id"

    sequence = fields.Integer(required=True, default=100)
    name = fields.Char(required=True, help="As it is printed in the minutes.")
    active = fields.Boolean(default=True)


class KhbsBkkCheck(models.Model):
    """What the team found about one item in one round of verification."""

    _name = "khbs.bkk.check"
    _inherit = ["khbs.bkk.round"]
    _description = "BKK check"
    _order = "proposal_id, round_number desc, sequence, id"

    item_id = fields.Many2one(
        comodel_name="khbs.bkk.check.item", required=True, ondelete="restrict"
    )
    sequence = fields.Integer(required=True)
    name = fields.Char(
        string="Item in words",
        required=True,
        readonly=True,
        help="As it stood in this round.",
    )
    answer = fields.Selection(
        selection=[
            ("yes", "Yes"),
            ("no", "No"),
            ("not_applicable", "Not applicable"),
        ]
    )
    is_open = fields.Boolean(compute="_compute_is_open")
    note = fields.Char(help="What was found; needed where the answer is no.")

    _item_uniq = models.Constraint(
        "UNIQUE (proposal_id, round_number, item_id)",
        "An item is checked once in a round.",
    )
    _no_explained = models.Constraint(
        "CHECK (answer <> 'no' OR length(trim(coalesce(note, ''))) > 0)",
        "Write what was found where the answer is no.",
    )

    def init(self):
        self.env.cr.execute(guards.CHECK_GUARD)

    @api.depends("proposal_id.state", "proposal_id.round_number")
    def _compute_is_open(self):
        for check in self:
            proposal = check.proposal_id
            check.is_open = (proposal.state, proposal.round_number) == (
                "proposed",
                check.round_number,
            )

    def write(self, vals):
        """Let a verifier answer while the verification is open, and nothing else."""
        if not self.env.su:
            if set(vals) - {"answer", "note"}:
                raise UserError(
                    self.env._("Of an item only its answer and its note change.")
                )
        result = super().write(vals)
        if not self.env.su:
            self.proposal_id._note_judged()
        return result
