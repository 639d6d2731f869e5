# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import UTC, datetime
from os.path import commonprefix

from odoo import api, fields, models
from odoo.tools import SQL

from .. import life_cycle
from ..protocol.card_number import CardNumberError, parse
from .khbs_card_device import OFFICE

SEEN_BY = "khbs_registry.group_card_officer"
# Who stands before families. Others may look a number up, and leave no trace by it.
NOTED_BY = (
    "khbs_registry.group_field_officer",
    "khbs_registry.group_card_officer",
    "khbs_registry.group_terminal_officer",
    "khbs_registry.group_registry_operator",
    "khbs_registry.group_distribution_officer",
)
# Alerts of one officer in a day; what comes above is counted, without its number.
OFFICE_A_DAY = 50
# Unix seconds in the year 2242.
_LATEST = 2**33


class KhbsCardAlert(models.Model):
    """A card that should not have been shown was shown (DOMAIN 12.19, 12.20).

    What is shown again at the same place before somebody has looked is counted, so
    that a card held to a reader all day is one row.
    """

    _name = "khbs.card.alert"
    _inherit = ["khbs.card.device"]
    _description = "Card alert"
    _order = "id desc"
    _rec_name = "card_no"
    _log_access = False

    what = fields.Selection(
        selection=[
            ("blocked", "Blocked card shown"),
            ("not_handed_over", "Card not handed over yet"),
            ("unknown", "Card number unknown"),
            ("wrong_key", "Wrong key: copied or exchanged"),
            ("forged", "Certificate not of the programme"),
            ("campaign", "Campaign card"),
            ("certified_often", "Certified too often at a station"),
        ],
        required=True,
        readonly=True,
    )
    card_no = fields.Char(
        string="Card number", required=True, readonly=True, default=""
    )
    card_id = fields.Many2one(
        comodel_name="khbs.card", readonly=True, index=True, ondelete="restrict"
    )
    card_area_id = fields.Many2one(related="card_id.area_id", string="Village of card")
    source = fields.Selection(
        selection=[
            ("online", "Refused online"),
            ("offline", "From a terminal's journal"),
            ("office", "Seen by an officer"),
        ],
        required=True,
        readonly=True,
    )
    device_code = fields.Char(required=True, readonly=True)
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Shown in",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Entered by",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    at = fields.Datetime(
        string="First shown",
        required=True,
        readonly=True,
        help="Of a terminal without a network by its own clock.",
    )
    last_at = fields.Datetime(string="Last shown", required=True, readonly=True)
    taps = fields.Integer(string="Times", required=True, readonly=True, default=1)
    state = fields.Selection(
        selection=[("new", "New"), ("seen", "Seen")],
        required=True,
        readonly=True,
        default="new",
        index=True,
    )
    seen_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, ondelete="restrict"
    )
    seen_at = fields.Datetime(readonly=True)

    _open_uniq = models.UniqueIndex(
        "(device_code, area_id, (COALESCE(user_id, 0)), card_no, what) "
        "WHERE state = 'new'",
        "This is noted already.",
    )

    _office_has_user = models.Constraint(
        "CHECK ((source = 'office') = (user_id IS NOT NULL))",
        "An alert of the office names who entered it.",
    )

    def action_seen(self):
        """Note that the user has looked at these and done what was to be done."""
        events = self.env["khbs.audit.event"]
        for alert in self:
            events._require_group(SEEN_BY, "card_alert.seen", alert)
        self.check_access("read")
        alerts = self.sudo().filtered(lambda alert: alert.state == "new")
        alerts.write(
            {
                "state": "seen",
                "seen_by_id": self.env.uid,
                "seen_at": fields.Datetime.now(),
            }
        )
        events._record_each(
            "card_alert.seen",
            {alert: {"card_no": alert.card_no, "what": alert.what} for alert in alerts},
        )
        return True

    def action_view_card(self):
        """Open the card that was shown."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.card",
            "res_id": self.card_id.id,
            "views": [[False, "form"]],
        }

    @api.model
    def _notice(self, what, card_no, device_code, source, **where):
        """Note one card that was shown; see ``_notice_all``."""
        self._notice_all([(what, card_no, None)], device_code, source, **where)

    @api.model
    def _notice_all(self, shown, device_code, source, area_id=None):
        """Note cards that were shown at one place, in one statement.

        :param shown: rows (what, card number, Unix seconds or None for now)
        :param device_code: terminal, or OFFICE
        :param area_id: id of the area where that is; None: nobody knows where
        """
        self.flush_model()
        rows = {}
        for what, card_no, seconds in shown:
            # A stranger may write anything in place of a number.
            number = card_no if _is_number(card_no) else ""
            rows.setdefault((number, what), []).append(_moment(seconds))
        if not rows:
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO khbs_card_alert AS alert (what, card_no, card_id, source,
                    device_code, area_id, user_id, at, last_at, taps, state)
                SELECT shown.what, shown.card_no, card.id, %(source)s, %(device)s,
                       %(area)s, %(user)s, shown.first, shown.last, shown.taps, 'new'
                  FROM unnest(%(whats)s, %(numbers)s, %(firsts)s::timestamp[],
                              %(lasts)s::timestamp[], %(taps)s)
                       shown (what, card_no, first, last, taps)
                  LEFT JOIN khbs_card card ON card.card_no = shown.card_no
                 -- A terminal may not know yet what has been made since.
                 WHERE shown.what <> 'unknown' OR card.id IS NULL
                 ORDER BY shown.card_no, shown.what
                ON CONFLICT (device_code, area_id, (COALESCE(user_id, 0)), card_no,
                             what) WHERE state = 'new'
                DO UPDATE SET taps = alert.taps + EXCLUDED.taps,
                              at = least(alert.at, EXCLUDED.at),
                              last_at = greatest(alert.last_at, EXCLUDED.last_at)
                """,
                source=source,
                device=device_code,
                area=area_id or self.env.ref("khbs_registry.area_62").id,
                user=self.env.uid if source == "office" else None,
                numbers=[number for number, _what in rows],
                whats=[what for _number, what in rows],
                firsts=[min(times) for times in rows.values()],
                lasts=[max(times) for times in rows.values()],
                taps=[len(times) for times in rows.values()],
            )
        )
        self.invalidate_model()

    @api.model
    def _notice_here(self, what, card_no):
        """Note what the user was shown; who only looks things up leaves nothing.

        :return: whether it is noted
        """
        if not any(map(self.env.user.has_group, NOTED_BY)):
            return False
        alerts = self.sudo()
        since = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        today = [("user_id", "=", self.env.uid), ("at", ">=", since)]
        if alerts.search_count(today, limit=OFFICE_A_DAY) >= OFFICE_A_DAY:
            card_no = ""
        area = alerts._area_of_user()
        alerts._notice(what, card_no, OFFICE, "office", area_id=area.id)
        return True

    @api.model
    def _area_of_user(self):
        """Return the smallest area that all areas of the user lie in; may be none."""
        areas = self.env.user.sudo().khbs_area_ids
        paths = [area.parent_path.split("/")[:-1] for area in areas]
        return areas.browse(map(int, commonprefix(paths)[-1:]))

    @api.model
    def _what_of(self, state):
        """Return what an alert calls a card of *state* that was shown, or None."""
        if state == "active":
            return None
        if state in life_cycle.IN_PRODUCTION:
            return "not_handed_over"
        return "blocked"


def _moment(seconds):
    """Return a datetime as Odoo keeps it; a clock of another century does not count."""
    if seconds is None or not 0 < seconds < _LATEST:
        return fields.Datetime.now()
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _is_number(card_no):
    try:
        parse(card_no)
    except CardNumberError:
        return False
    return True
