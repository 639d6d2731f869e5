# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

# What a terminal writes into ``deny`` of its own accord, and what it means here. What
# the server refused was noted when it did.
DENIALS = {
    "SUSPENDED": "blocked",
    "REVOKED": "blocked",
    "EXPIRED_CARD": "blocked",
    "NOT_ACTIVE": "not_handed_over",
    "UNKNOWN_CARD": "unknown",
    "WRONG_KEY": "wrong_key",
    "COPIED_CARD": "wrong_key",
    "FORGED": "forged",
    "BAD_CERTIFICATE": "forged",
}
# Outcomes of a claim that was made with a card that did not count.
OUTCOMES = {"BLOCKED_KNOWN": "blocked", "NOT_ACTIVE": "not_handed_over"}


class KhbsCardAlert(models.Model):
    _inherit = "khbs.card.alert"

    terminal_id = fields.Many2one(
        comodel_name="khbs.terminal", compute="_compute_terminal_id"
    )
    point_id = fields.Many2one(
        comodel_name="khbs.point",
        compute="_compute_terminal_id",
        help="Where the terminal serves now.",
    )

    @api.depends("device_code")
    def _compute_terminal_id(self):
        terminals = self.env["khbs.terminal"].sudo()
        found = terminals.search([("code", "in", self.mapped("device_code"))])
        by_code = {terminal.code: terminal for terminal in found}
        for alert in self:
            terminal = by_code.get(alert.device_code, terminals)
            alert.terminal_id = terminal
            alert.point_id = terminal.point_id

    @api.model
    def _notice_answer(self, terminal, what_or_state, card_no):
        """Note what the endpoint refused.

        :param what_or_state: a kind of alert, or the state of the card
        """
        kinds = self._fields["what"].get_values(self.env)
        what = what_or_state if what_or_state in kinds else self._what_of(what_or_state)
        if what:
            self.sudo()._notice(
                what, card_no, terminal.code, "online", area_id=terminal.area_id.id
            )

    @api.model
    def _notice_journal(self, terminal, shown):
        """Note what a terminal refused, or should have, without a network.

        :param shown: rows (code of the refusal or outcome, card number, Unix seconds)
        """
        kinds = DENIALS | OUTCOMES
        rows = [(kinds[code], *rest) for code, *rest in shown if code in kinds]
        self.sudo()._notice_all(
            rows, terminal.code, "offline", area_id=terminal.area_id.id
        )
