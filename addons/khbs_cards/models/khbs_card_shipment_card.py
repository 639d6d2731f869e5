# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import life_cycle
from .khbs_card_shipment import PACKABLE

# What is entered where an officer ships in one step.
CARRIER = "Kendaraan dinas"
# Whole districts are packed, and boxes are sent, at one press until they have so many
# cards: a request is not to take minutes.
CARDS_AT_ONCE = 20_000


class KhbsCard(models.Model):
    # One file for each part of a card's life.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card"

    shipment_id = fields.Many2one(
        comodel_name="khbs.card.shipment",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The last box that the card was packed in.",
    )

    _to_pack_idx = models.Index(
        "(run_id) WHERE state = 'printed' AND shipment_id IS NULL"
    )

    def action_ship(self):
        """Send printed or returned cards to their villages, in shipments."""
        self._require_mover("shipped")
        self.sudo()._lock()
        for card in self.sudo():
            card._require_sendable()
        shipments = self.env["khbs.card.shipment"]._make(self.sudo())
        shipments._ship_at_once()
        return True

    def _require_sendable(self):
        """Raise unless this card may be packed and sent."""
        self.ensure_one()
        if self.state not in PACKABLE:
            raise UserError(
                self.env._(
                    "Card %(card)s is %(state)s: only printed and returned cards "
                    "are sent.",
                    card=self.card_no,
                    state=self._state_label(self.state),
                )
            )
        if self.shipment_id.state == "packed":
            raise UserError(
                self.env._(
                    "Card %(card)s is packed in %(shipment)s. Ship that box.",
                    card=self.card_no,
                    shipment=self.shipment_id.name,
                )
            )
        self._require_received()

    def _require_received(self):
        """Raise if a card came back out of a box whose reception is not entered.

        In two boxes at once, it could be neither counted nor missed rightly.
        """
        early = self.filtered(lambda card: card.shipment_id.state == "shipped")
        if early:
            raise UserError(
                self.env._(
                    "Card %(card)s came back out of %(shipment)s, and the reception of "
                    "that box is not entered. Have it entered first, with this card "
                    "among the counted ones; then send the card anew.",
                    card=early[0].card_no,
                    shipment=early[0].shipment_id.name,
                )
            )

    def _leave_shipment(self, shipment):
        """Take these cards out of a box that has not left yet, if they are in it."""
        cards = self.sudo().filtered(lambda card: card.shipment_id == shipment)
        cards.shipment_id = False


class KhbsCardShipment(models.Model):
    # What is packed and sent in one step is no part of the box's own life.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card.shipment"

    def _first_at_once(self):
        """Return the first of these boxes that have CARDS_AT_ONCE cards together."""
        boxes, cards = self.browse(), 0
        for box in self.sorted("id"):
            if cards >= CARDS_AT_ONCE:
                break
            boxes |= box
            cards += box.packed_count
        return boxes

    def _ship_at_once(self):
        """Ship packed boxes for a caller who may; what is not entered is filled in."""
        today = fields.Date.context_today(self)
        for shipment in self.sudo():
            shipment.write(
                {
                    "carrier": shipment.carrier or CARRIER,
                    "courier_name": shipment.courier_name or self.env.user.name,
                    "shipped_on": shipment.shipped_on or today,
                }
            )
        self.action_ship()


