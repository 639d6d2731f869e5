# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry.held_file import HeldFile

OPEN = ("draft", "listed")
# Who may read khbs.card.hand.over.people: the signed list names them too.
READERS = (
    "khbs_registry.group_card_officer,khbs_registry.group_field_officer,"
    "khbs_registry.group_auditor,khbs_registry.group_administrator"
)


class KhbsCardHandOverSession(models.Model):
    """A day on which a village receives its cards (DOMAIN 1.4: by schedule per area).

    The list of the cards that lie in the village is printed to be signed (paper 5);
    each hand-over finds its line by itself. What is left goes into the minutes of
    returned cards.
    """

    _name = "khbs.card.hand.over.session"
    _inherit = ["khbs.card.scanned", "khbs.card.hand.over.papers"]
    _description = "Hand-over session"
    _order = "date desc, id desc"

    _guarded_fields = (
        "state",
        "name",
        "scan_sha256",
        "closed_at",
        "return_id",
        "left_elsewhere",
    )
    _editable_states = OPEN

    name = fields.Char(string="Number", readonly=True, copy=False)
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Village",
        required=True,
        index=True,
        ondelete="restrict",
        domain=lambda self: [
            ("level", "in", ("village", "urban_village")),
            ("id", "child_of", self.env.user.khbs_area_ids.ids),
        ],
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    place = fields.Char(
        string="Venue", required=True, help="As the minutes have it: balai desa ..."
    )
    officer_ids = fields.Many2many(
        comodel_name="res.users", string="Field officers", required=True
    )
    opd_officer = fields.Char(string="Officer of the social service")
    village_head = fields.Char(help="Kepala desa or lurah, as the minutes have it.")
    state = fields.Selection(
        selection=[
            ("draft", "Planned"),
            ("listed", "List made"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    scan = HeldFile(groups=READERS)
    scan_name = fields.Char(groups=READERS)
    line_ids = fields.One2many(
        comodel_name="khbs.card.hand.over.line",
        inverse_name="session_id",
        string="List",
        readonly=True,
    )
    handed_over_count = fields.Integer(string="Handed over", compute="_compute_counts")
    represented_count = fields.Integer(
        string="To representatives", compute="_compute_counts"
    )
    left_count = fields.Integer(string="Not handed over", compute="_compute_counts")
    on_the_way_count = fields.Integer(
        string="Still on the way",
        compute="_compute_on_the_way_count",
        compute_sudo=True,
        help="Cards of the village in boxes whose reception is not entered yet: they "
        "come on no list.",
    )
    elsewhere = fields.Char(
        string="In other open minutes",
        compute="_compute_elsewhere",
        compute_sudo=True,
        help="Cards of the list that other minutes name: closing leaves them there.",
    )
    left_elsewhere = fields.Char(
        string="Left in other minutes",
        readonly=True,
        copy=False,
        help="Cards that other minutes named when the session was closed.",
    )
    closed_at = fields.Datetime(readonly=True, copy=False)
    return_id = fields.Many2one(
        comodel_name="khbs.card.return",
        string="Minutes of what was left",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )

    _closed_signed = models.Constraint(
        "CHECK (state <> 'closed' OR scan_sha256 IS NOT NULL)",
        "A closed session has its signed list.",
    )

    def _compute_counts(self):
        for session in self:
            done = session.line_ids.hand_over_id
            session.handed_over_count = len(done)
            session.represented_count = len(
                done.filtered(lambda one: one.received_by == "representative")
            )
            session.left_count = session.line_count - session.handed_over_count

    @api.depends("area_id")
    def _compute_on_the_way_count(self):
        for session in self:
            session.on_the_way_count = self.env["khbs.card"].search_count(
                [
                    ("area_id", "=", session.area_id.id),
                    ("state", "=", "shipped"),
                    ("shipment_id.state", "=", "shipped"),
                ]
            )

    def _compute_elsewhere(self):
        for session in self:
            lines = session._open_return_lines()
            session.elsewhere = ", ".join(
                f"{line.card_id.card_no} ({line.return_id.name})" for line in lines
            )

    def _open_return_lines(self):
        """Return the lines of open minutes that name cards of the list."""
        return (
            self.env["khbs.card.return.line"]
            .sudo()
            .search([("card_id", "in", self.line_ids.card_id.ids), ("open", "=", True)])
        )

    @api.model
    def _own_vals(self, vals):
        number = self.env["ir.sequence"].sudo().next_by_code(self._name)
        return {"name": number}

    def _refuse_guarded(self, vals):
        result = super()._refuse_guarded(vals)
        listed = self.filtered(lambda session: session.state != "draft")
        if listed and "area_id" in vals:
            raise UserError(
                self.env._("The list is made: plan another session for that village.")
            )
        return result

    def action_list(self):
        """Put the cards that lie in the village on the list; those on it stay."""
        for session in self._checked_worker("card.session.list"):
            session._require_state(*OPEN)
            count = session._collect()
            if not session.line_ids and session.on_the_way_count:
                raise UserError(
                    self.env._(
                        "%(count)s cards for %(village)s are still on the way: enter "
                        "the reception of their box first.",
                        count=session.on_the_way_count,
                        village=session.area_id.name,
                    )
                )
            if not session.line_ids:
                raise UserError(
                    self.env._(
                        "No card lies in %(village)s that is not on the list of "
                        "another session. The card officer enters the shipment first.",
                        village=session.area_id.name,
                    )
                )
            session.state = "listed"
            self.env["khbs.audit.event"]._record(
                "card.session.list", session, {"cards": count}
            )
        return True

    def _collect(self):
        """Put cards that arrived on the list, by name; return how many came.

        With those that a terminal handed over on that day before the list was made:
        their families sign it too.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO khbs_card_hand_over_line (session_id, card_id, number, open)
                SELECT %(session)s, c.id, %(last)s + row_number() OVER (
                           ORDER BY h.rw NULLS FIRST, h.rt NULLS FIRST,
                                    head.name, c.id),
                       true
                  FROM khbs_card c
                  JOIN khbs_household h ON h.id = c.household_id
                  LEFT JOIN LATERAL (
                      SELECT p.name FROM khbs_person p
                       WHERE p.household_id = h.id AND p.active AND p.relation = '1'
                       ORDER BY p.state = 'alive' DESC, p.id DESC LIMIT 1
                  ) head ON true
                  LEFT JOIN khbs_card_shipment box ON box.id = c.shipment_id
                 WHERE c.area_id = %(area)s
                   AND CASE WHEN c.state = 'shipped'
                       -- Older cards were sent without a box.
                       THEN box.id IS NULL OR box.state = 'received'
                       ELSE EXISTS (
                           SELECT FROM khbs_card_hand_over done
                            WHERE done.card_id = c.id AND done.area_id = %(area)s
                              AND done.session_id IS NULL
                              AND done.acknowledged IS NULL
                              AND NOT EXISTS (
                                  SELECT FROM khbs_card_hand_over_acknowledgement a
                                   WHERE a.hand_over_id = done.id)
                              AND (done.at AT TIME ZONE 'UTC'
                                   AT TIME ZONE 'Asia/Jakarta')::date = %(day)s
                       ) AND NOT EXISTS (
                           SELECT FROM khbs_card_hand_over_line l
                             JOIN khbs_card_hand_over_session s ON s.id = l.session_id
                            WHERE l.card_id = c.id AND s.state <> 'cancelled'
                       ) END
                   AND NOT EXISTS (SELECT FROM khbs_card_hand_over_line l
                                    WHERE l.card_id = c.id AND l.open)
                """,
                session=self.id,
                last=max(self.line_ids.mapped("number"), default=0),
                area=self.area_id.id,
                day=self.date,
            )
        )
        count = self.env.cr.rowcount
        self.env.invalidate_all()
        return count

    def action_print(self):
        """Print the list: to be signed, or with what has been entered (paper no. 5)."""
        for session in self._checked_worker("card.session.print"):
            session._require_state("listed", "closed")
        return self._issue_list().action_pdf()

    def action_close(self):
        """Close the session: its list is signed; what was left goes into minutes."""
        for session in self._checked_worker("card.session.close"):
            session._require_state("listed")
            session._require_scan()
            left, elsewhere = session._left(), session.elsewhere
            session.write(
                {
                    "state": "closed",
                    "closed_at": fields.Datetime.now(),
                    "return_id": session._minutes_of(left).id,
                    "left_elsewhere": elsewhere,
                }
            )
            session.line_ids.open = False
            self.env["khbs.audit.event"]._record(
                "card.session.close",
                session,
                {
                    "handed_over": session.handed_over_count,
                    "left": session.left_count,
                    "elsewhere": elsewhere or None,
                    "sha256": session.scan_sha256,
                },
            )
        returns = self.sudo().return_id
        return returns.with_env(self.env)._action_view() if returns else True

    def _left(self):
        """Return the cards of the list that still lie in the village.

        Those that other minutes name are theirs; a box that is not received keeps its
        own.
        """
        cards = self.line_ids.card_id - self._open_return_lines().card_id
        return cards.filtered(
            lambda card: (
                card.state == "shipped"
                and card.shipment_id.state in (False, "received")
            )
        )

    def _minutes_of(self, cards):
        """Return draft minutes for *cards* that nobody came for; none for none."""
        returns = self.env["khbs.card.return"]
        if not cards:
            return returns
        returns = returns.create(
            {
                "area_id": self.area_id.id,
                "date": self.date,
                "place": self.place,
                "volunteer": ", ".join(self.officer_ids.mapped("name")),
                "village_head": self.village_head,
            }
        )
        returns.line_ids._add(returns, cards, "undeliverable")
        return returns

    def action_cancel(self):
        """Give a session up before its list is signed; its cards are free again."""
        for session in self._checked_worker("card.session.cancel"):
            session._require_state(*OPEN)
            session.state = "cancelled"
            session.line_ids.open = False
            self.env["khbs.audit.event"]._record("card.session.cancel", session)
        return True

    def action_view_hand_overs(self):
        """Open the hand-overs of the list."""
        self.ensure_one()
        return self.env["khbs.card.hand.over"]._action_view(
            self.line_ids.hand_over_id, self.name
        )

    def action_view_return(self):
        """Open the minutes of what was left."""
        self.ensure_one()
        return self.return_id._action_view()
