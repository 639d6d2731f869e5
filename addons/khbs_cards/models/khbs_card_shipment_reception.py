# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .. import life_cycle

# What the district enters; neither who packed the box nor who sent it does.
RECEPTION = {
    "received_on",
    "receiver_name",
    "receiver_office",
    "received_count",
    "missing_item_ids",
    "note",
}


class KhbsCardShipmentReception(models.AbstractModel):
    """What the district does: count the cards, name the missing ones, sign."""

    _name = "khbs.card.shipment.reception"
    _description = "Shipment of cards: reception"

    received_at = fields.Datetime(readonly=True, copy=False)
    received_by_id = fields.Many2one(
        comodel_name="res.users", string="Entered by", readonly=True, copy=False
    )
    received_on = fields.Date(copy=False)
    receiver_name = fields.Char(copy=False, help="Who took the box over and signs.")
    receiver_office = fields.Char(
        copy=False, help="Office of the receiver: Camat, Kasi Kesejahteraan Sosial."
    )
    received_count = fields.Integer(string="Received cards", readonly=True, copy=False)
    missing_count = fields.Integer(string="Missing cards", readonly=True, copy=False)
    handed_over_count = fields.Integer(
        string="Handed over", compute="_compute_handed_over_count"
    )

    is_whole = fields.Boolean(
        compute="_compute_is_whole",
        help="The user works in the whole district, not in some villages of it.",
    )
    may_send = fields.Boolean(
        compute="_compute_is_whole", help="The user packs and sends boxes."
    )
    may_receive = fields.Boolean(
        compute="_compute_is_whole",
        help="The user counts the cards of the district and enters their arrival.",
    )
    receivers = fields.Char(
        string="Who may receive it",
        compute="_compute_receivers",
        help="Field officers who have the whole district.",
    )

    @api.depends("area_id")
    @api.depends_context("uid")
    def _compute_is_whole(self):
        mine = set(self.env.user.khbs_area_ids.ids)
        counts = self.env.user.has_group(life_cycle.FIELD_OFFICER)
        sends = self.env.user.has_group(life_cycle.CARD_OFFICER)
        for shipment in self:
            shipment.is_whole = bool(mine & shipment._area_path())
            shipment.may_receive = shipment.is_whole and counts
            shipment.may_send = sends

    @api.depends("area_id")
    def _compute_receivers(self):
        officers = self.env["res.users"].sudo()
        group = self.env.ref(life_cycle.FIELD_OFFICER)
        for shipment in self:
            shipment.receivers = ", ".join(
                officers.search(
                    [
                        ("all_group_ids", "in", group.ids),
                        ("khbs_area_ids", "in", list(shipment._area_path())),
                    ]
                ).mapped("name")
            )

    def _area_path(self):
        """Return the ids of the district and of every area above it."""
        path = self.area_id.parent_path or ""
        return {int(area_id) for area_id in path.split("/") if area_id}

    @api.depends("item_ids.card_id.handed_over_at")
    def _compute_handed_over_count(self):
        counts = dict(
            self.env["khbs.card.shipment.item"]
            .sudo()
            ._read_group(
                [
                    ("shipment_id", "in", self.ids),
                    ("card_id.handed_over_at", "!=", False),
                ],
                ["shipment_id"],
                ["__count"],
            )
        )
        for shipment in self:
            shipment.handed_over_count = counts.get(shipment._origin, 0)

    def write(self, vals):
        if not self.env.su and any(record.state != "packed" for record in self):
            late = sorted(vals.keys() & {"carrier", "courier_name", "shipped_on"})
            if late:
                raise UserError(
                    self.env._(
                        "The shipment has left: %(fields)s can no longer be changed.",
                        fields=", ".join(late),
                    )
                )
        if not self.env.su:
            self._require_field_officer(vals)
        if not self.env.su and not self.env.user.has_group(life_cycle.CARD_OFFICER):
            if any(record.state == "packed" for record in self):
                raise AccessError(
                    self.env._("A box that is not sent yet is the card officer's.")
                )
        return super().write(vals)

    @api.model
    def _require_field_officer(self, vals):
        """Raise AccessError where somebody else enters what the district counted."""
        if RECEPTION.isdisjoint(vals):
            return
        if not self.env.user.has_group(life_cycle.FIELD_OFFICER):
            raise AccessError(
                self.env._(
                    "What arrived is counted and entered by a field officer of the "
                    "district, not by who packed and sent the box."
                )
            )

    def action_receive(self):
        """Take boxes over: missing cards are revoked and others queued for them."""
        for shipment in self._checked(
            life_cycle.FIELD_OFFICER, "card_shipment.receive"
        ):
            shipment._require_state("shipped")
            shipment._require_receiver()
            for line in shipment.line_ids:
                shipment._require_counted(line)
            # The villages are closed with their box.
            shipment.line_ids.flush_recordset()
            missing = shipment.line_ids.missing_item_ids
            shipment._give_up(missing)
            shipment.write(
                {
                    "state": "received",
                    "received_at": fields.Datetime.now(),
                    "received_by_id": self.env.uid,
                    "received_count": sum(shipment.line_ids.mapped("received_count")),
                    "missing_count": len(missing),
                }
            )
            shipment.bast_id = shipment._issue_bast()
            self.env["khbs.audit.event"]._record(
                "card_shipment.receive",
                shipment,
                {
                    "cards": shipment.received_count,
                    "missing": missing.card_id.mapped("card_no"),
                },
            )
        return True

    def _require_receiver(self):
        self.ensure_one()
        if not (self.receiver_name and self.receiver_office and self.received_on):
            raise UserError(
                self.env._(
                    "%(shipment)s: enter who received it, his office and the day "
                    "first.",
                    shipment=self.name,
                )
            )
        if not (self.shipped_on <= self.received_on <= fields.Date.context_today(self)):
            raise UserError(
                self.env._(
                    "The day of reception lies between the day of sending and today."
                )
            )

    def _require_counted(self, line):
        """Raise unless what was counted and what is missing make up what was packed."""
        missing = len(line.missing_item_ids)
        if line.received_count + missing != line.packed_count:
            raise UserError(
                self.env._(
                    "%(village)s: %(packed)s cards packed, but %(counted)s counted and "
                    "%(missing)s named as missing. Count again, or name the missing "
                    "cards by the packing list.",
                    village=line.area_id.display_name,
                    packed=line.packed_count,
                    counted=line.received_count,
                    missing=missing,
                )
            )
        cards = line.missing_item_ids.card_id
        cards._lock()
        # It may have been taken back, and be on its way in another box by now.
        sent_again = cards.filtered(lambda card: card.shipment_id != self)
        if sent_again:
            raise UserError(
                self.env._(
                    "Card %(card)s left in %(other)s since: it cannot be missing from "
                    "this box.",
                    card=sent_again[0].card_no,
                    other=sent_again[0].shipment_id.name,
                )
            )
        here = cards.filtered(lambda card: card.state != "shipped")
        if here:
            raise UserError(
                self.env._(
                    "Card %(card)s is %(state)s: it cannot be missing from this box.",
                    card=here[0].card_no,
                    state=here[0]._state_label(here[0].state),
                )
            )

    def _give_up(self, missing):
        """Revoke the cards of *missing* items; queue others for their families."""
        self.ensure_one()
        if not missing:
            return
        missing.missing = True
        cards = missing.card_id
        cards._transition("revoked", "MISSING", data={"shipment": self.name})
        entitled = cards.filtered(
            lambda card: card.household_id.state in life_cycle.ENTITLED
        )
        for profile, batch in entitled.grouped("profile").items():
            self.env["khbs.card"]._allocate(batch.household_id, profile)
