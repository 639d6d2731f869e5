# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.khbs_registry.identity_numbers import nik_form_error

from ..models.khbs_bkk_holder import RANK_GROUPS
from ..models.khbs_bkk_holder_succession import END_REASONS


class KhbsBkkHolderChange(models.TransientModel):
    """Asks by which letter a term ends, and who holds the office next."""

    _name = "khbs.bkk.holder.change"
    _inherit = "khbs.bkk.identity"
    _description = "Change of a BKK holder"

    holder_id = fields.Many2one(
        comodel_name="khbs.bkk.holder", required=True, ondelete="cascade"
    )
    kind = fields.Selection(
        selection=[
            ("successor", "Another person follows"),
            ("renewal", "Same person, new term or new areas"),
            ("vacant", "Nobody follows yet"),
        ],
        string="What follows",
        required=True,
        default="successor",
    )
    end_reason = fields.Selection(
        selection=END_REASONS, string="Why it ends", required=True, default="replaced"
    )
    letter = fields.Char(
        string="Number of the letter", required=True, help="That ends the term."
    )
    letter_date = fields.Date(string="Date of the letter", required=True)
    scan = fields.Binary(string="Scan of the letter", attachment=False)
    scan_name = fields.Char()
    last_day = fields.Date(
        string="Last day in office", required=True, help="Of the term that ends."
    )
    # Of whoever follows.
    name = fields.Char(required=False)
    date_from = fields.Date(
        string="In office from",
        compute="_compute_date_from",
        store=True,
        readonly=False,
        help="First day of whoever follows.",
    )
    date_to = fields.Date(string="In office until")
    regency_id = fields.Many2one(related="holder_id.regency_id")
    area_ids = fields.Many2many(
        comodel_name="khbs.area",
        relation="khbs_bkk_holder_change_area_rel",
        string="Areas",
        compute="_compute_area_ids",
        store=True,
        readonly=False,
        domain="[('id', 'child_of', regency_id)]",
    )
    rank = fields.Char(string="Rank in the letter")
    rank_group = fields.Selection(
        selection=RANK_GROUPS, string="Tax group", default="none"
    )
    decided_months = fields.Char(
        string="Decided already", compute="_compute_decided_months", compute_sudo=True
    )

    @api.depends("last_day")
    def _compute_date_from(self):
        for change in self:
            change.date_from = change.last_day and change.last_day + relativedelta(
                days=1
            )

    @api.depends("holder_id")
    def _compute_area_ids(self):
        for change in self:
            change.area_ids = change.holder_id.area_ids

    @api.depends("holder_id", "last_day")
    def _compute_decided_months(self):
        """Name the months behind the last day that a proposal was granted."""
        for change in self:
            change.decided_months = False
            holder = change.holder_id.sudo(False)
            if not (change.last_day and holder and holder.has_access("read")):
                continue
            months = self.env["khbs.bkk.month"].search(
                [
                    ("holder_id", "=", change.holder_id.id),
                    ("month", ">", change.last_day),
                    ("released_at", "=", False),
                ],
                order="month",
            )
            names = [
                format_date(self.env, one.month, date_format="MMMM y") for one in months
            ]
            change.decided_months = ", ".join(names) or False

    def action_change(self):
        """End the term and begin the next one, in one act."""
        self.ensure_one()
        holder = self.holder_id
        following = holder._end_term(
            self.last_day,
            self.end_reason,
            {
                "appointment_letter": self.letter,
                "appointment_date": self.letter_date,
            },
            self._following_vals(),
        )
        if self.scan and following:
            following.write(
                {
                    "appointment_scan": self.with_context(bin_size=False).scan,
                    "appointment_scan_name": self.scan_name,
                }
            )
        # It holds the NIK that was entered.
        self.sudo().unlink()
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.bkk.holder",
            "view_mode": "form",
            "res_id": (following or holder).id,
        }

    def _following_vals(self):
        """Return what is entered of whoever follows; None where nobody does."""
        if self.kind == "vacant":
            return None
        if not self.date_from or not self.area_ids:
            raise UserError(
                self.env._("Enter the first day and the areas of whoever follows.")
            )
        vals = {
            "date_from": self.date_from,
            "date_to": self.date_to,
            "area_ids": [Command.set(self.area_ids.ids)],
        }
        if self.kind == "renewal":
            return {**self.holder_id._person_vals(), **vals}
        nik = self.sudo().nik
        if not self.name or not nik or nik_form_error(nik):
            raise UserError(self.env._("Enter name and NIK of whoever follows."))
        return {
            **vals,
            "name": self.name,
            "nik": nik,
            "rank": self.rank,
            "rank_group": self.rank_group or "none",
        }
