# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import authority, life_cycle, personalisation
from ..exceptions import ProtocolError
from ..protocol import base64url
from .khbs_card_check import CARD_NOT_VALID

NO_ORDER = 1504
# Cards of which the PIN may be set anew: the family has it, or it is on its way.
CARD_STATES = ("shipped", "active", "suspended")
DAYS_PARAMETER = "khbs.pin_order_days"
DEFAULT_DAYS = 7
# How long a station that has begun may still say that the card took its new PIN.
FINISH = timedelta(hours=1)


class KhbsCardPinOrder(models.Model):
    """The office's order to a card station to give one card a new PIN.

    A forgotten or blocked PIN blocks no entitlement: what asks for no PIN is paid as
    before (DOMAIN 12.22). Neither PIN nor a hash of it is kept here.

    One officer orders, with a reason; whoever has the card at a station carries it
    out. The order names that officer and the station, which is a device: the person
    at it stands nowhere.
    """

    _name = "khbs.card.pin.order"
    _inherit = "khbs.guarded"
    _description = "PIN reset"
    _order = "id desc"

    _guarded_fields = (
        "state",
        "ordered_by_id",
        "expires_at",
        "device_code",
        "begun_at",
        "done_at",
        "nonce",
        "transcript",
        "last_why",
    )
    _editable_states = ()

    name = fields.Char(string="Order", compute="_compute_name")
    card_id = fields.Many2one(
        comodel_name="khbs.card",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("profile", "=", "pin"), ("state", "in", CARD_STATES)],
    )
    household_id = fields.Many2one(related="card_id.household_id")
    area_id = fields.Many2one(related="card_id.area_id", string="Village")
    state = fields.Selection(
        selection=[
            ("open", "Waiting for the card"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("expired", "Expired"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="open",
        index=True,
    )
    reason = fields.Selection(
        selection=[
            ("forgotten", "PIN forgotten"),
            ("blocked", "Wrong PIN entered three times"),
            ("known", "Others know the PIN"),
            ("slip", "PIN slip lost"),
        ],
        required=True,
    )
    identified_by = fields.Selection(
        selection=[
            ("ktp", "KTP-el shown by the head of the family"),
            ("member", "KTP-el of a member, who stands on the family card"),
            ("letter", "Letter of the village with a photo"),
            ("representative", "Representative with a letter of authority"),
        ],
        string="Identified by",
        required=True,
        help="How the person who asks was identified. Never copy a number here.",
    )
    note = fields.Char(help="What else matters. Never a NIK, never a PIN.")
    ordered_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    expires_at = fields.Datetime(readonly=True, copy=False)
    device_code = fields.Char(string="Station", readonly=True, copy=False)
    begun_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="When a station last asked for a PIN for this card.",
    )
    done_at = fields.Datetime(readonly=True, copy=False)
    last_why = fields.Char(string="Why", readonly=True, copy=False)
    nonce = fields.Char(readonly=True, copy=False, groups="base.group_system")
    transcript = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="The card's proof that it took the new PIN.",
    )

    _card_open_uniq = models.UniqueIndex(
        "(card_id) WHERE state = 'open'", "This card has an open PIN reset."
    )
    _done = models.Constraint(
        "CHECK ((state = 'done') = (done_at IS NOT NULL))",
        "A PIN reset that is done has a date.",
    )

    def _compute_name(self):
        for order in self:
            order.name = f"P{order.id:07d}" if order.id else False

    @api.model_create_multi
    def create(self, vals_list):
        events = self.env["khbs.audit.event"]
        events._require_group(life_cycle.CARD_OFFICER, "card.pin.order.order")
        named = self.env.context.get("default_card_id")
        vals_list = [{"card_id": named, **vals} for vals in vals_list]
        cards = self.env["khbs.card"].browse(
            {vals["card_id"] for vals in vals_list if vals["card_id"]}
        )
        self._check_cards(cards)
        self.sudo()._expire(cards)
        orders = super().create(vals_list)
        days = self._days()
        for order in orders:
            order.sudo().write(
                {
                    "ordered_by_id": self.env.uid,
                    "expires_at": fields.Datetime.now() + timedelta(days=days),
                }
            )
            events._record(
                "card.pin.order.order",
                order,
                {
                    "card_no": order.card_id.card_no,
                    "reason": order.reason,
                    "identified_by": order.identified_by,
                },
            )
        return orders

    def action_cancel(self):
        """Take open orders back."""
        orders = self._checked(life_cycle.CARD_OFFICER, "card.pin.order.cancel", "read")
        orders._require_state("open")
        orders._close("cancelled", "card.pin.order.cancel")
        return True

    # What stations ask for

    @api.model
    def _station_begin(self, device_code, params):
        """Give the station what the card needs for a new PIN, on an open order.

        Asked again it gives another PIN: the slip printed before is void.

        :raises ProtocolError: 1504 if the office ordered nothing for this card
        """
        cards = self.env["khbs.card"].sudo()
        card = cards._read_auth("station.pin.begin", params, device_code)
        order = self.sudo().search([("card_id", "=", card.id), ("state", "=", "open")])
        order._lock_rows()
        if order.state != "open" or order.expires_at < fields.Datetime.now():
            raise ProtocolError(NO_ORDER, "no open order for this card")
        if card.state not in CARD_STATES:
            raise ProtocolError(
                CARD_NOT_VALID, "not in this state", {"state": card.state.upper()}
            )
        order.write(
            {
                "device_code": device_code,
                "begun_at": fields.Datetime.now(),
                "nonce": base64url.encode(secrets.token_bytes(32)),
            }
        )
        self.env["khbs.audit.event"]._record(
            "card.pin.order.start",
            order,
            {"card_no": card.card_no, "device": device_code},
        )
        return {
            "order": order.name,
            "card_no": card.card_no,
            "nonce": order.nonce,
            **card._pin_secrets(),
        }

    @api.model
    def _station_done(self, device_code, params):
        """Close the order on the proof of the card's PIN key, used with the new PIN.

        Also one that the office took back, or that ran out, while the station worked:
        the card has the PIN, and the family is to have its slip.
        """
        order = self._own_order(device_code, params)
        if not order._may_be_done():
            raise ProtocolError(NO_ORDER, "order not open")
        card = order.card_id
        personalisation.verify_slot(
            params.get("proof"),
            "9C",
            card._stored_keys(),
            authority.prg(self.env),
            order.name,
            order.nonce,
            card.card_no,
        )
        if order.state != "done":
            was = order.state
            order.write(
                {
                    "state": "done",
                    "done_at": fields.Datetime.now(),
                    "transcript": params["proof"],
                    "last_why": False,
                }
            )
            order._record("card.pin.order.done", {"device": device_code, "was": was})
        return {"state": "DONE"}

    @api.model
    def _station_fail(self, device_code, params):
        """Close the order: this card cannot take a new PIN."""
        why = personalisation.read_text(params, "why", 200)
        order = self._own_order(device_code, params)
        if order.state == "open":
            order.last_why = why
            order._close("failed", "card.pin.order.fail")
        if order.state != "failed":
            raise ProtocolError(NO_ORDER, "order not open")
        return {"state": "FAILED"}

    # The life of an order

    @api.model
    def _days(self):
        text = self.env["ir.config_parameter"].sudo().get_param(DAYS_PARAMETER)
        return int(text) if text and text.isdecimal() else DEFAULT_DAYS

    @api.model
    def _check_cards(self, cards):
        """Raise unless each card has a PIN key, is out of the house and is seen."""
        cards.check_access("read")
        for card in cards.sudo():
            if not card.spki_9c:
                raise UserError(
                    self.env._(
                        "Card %(card)s has no PIN key, so no PIN to set anew.",
                        card=card.card_no,
                    )
                )
            if card.state not in CARD_STATES:
                raise UserError(
                    self.env._(
                        "Card %(card)s is %(state)s. A PIN is set anew on cards that "
                        "are shipped, active or suspended.",
                        card=card.card_no,
                        state=card._state_label(card.state),
                    )
                )
            if card.pin_order_ids.filtered(lambda order: order._is_open()):
                raise UserError(
                    self.env._(
                        "Card %(card)s waits for a PIN reset already. Bring it to a "
                        "card station, or cancel that order first.",
                        card=card.card_no,
                    )
                )

    def _is_open(self):
        return self.state == "open" and self.expires_at >= fields.Datetime.now()

    def _may_be_done(self):
        """Tell whether a station's proof that the PIN is set counts."""
        if self.state in ("open", "done"):
            return True
        begun = self.begun_at and self.begun_at >= fields.Datetime.now() - FINISH
        return self.state in ("expired", "cancelled") and bool(begun)

    @api.model
    def _expire(self, cards):
        """Close the orders of *cards* that nobody carried out in time."""
        overdue = self.search(
            [
                ("card_id", "in", cards.ids),
                ("state", "=", "open"),
                ("expires_at", "<", fields.Datetime.now()),
            ]
        )
        overdue._close("expired", "card.pin.order.lapsed")
        # The index that allows one open order asks the table.
        overdue.flush_recordset(["state"])

    @api.model
    def _cron_expire(self):
        """Close every order that nobody carried out in time."""
        overdue = self.search(
            [("state", "=", "open"), ("expires_at", "<", fields.Datetime.now())]
        ).try_lock_for_update()
        overdue._close("expired", "card.pin.order.lapsed")

    def _close(self, state, act):
        self.write({"state": state})
        for order in self:
            order._record(act, {"why": order.last_why} if order.last_why else {})

    def _record(self, act, data):
        self.env["khbs.audit.event"]._record(
            act, self, {"card_no": self.card_id.card_no, **data}
        )

    @api.model
    def _own_order(self, device_code, params):
        """Return the order that this station began, locked.

        :raises ProtocolError: no such order, or another station's
        """
        name = params.get("order")
        match = re.fullmatch(r"P([0-9]{7,10})", name) if isinstance(name, str) else None
        order = self.sudo().browse(int(match[1]) if match else 0).exists()
        if not order or order.device_code != device_code:
            raise ProtocolError(NO_ORDER, "order unknown or not yours")
        order._lock_rows()
        return order

    def _lock_rows(self):
        """Let one station at a time work on these orders."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM khbs_card_pin_order WHERE id = ANY(%s) FOR UPDATE",
                list(self.ids),
            )
        )
        self.invalidate_recordset()
