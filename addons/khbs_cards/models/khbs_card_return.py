# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import life_cycle

ADMINISTRATOR = "khbs_registry.group_administrator"
# Who may be the second pair of eyes at a destruction.
WITNESSES = (life_cycle.CARD_OFFICER, ADMINISTRATOR)


class KhbsCardReturn(models.Model):
    """Minutes of cards that were not handed over, or are damaged or lost (paper 7).

    The village signs them; the card officer confirms, and only then the cards move.
    A destruction has a witness besides.
    """

    _name = "khbs.card.return"
    _inherit = ["khbs.card.scanned", "khbs.approvable", "khbs.card.return.papers"]
    _description = "Minutes of returned cards"
    _order = "date desc, id desc"

    _guarded_fields = (
        "state",
        "name",
        "scan_sha256",
        "witnessed_by_id",
        "witnessed_at",
        "confirmed_by_id",
        "confirmed_at",
    )
    _change_act = "card.return.change"
    _reading_actions = ("action_witness", "action_confirm")
    _unread_steps = ("signed",)
    _content_fields = ("state", "name", "area_id", "date", "place", "scan_sha256")

    name = fields.Char(string="Number", readonly=True, copy=False)
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        required=True,
        index=True,
        ondelete="restrict",
        domain=lambda self: [("id", "child_of", self.env.user.khbs_area_ids.ids)],
        help="The village, or the district or regency of several.",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    place = fields.Char(string="Venue", required=True)
    volunteer = fields.Char(help="Who hands the cards back, as the minutes have it.")
    village_head = fields.Char(help="Kepala desa or lurah, as the minutes have it.")
    line_ids = fields.One2many(
        comodel_name="khbs.card.return.line", inverse_name="return_id", string="Lines"
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("signed", "Signed"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    destroy_count = fields.Integer(string="To destroy", compute="_compute_counts")
    moved_count = fields.Integer(string="Cards moved", compute="_compute_counts")
    refused_count = fields.Integer(string="Not possible", compute="_compute_counts")
    witnessed_by_id = fields.Many2one(
        comodel_name="res.users", string="Witness of the destruction", readonly=True
    )
    witnessed_at = fields.Datetime(readonly=True, copy=False)
    confirmed_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    confirmed_at = fields.Datetime(readonly=True, copy=False)

    _signed_scanned = models.Constraint(
        "CHECK (state NOT IN ('signed', 'done') OR scan_sha256 IS NOT NULL)",
        "Signed minutes have their scan.",
    )
    _two_persons = models.Constraint(
        "CHECK (witnessed_by_id <> confirmed_by_id)",
        "Whoever witnesses a destruction does not confirm it.",
    )

    def init(self):
        # Whoever writes: minutes are done by whoever confirmed them, and with cards
        # to destroy, in use or not, in front of a witness. It is asked at that step
        # alone: minutes of before stay as they are.
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION khbs_card_return_guard() RETURNS trigger AS $$
            DECLARE
                due varchar;
                taker integer;
            BEGIN
                IF TG_OP = 'INSERT' THEN
                    RAISE EXCEPTION 'Minutes are not done when they are made: %',
                        NEW.name USING ERRCODE = 'restrict_violation';
                END IF;
                IF OLD.state = 'done' THEN
                    RAISE EXCEPTION 'Minutes % are done: % refused', OLD.id, TG_OP
                        USING ERRCODE = 'restrict_violation';
                END IF;
                IF NEW.state <> 'done' THEN
                    RETURN NEW;
                END IF;
                FOR due, taker IN VALUES ('witnessed', NEW.witnessed_by_id),
                                         ('confirmed', NEW.confirmed_by_id)
                LOOP
                    CONTINUE WHEN due = 'witnessed' AND NOT EXISTS (
                        SELECT FROM khbs_card_return_line line
                         WHERE line.return_id = NEW.id AND line.action = 'destroy');
                    IF OLD.state <> 'signed' OR NOT EXISTS (
                        SELECT FROM khbs_approval approval
                         WHERE approval.model = 'khbs.card.return'
                           AND approval.res_id = NEW.id AND approval.step = due
                           AND approval.user_id = taker)
                    THEN
                        RAISE EXCEPTION 'Minutes % are not %', NEW.id, due
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                END LOOP;
                RETURN NEW;
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER khbs_card_return_guard
                BEFORE UPDATE OF state, witnessed_by_id, confirmed_by_id
                ON khbs_card_return FOR EACH ROW
                WHEN ((OLD.state, OLD.witnessed_by_id, OLD.confirmed_by_id)
                      IS DISTINCT FROM
                      (NEW.state, NEW.witnessed_by_id, NEW.confirmed_by_id))
                EXECUTE FUNCTION khbs_card_return_guard();
            CREATE OR REPLACE TRIGGER khbs_card_return_new_guard
                BEFORE INSERT ON khbs_card_return FOR EACH ROW
                WHEN (NEW.state = 'done')
                EXECUTE FUNCTION khbs_card_return_guard();
            """
        )

    @api.depends("line_ids.action", "line_ids.result")
    def _compute_counts(self):
        for minutes in self:
            lines = minutes.line_ids
            minutes.destroy_count = len(lines.filtered(_is_destruction))
            results = lines.mapped("result")
            minutes.moved_count = results.count("moved")
            minutes.refused_count = results.count("not_possible")

    @api.model
    def _own_vals(self, vals):
        number = self.env["ir.sequence"].sudo().next_by_code(self._name)
        return {"name": number}

    def action_sign(self):
        """Enter that the village signed: from now on the lines stay as they are."""
        for minutes in self._checked_worker("card.return.signed"):
            minutes._require_state("draft")
            minutes._require_lines()
            minutes._require_scan()
            minutes.state = "signed"
            group = life_cycle.FIELD_OFFICER
            if self.env.user.has_group(life_cycle.CARD_OFFICER):
                group = life_cycle.CARD_OFFICER
            self._decide(minutes, "signed", group)
        return True

    def _decide(self, minutes, step, group):
        self.env["khbs.approval"]._decide(
            minutes.with_env(self.env), step, group, minutes._lines_sha256()
        )

    def _require_draft(self):
        """Refuse users who may not change the lines of these minutes, or not now."""
        self.check_access("write")
        self._require_state("draft")

    def _require_lines(self):
        for minutes in self:
            if not minutes.line_ids:
                raise UserError(self.env._("Enter the cards of the minutes first."))
            if any(not line.action for line in minutes.line_ids):
                raise UserError(
                    self.env._("Choose for each card what is to become of it.")
                )

    def action_witness(self):
        """Witness the destruction of the cards of the minutes."""
        for minutes in self:
            group = WITNESSES[1]
            if self.env.user.has_group(WITNESSES[0]):
                group = WITNESSES[0]
            minutes._require_state("signed")
            minutes.check_access("read")
            if not minutes.destroy_count:
                raise UserError(self.env._("No card of these minutes is destroyed."))
            minutes.sudo()._require_signed_lines()
            self._decide(minutes, "witnessed", group)
            minutes.sudo().write(
                {
                    "witnessed_by_id": self.env.uid,
                    "witnessed_at": fields.Datetime.now(),
                }
            )
        return True

    def action_confirm(self):
        """Do with each card what the minutes say; what cannot be is reported."""
        for minutes in self:
            minutes._require_state("signed")
            minutes.check_access("read")
            self._decide(minutes, "confirmed", life_cycle.CARD_OFFICER)
            minutes = minutes.sudo()
            minutes._require_signed_lines()
            if minutes.destroy_count and not minutes.witnessed_by_id:
                raise UserError(
                    self.env._(
                        "Cards are destroyed before two persons: a second one presses "
                        "'Witness the destruction' first."
                    )
                )
            minutes.line_ids._carry_out()
            minutes.write(
                {
                    "state": "done",
                    "confirmed_by_id": self.env.uid,
                    "confirmed_at": fields.Datetime.now(),
                }
            )
        return True

    def _require_signed_lines(self):
        """Refuse minutes whose lines are not those that the village signed."""
        signed = self.env["khbs.approval"].search(
            [
                ("model", "=", self._name),
                ("res_id", "=", self.id),
                ("step", "=", "signed"),
            ]
        )
        if signed.sha256 != self._lines_sha256():
            raise UserError(
                self.env._(
                    "The cards of %(minutes)s are not those that were signed. Cancel "
                    "them and have new ones signed.",
                    minutes=self.name,
                )
            )

    def action_cancel(self):
        """Give minutes up that are not carried out yet."""
        for minutes in self._checked_worker("card.return.cancel"):
            minutes._require_state("draft", "signed")
            minutes.state = "cancelled"
            minutes.line_ids.open = False
            self.env["khbs.audit.event"]._record("card.return.cancel", minutes)
        return True

    def action_print(self):
        """Print the minutes (paper no. 7)."""
        for minutes in self._checked_worker("card.return.print"):
            minutes._require_lines()
        return self._issue_minutes().action_pdf()

    def _content_parts(self):
        return self._lines_sha256()

    def _lines_sha256(self):
        """Return the digest of the lines: card, reason, action."""
        rows = [
            [line.card_id.card_no, line.reason, line.action, line.note or ""]
            for line in self.line_ids.sorted("id")
        ]
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()

    def _action_view(self):
        """Open these minutes."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Minutes of returned cards"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }


def _is_destruction(line):
    return line.action == "destroy"
