# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import life_cycle


class KhbsCardMove(models.TransientModel):
    """Acts on chosen cards: says beforehand which it leaves alone, and why.

    What it may move is moved; the rest is listed. Between the two looks a card may
    have changed, so the second, under lock, is the one that counts.
    """

    _name = "khbs.card.move"
    _description = "Act on cards"

    asked = fields.Json(
        string="Chosen cards", default=lambda self: self._asked(), readonly=True
    )
    target = fields.Selection(
        selection=[
            ("suspend", "Suspend: no payment until lifted"),
            ("lift", "Lift the suspension"),
            ("revoke", "Revoke for ever"),
            ("spoil", "Write off and make anew"),
            ("replace", "Suspend and make a new card"),
        ],
        string="Act",
        required=True,
        default="suspend",
    )
    reason = fields.Selection(selection=life_cycle.REASONS, required=True)
    acts = fields.Json(compute="_compute_acts")
    reasons = fields.Json(compute="_compute_reasons")
    asked_count = fields.Integer(string="Chosen", compute="_compute_preview")
    movable_count = fields.Integer(string="Will be moved", compute="_compute_preview")
    left_count = fields.Integer(string="Left alone", compute="_compute_preview")
    left = fields.Html(
        string="Left alone, and why", compute="_compute_preview", sanitize=False
    )
    stopped = fields.Char(string="New cards to be stopped", compute="_compute_preview")
    state = fields.Selection(
        selection=[("draft", "Draft"), ("done", "Done")],
        required=True,
        readonly=True,
        default="draft",
    )
    line_ids = fields.One2many(
        comodel_name="khbs.card.move.line",
        inverse_name="move_id",
        string="Result",
        readonly=True,
    )
    moved_count = fields.Integer(string="Moved", compute="_compute_result")
    rest_count = fields.Integer(string="Not moved", compute="_compute_result")

    @api.model
    def _asked(self):
        if self.env.context.get("active_model") != "khbs.card":
            return []
        return self.env.context.get("active_ids", [])

    def _compute_acts(self):
        self.acts = self.env["khbs.card"]._acts_of_user()

    @api.depends("target")
    def _compute_reasons(self):
        for move in self:
            act = life_cycle.ACTS.get(move.target)
            move.reasons = list(act.reasons) if act else []

    @api.onchange("target")
    def _onchange_target(self):
        if self.reason and self.reason not in (self.reasons or []):
            self.reason = False

    # Not on the reason: the form asks the server for nothing while one is chosen.
    @api.depends("asked", "target", "state")
    def _compute_preview(self):
        for move in self:
            cards = move._cards()
            refused = cards._examine(move.target) if move.target else {}
            numbers = move._numbers(cards)
            move.asked_count = len(cards)
            move.left_count = len(refused)
            move.movable_count = len(cards) - len(refused)
            move.left = _listed(refused, numbers) if refused else False
            move.stopped = move._stopped(cards.browse(set(cards.ids) - set(refused)))

    def _stopped(self, cards):
        """Return the numbers of the new cards that the undo of a mistake would stop."""
        if self.target != "lift" or self.state == "done":
            return False
        return ", ".join(cards._replacements().mapped("card_no")) or False

    @api.depends("line_ids.moved")
    def _compute_result(self):
        for move in self:
            moved = move.line_ids.filtered("moved")
            move.moved_count = len(moved)
            move.rest_count = len(move.line_ids) - len(moved)

    def action_confirm(self):
        """Move the cards that allow it and show what became of each."""
        self.ensure_one()
        cards = self._cards()
        if not cards:
            raise UserError(self.env._("Choose at least one card."))
        if self.state == "done":
            raise UserError(self.env._("This was done already. Open the list anew."))
        moved, refused = cards._act(self.target, self.reason)
        if len(cards) == 1:
            if refused:
                [why] = refused.values()
                raise UserError(why)
            return {"type": "ir.actions.act_window_close"}
        self._keep_result(cards, moved, refused)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What became of the cards"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
            "target": "new",
        }

    def _keep_result(self, cards, moved, refused):
        numbers = self._numbers(cards)
        done = self.env._("Moved")
        moved_ids = set(moved.ids)
        self.line_ids = [
            fields.Command.create(
                {
                    "card_id": card_id if card_id in numbers else False,
                    "card_no": numbers.get(card_id, self.env._("Not yours")),
                    "moved": card_id in moved_ids,
                    "outcome": refused.get(card_id, done),
                }
            )
            # What was left alone comes first: it is what the user must look at.
            for card_id in sorted(cards.ids, key=lambda each: (each in moved_ids, each))
        ]
        self.state = "done"

    def _cards(self):
        """Return the chosen cards; of those that the user may not see the ids alone."""
        asked = self.asked if isinstance(self.asked, list) else []
        ids = dict.fromkeys(each for each in asked if type(each) is int)
        return self.env["khbs.card"].browse(ids)

    def _numbers(self, cards):
        """Return {id: card number} of those that the user may see."""
        visible = cards.browse(cards._visible_ids())
        return {card.id: card.card_no for card in visible}


class KhbsCardMoveLine(models.TransientModel):
    """What became of one chosen card."""

    _name = "khbs.card.move.line"
    _description = "What became of a card"

    move_id = fields.Many2one(
        comodel_name="khbs.card.move", required=True, ondelete="cascade", index=True
    )
    card_id = fields.Many2one(comodel_name="khbs.card", ondelete="cascade")
    card_no = fields.Char(string="Card number", required=True)
    household_id = fields.Many2one(related="card_id.household_id")
    moved = fields.Boolean()
    outcome = fields.Char(required=True)


def _listed(refused, numbers):
    """Return the refused cards as a list under each reason.

    :param numbers: {id: card number} of those that may be named
    """
    reasons = {}
    for card_id, why in refused.items():
        reasons.setdefault(why, []).append(numbers.get(card_id))
    parts = []
    for why, cards in reasons.items():
        named = ", ".join(sorted(filter(None, cards)))
        parts.append(
            Markup("<li><b>%s</b> × %s<br/>%s</li>") % (why, len(cards), named)
        )
    return Markup("<ul class='mb-0 ps-3'>%s</ul>") % Markup("").join(parts)
