# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import life_cycle

# States of a card that may be packed.
PACKABLE = ("printed", "returned")


class KhbsCardShipment(models.Model):
    """The box of cards of one run that goes to one district."""

    _name = "khbs.card.shipment"
    _inherit = [
        "khbs.guarded",
        "khbs.card.shipment.reception",
        "khbs.card.shipment.papers",
    ]
    _description = "Shipment of cards"
    _order = "id desc"

    _guarded_fields = (
        "name",
        "run_id",
        "area_id",
        "state",
        "packed_at",
        "shipped_at",
        "received_at",
        "received_by_id",
        "packed_count",
        "received_count",
        "missing_count",
        "paper_id",
        "bast_id",
    )
    _editable_states = ("packed", "shipped")
    # Cards that are handed over refer to it while a reception is entered.
    _locked_may_be_referenced = True

    name = fields.Char(string="Number", readonly=True, copy=False)
    run_id = fields.Many2one(
        comodel_name="khbs.card.run",
        string="Print run",
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="District",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    state = fields.Selection(
        selection=[
            ("packed", "Packed"),
            ("shipped", "Shipped"),
            ("received", "Received"),
            ("cancelled", "Unpacked"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="packed",
    )
    packed_at = fields.Datetime(readonly=True, copy=False)
    shipped_at = fields.Datetime(readonly=True, copy=False)
    packed_count = fields.Integer(string="Packed cards", readonly=True, copy=False)
    carrier = fields.Char(help="Who carries the box: office vehicle, boat, post.")
    courier_name = fields.Char(
        string="Courier", help="The person who took the box over."
    )
    shipped_on = fields.Date(string="Sent on", copy=False)
    item_ids = fields.One2many(
        comodel_name="khbs.card.shipment.item",
        inverse_name="shipment_id",
        string="Cards",
    )
    line_ids = fields.One2many(
        comodel_name="khbs.card.shipment.line",
        inverse_name="shipment_id",
        string="Villages",
    )

    _name_uniq = models.Constraint(
        "UNIQUE (name)", "A shipment with this number exists."
    )
    _received = models.Constraint(
        "CHECK (state <> 'received' "
        "OR (received_count + missing_count = packed_count) IS TRUE)",
        "Received and missing cards of a box make up those that were packed.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        shipments = super().create(vals_list)
        for shipment in shipments.sudo():
            shipment.name = self.env["ir.sequence"].sudo().next_by_code(self._name)
        return shipments

    @api.model
    def _refuse_creation(self):
        raise UserError(
            self.env._("Shipments are made by the run: press Pack printed cards there.")
        )

    def action_repack(self):
        """Pack anew: take out what may not go, add what was printed meanwhile."""
        for shipment in self._checked(life_cycle.CARD_OFFICER, "card_shipment.repack"):
            shipment._require_state("packed")
            left_out = shipment._unpackable()
            left_out.card_id._leave_shipment(shipment)
            left_out.unlink()
            shipment._add_printed()
            if not shipment.item_ids:
                shipment.state = "cancelled"
            else:
                shipment._pack()
            shipment._record("card_shipment.repack")
        return True

    def action_unpack(self):
        """Open boxes again: their cards are printed ones without a shipment."""
        for shipment in self._checked(life_cycle.CARD_OFFICER, "card_shipment.cancel"):
            shipment._require_state("packed")
            shipment.item_ids.card_id._leave_shipment(shipment)
            shipment.state = "cancelled"
            shipment._record("card_shipment.cancel")
        return True

    def action_ship(self):
        """Send packed boxes to their districts with all cards in them."""
        for shipment in self._checked(life_cycle.CARD_OFFICER, "card_shipment.send"):
            shipment._require_state("packed")
            shipment._require_courier()
            shipment._require_cards()
            cards = shipment.item_ids.card_id
            cards._transition("shipped", "SHIPPED", data={"shipment": shipment.name})
            shipment.write({"state": "shipped", "shipped_at": fields.Datetime.now()})
            shipment._record("card_shipment.send")
        return True

    def action_view_cards(self):
        """Open the cards in this box."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_cards.khbs_card_action"
        )
        cards = self.item_ids.card_id.ids
        return action | {"domain": [("id", "in", cards)], "context": {}}

    # Packing

    @api.model
    def _make(self, cards):
        """Pack *cards* by run and district and return the new shipments.

        :param cards: khbs.card as superuser, locked; each may be packed
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT card.run_id, village.parent_id, array_agg(card.id)
                  FROM khbs_card card
                  JOIN khbs_area village ON village.id = card.area_id
                  JOIN khbs_area district ON district.id = village.parent_id
                 WHERE card.id = ANY(%s)
                 GROUP BY card.run_id, village.parent_id, district.code
                 ORDER BY district.code, card.run_id
                """,
                list(cards.ids),
            )
        )
        boxes = self.env.cr.fetchall()
        shipments = self.sudo().create(
            [{"run_id": run, "area_id": district} for run, district, _cards in boxes]
        )
        for shipment, (_run, _district, card_ids) in zip(shipments, boxes, strict=True):
            shipment._put_in(card_ids)
            shipment._pack()
            shipment._record("card_shipment.pack")
        return shipments.with_env(self.env)

    def _is_on_its_way(self):
        """Tell whether this is a box that nobody has received yet."""
        return self.state in ("packed", "shipped")

    def _put_in(self, card_ids):
        """Let the cards be in this box."""
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH put AS (
                    UPDATE khbs_card SET shipment_id = %(shipment)s
                     WHERE id = ANY(%(cards)s)
                    RETURNING id, card_index, area_id
                )
                INSERT INTO khbs_card_shipment_item
                    (shipment_id, card_id, area_id, missing)
                SELECT %(shipment)s, put.id, put.area_id, false
                  FROM put JOIN khbs_area village ON village.id = put.area_id
                 ORDER BY village.code, put.card_index
                """,
                shipment=self.id,
                cards=list(card_ids),
            )
        )
        self.env.invalidate_all()

    def _add_printed(self):
        """Put in what was printed since for the same run and district."""
        self.ensure_one()
        if not self.run_id:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT card.id FROM khbs_card card
                  JOIN khbs_area village ON village.id = card.area_id
                 WHERE card.run_id = %s AND village.parent_id = %s
                   AND card.state = 'printed' AND card.shipment_id IS NULL
                   FOR NO KEY UPDATE OF card
                """,
                self.run_id.id,
                self.area_id.id,
            )
        )
        self._put_in([card_id for [card_id] in self.env.cr.fetchall()])

    def _pack(self):
        """Count what is in the box by village and issue its packing list."""
        self.ensure_one()
        self.line_ids.unlink()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO khbs_card_shipment_line
                    (shipment_id, area_id, packed_count, received_count)
                SELECT item.shipment_id, item.area_id, count(*), 0
                  FROM khbs_card_shipment_item item
                  JOIN khbs_area village ON village.id = item.area_id
                 WHERE item.shipment_id = %s
                 GROUP BY item.shipment_id, item.area_id, village.code
                 ORDER BY village.code
                """,
                self.id,
            )
        )
        self.env.invalidate_all()
        self.write(
            {
                "packed_count": sum(self.line_ids.mapped("packed_count")),
                "packed_at": fields.Datetime.now(),
            }
        )
        self.paper_id = self._issue_packing_list()

    def _require_cards(self):
        """Raise unless every packed card is still there to be sent."""
        self.ensure_one()
        gone = self._unpackable().card_id
        if gone:
            raise UserError(
                self.env._(
                    "%(shipment)s cannot go: %(count)s of its cards may not be sent "
                    "any more: %(cards)s. Take them out of the box and press Pack "
                    "anew.",
                    shipment=self.name,
                    count=len(gone),
                    cards=self._named(gone),
                )
            )

    def _require_courier(self):
        self.ensure_one()
        if not (self.carrier and self.courier_name and self.shipped_on):
            raise UserError(
                self.env._(
                    "%(shipment)s: enter who carries it, the courier's name and the "
                    "day first.",
                    shipment=self.name,
                )
            )
        if self.shipped_on > fields.Date.context_today(self):
            raise UserError(self.env._("The day of sending lies in the future."))

    def _record(self, act):
        for shipment in self:
            self.env["khbs.audit.event"]._record(
                act, shipment, {"cards": shipment.packed_count}
            )
