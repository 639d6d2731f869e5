# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.rupiah import Rupiah

METHODS = [
    ("action_pay", "Paid"),
    ("action_hold", "Hold back"),
    ("action_release", "Release"),
    ("action_return", "Came back"),
    ("action_repay", "Pay again"),
    ("action_refund", "Give up, to be refunded"),
]
# From which states a line is marked so.
STATES = {
    "action_pay": {"to_pay"},
    "action_hold": {"to_pay"},
    "action_release": {"held"},
    "action_return": {"paid"},
    "action_repay": {"returned"},
    "action_refund": {"to_pay", "held", "returned"},
}
# What the dialogue asks for.
NOTED = ("action_hold", "action_release", "action_return", "action_refund")
DATED = ("action_pay", "action_return")


class KhbsBkkPaymentMark(models.TransientModel):
    """Asks what became of lines of a payment list, with the day and the reason."""

    _name = "khbs.bkk.payment.mark"
    _description = "What became of a BKK payment"

    line_ids = fields.Many2many(
        comodel_name="khbs.bkk.payment.line", readonly=True, string="Lines"
    )
    line_count = fields.Integer(compute="_compute_totals", string="People")
    gross = Rupiah(compute="_compute_totals")
    net = Rupiah(compute="_compute_totals")
    method = fields.Selection(selection=METHODS, required=True, string="Mark as")
    day = fields.Date(string="On", default=fields.Date.context_today)
    note = fields.Char(string="Why")
    offered = fields.Char(
        compute="_compute_offered", help="Methods that fit every line, with spaces."
    )
    asks_day = fields.Boolean(compute="_compute_asks")
    asks_note = fields.Boolean(compute="_compute_asks")

    @api.depends("line_ids")
    def _compute_totals(self):
        for mark in self:
            mark.line_count = len(mark.line_ids)
            mark.gross = sum(mark.line_ids.mapped("gross"))
            mark.net = sum(mark.line_ids.mapped("net"))

    @api.depends("line_ids")
    def _compute_offered(self):
        for mark in self:
            states = set(mark.line_ids.mapped("state"))
            stuck = any(mark.line_ids.mapped("is_stuck"))
            fit = [
                method
                for method, from_states in STATES.items()
                if states <= from_states and not (stuck and method == "action_release")
            ]
            # Lines of states that have no step in common are marked one after another.
            mark.offered = " ".join(fit) or "-"

    @api.depends("method")
    def _compute_asks(self):
        for mark in self:
            mark.asks_day = mark.method in DATED
            mark.asks_note = mark.method in NOTED

    @api.model
    def _ask(self, lines, method=None):
        """Return the action that opens the dialogue for *lines*."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What became of the lines"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_line_ids": lines.ids,
                "default_method": method,
            },
        }

    def action_confirm(self):
        """Do it; the lines check who may."""
        self.ensure_one()
        if self.method not in dict(METHODS):
            raise UserError(self.env._("Say what became of the lines."))
        values = {}
        if self.method in DATED:
            values["day"] = self.day
        if self.method in NOTED:
            values["note"] = self.note
        getattr(self.line_ids, self.method)(**values)
        return {"type": "ir.actions.act_window_close"}
