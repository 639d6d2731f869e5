# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class KhbsBkkRound(models.AbstractModel):
    """What belongs to one round of a proposal; the earlier rounds stay beside it."""

    _name = "khbs.bkk.round"
    _description = "Part of a round of a BKK proposal"

    proposal_id = fields.Many2one(
        comodel_name="khbs.bkk.proposal",
        required=True,
        index=True,
        ondelete="restrict",
    )
    round_number = fields.Integer(string="Round", required=True, aggregator=None)
    is_current = fields.Boolean(
        string="Of the round under way",
        compute="_compute_is_current",
        search="_search_is_current",
    )

    def write(self, vals):
        self._refuse_closed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_while_open(self):
        self._refuse_closed()

    def _refuse_closed(self):
        """Say in the reader's words what the database would refuse."""
        for record in self:
            if record.proposal_id.state != "proposed" or not record.is_current:
                raise UserError(
                    self.env._(
                        "The verification of %(proposal)s is closed: its checklist and "
                        "its team stay.",
                        proposal=record.proposal_id.display_name,
                    )
                )

    def _compute_is_current(self):
        for record in self:
            record.is_current = record.round_number == record.proposal_id.round_number

    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        current = Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s = (SELECT round_number FROM khbs_bkk_proposal WHERE id = %s)",
                SQL.identifier(alias, "round_number"),
                SQL.identifier(alias, "proposal_id"),
            ),
            predicate=lambda record: record.is_current,
        )
        return current if True in value else ~current