class KhbsCardRun(models.Model):
    # One file for each part of a run's work.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card.run"

    shipment_ids = fields.One2many(
        comodel_name="khbs.card.shipment", inverse_name="run_id"
    )
    shipment_count = fields.Integer(
        string="Shipments", compute="_compute_shipment_count"
    )
    to_pack_count = fields.Integer(
        string="To pack",
        compute="_compute_shipment_count",
        help="Printed cards that are in no shipment yet.",
    )

    @api.depends("shipment_ids.state", "card_ids.shipment_id")
    def _compute_shipment_count(self):
        shipments = dict(
            self.env["khbs.card.shipment"]._read_group(
                [("run_id", "in", self._ids_stored()), ("state", "!=", "cancelled")],
                ["run_id"],
                ["__count"],
            )
        )
        to_pack = dict(
            self.env["khbs.card"]
            .sudo()
            ._read_group(
                [
                    ("run_id", "in", self._ids_stored()),
                    ("state", "=", "printed"),
                    ("shipment_id", "=", False),
                ],
                ["run_id"],
                ["__count"],
            )
        )
        for run in self:
            run.shipment_count = shipments.get(run._origin, 0)
            run.to_pack_count = to_pack.get(run._origin.sudo(), 0)

    def action_pack(self):
        """Pack printed cards by district, each box with its packing list.

        In a very large run not all districts at once: pressed again, it goes on.
        """
        for run in self._checked(life_cycle.CARD_OFFICER, "card_run.pack"):
            run._require_state("ordered")
            if not run._pack_printed():
                raise UserError(run._nothing_printed())
        return self.action_view_shipments() if len(self) == 1 else True

    def action_pack_returned(self):
        """Pack the returned cards of the run anew, by district."""
        for run in self._checked(life_cycle.CARD_OFFICER, "card_run.pack"):
            run._require_state("ordered")
            cards = self.env["khbs.card"].sudo().search(run._returned_domain())
            cards._lock()
            cards = cards.filtered_domain(run._returned_domain())
            if not cards:
                raise UserError(
                    self.env._(
                        "%(run)s has no returned card that is to be sent anew.",
                        run=run.name,
                    )
                )
            early = cards.filtered(lambda card: card.shipment_id.state == "shipped")
            if not cards - early:
                early._require_received()
            self.env["khbs.card.shipment"]._make(cards - early)
        return self.action_view_shipments() if len(self) == 1 else True

    def _returned_domain(self):
        """Return which cards came back and lie in no box that waits to be sent."""
        self.ensure_one()
        return [
            ("run_id", "=", self.id),
            ("state", "=", "returned"),
            ("shipment_id.state", "!=", "packed"),
        ]

    def action_ship(self):
        """Pack what is printed and send the packed boxes of the run.

        In a very large run not all of them at once: pressed again, it goes on.
        """
        for run in self._checked(life_cycle.CARD_OFFICER, "card_run.ship"):
            run._require_state("ordered")
            run._pack_printed()
            packed = run.shipment_ids.filtered(lambda box: box.state == "packed")
            if not packed:
                raise UserError(run._nothing_printed())
            packed = packed._first_at_once()
            packed._ship_at_once()
            self.env["khbs.audit.event"]._record(
                "card_run.ship", run, {"shipments": len(packed)}
            )
        return True

    def _nothing_printed(self):
        return self.env._(
            "%(run)s has no printed card that waits to be packed or sent.",
            run=self.name,
        )

    def _pack_printed(self):
        """Pack the printed cards that are in no box; return the new shipments.

        District by district, whole ones, until there are CARDS_AT_ONCE: a packing
        list of every district of the province takes longer than a request may.
        """
        self.ensure_one()
        self.env.flush_all()
        # Two queries: PostgreSQL has not counted anew what was printed just now, and
        # in one it would sum the districts up for each of the cards.
        self.env.cr.execute(
            SQL(
                """
                SELECT card.id
                  FROM khbs_card card
                  JOIN khbs_area village ON village.id = card.area_id
                 WHERE card.run_id = %s AND card.state = 'printed'
                   AND card.shipment_id IS NULL AND village.parent_id = ANY(%s)
                 ORDER BY card.id
                   FOR NO KEY UPDATE OF card
                """,
                self.id,
                self._districts_at_once(),
            )
        )
        cards = self.env["khbs.card"].browse(
            card_id for [card_id] in self.env.cr.fetchall()
        )
        shipments = self.env["khbs.card.shipment"]
        return shipments._make(cards) if cards else shipments

    def _districts_at_once(self):
        """Return the ids of the first districts with CARDS_AT_ONCE cards to pack."""
        self.env.cr.execute(
            SQL(
                """
                SELECT village.parent_id, count(*)
                  FROM khbs_card card
                  JOIN khbs_area village ON village.id = card.area_id
                 WHERE card.run_id = %s AND card.state = 'printed'
                   AND card.shipment_id IS NULL
                 GROUP BY village.parent_id ORDER BY village.parent_id
                """,
                self.id,
            )
        )
        chosen, cards = [], 0
        for district_id, count in self.env.cr.fetchall():
            if cards >= CARDS_AT_ONCE:
                break
            chosen.append(district_id)
            cards += count
        return chosen
